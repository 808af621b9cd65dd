"""TLS for the tests' PostgreSQL server: turned on and off while it runs, with whatever certificate a test wants."""

from __future__ import annotations

import pwd
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.infra.conftest import administer
from tests.servers import Server

RELOAD = "SELECT pg_reload_conf(), pg_sleep(0.1)"


@contextmanager
def speaking_tls(server: Server, certificate: Path, key: Path, rules: Iterable[str] = ()) -> Iterator[None]:
    """The server with TLS and that certificate, for the length of a context; `rules` go before those who may come."""
    home = Path(server.command[server.command.index("-D") + 1])
    asked = home / "pg_hba.conf"
    before = asked.read_text()
    asked.write_text("\n".join([*rules, before]))
    for file in (certificate, key):
        kept = shutil.copy(file, home / f"tests-{file.suffix[1:]}")
        Path(kept).chmod(0o600)
        if server.user:
            shutil.chown(kept, server.user, pwd.getpwnam(server.user).pw_gid)
    options = {"ssl_cert_file": "tests-crt", "ssl_key_file": "tests-key", "ssl": "on"}
    administer(server, *(f"ALTER SYSTEM SET {name} = '{value}'" for name, value in options.items()), RELOAD)
    try:
        yield
    finally:
        asked.write_text(before)
        administer(server, "ALTER SYSTEM RESET ALL", RELOAD)
