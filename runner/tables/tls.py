"""TLS to PostgreSQL: whether a URL asks for what can be trusted, and in one sentence why a certificate is refused."""

from __future__ import annotations

import os
import re
import socket
import ssl
import struct
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path

import sqlalchemy as sa

SECURE = "sslmode=verify-full&sslrootcert=FILE"
"""What to add to a URL; FILE holds the certificates of the authorities that are trusted, on RDS its bundle."""
WAIT_S = 5
_ASK_FOR_TLS = struct.pack("!ii", 8, 80877103)
_EXPIRED, _NOT_YET = 10, 9
_NAMES = re.compile(r'certificate for "(?P<has>[^"]+)".* does not match host name "(?P<wanted>[^"]+)"')
_NO_FILE = re.compile(r'root certificate file "(?P<file>[^"]+)" does not exist')


def remark(address: sa.URL) -> str | None:
    """What is not safe about the way to a server elsewhere; None where it is safe, or said to be without TLS."""
    mode = _option(address, "sslmode")
    if _is_here(address) or mode in ("verify-full", "disable"):
        return None
    if mode in ("require", "verify-ca"):
        weak = "any certificate" if mode == "require" else "a certificate for any host"
        return f"sslmode={mode} believes {weak}: say {SECURE} in INSIDERS_DATABASE_URL"
    return (
        f"password and rows may travel to {address.host} without TLS: say {SECURE} in INSIDERS_DATABASE_URL, or "
        "sslmode=disable where the network is your own"
    )


def explained(address: sa.URL, said: str) -> str | None:
    """What is wrong with the TLS of a server, and what to do, where that is why it was not reached; else None."""
    place, mode = f"the database at {address.host}", _option(address, "sslmode")
    file = _option(address, "sslrootcert") or "~/.postgresql/root.crt"
    if "does not support SSL" in said:
        return (
            f"{place} offers no TLS, and sslmode={mode} asks for it: turn it on there (ssl = on), "
            "or say sslmode=disable where the network is your own"
        )
    if "no encryption" in said or "SSL off" in said:
        return f"{place} takes no connection without TLS: say {SECURE} in INSIDERS_DATABASE_URL"
    if match := _NO_FILE.search(said):
        return f"there is no file {match['file']} with the authorities to trust: put it there, or name it: {SECURE}"
    if match := _NAMES.search(said):
        return (
            f"the certificate of the database is for {match['has']}, and INSIDERS_DATABASE_URL names "
            f"{match['wanted']}: name the server as its certificate does"
        )
    return f"{place} {_refused(address, file)}" if "certificate verify failed" in said else None


def _refused(address: sa.URL, file: str) -> str:
    """Why the certificate was refused: the driver does not say it, so we look at the certificate ourselves."""
    fault = _look(address, file)
    if fault is not None and fault.verify_code == _EXPIRED:
        return "shows a certificate whose time is over: renew it there"
    if fault is not None and fault.verify_code == _NOT_YET:
        return "shows a certificate whose time is still to come: set the clock of this host"
    if not Path(file).expanduser().is_file():
        return f"shows a certificate that nobody can check without {file}: put the authorities to trust there"
    return (
        f"shows a certificate that no authority in {file} has signed: have sslrootcert name the file of the authority "
        "that has (RDS has a bundle for that), or look who it is that answers there"
    )


def _look(address: sa.URL, file: str) -> ssl.SSLCertVerificationError | None:
    with suppress(OSError, ValueError):
        context = ssl.create_default_context(cafile=Path(file).expanduser())
        context.check_hostname = False
        with socket.create_connection((address.host or "", address.port or 5432), timeout=WAIT_S) as plain:
            plain.sendall(_ASK_FOR_TLS)
            if plain.recv(1) == b"S":
                try:
                    context.wrap_socket(plain, server_hostname=address.host).close()
                except ssl.SSLCertVerificationError as fault:
                    return fault
    return None


def _option(address: sa.URL, name: str) -> str:
    """An option of the URL, else of the environment, where libpq looks, too."""
    given = address.query.get(name, "")
    return (given if isinstance(given, str) else given[-1]) or os.environ.get(f"PG{name.upper()}", "")


def _is_here(address: sa.URL) -> bool:
    """Whether the server is this machine: nothing travels."""
    host = address.host or address.query.get("host", "")
    if not isinstance(host, str):
        return False
    if not host or host.startswith("/") or host == "localhost":
        return True
    with suppress(ValueError):
        return ip_address(host).is_loopback
    return False
