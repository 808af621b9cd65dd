"""The compose installation as tests use it: its file, its secrets, and its database, started without an engine."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import yaml

from runner.settings import CHECKOUT
from tests import servers
from tests.servers import Server

COMPOSE = CHECKOUT / "infra" / "compose"
IMAGE_SCRIPT = """#!/bin/sh
# What ours count on in the PostgreSQL image's own script: it makes a database, calls our script, starts the server.
set -eu
as_server() { if [ -n "$AS" ]; then setpriv --reuid="$AS" --regid="$AS" --clear-groups "$@"; else "$@"; fi; }
[ -z "$AS" ] || /bin/chown "$AS" "$PGDATA"
as_server "$PROGRAMS/initdb" -D "$PGDATA" -U "$POSTGRES_USER" -A trust -E UTF8 --locale=C --no-sync >/dev/null
export PGHOST="$PGDATA"
as_server "$PROGRAMS/pg_ctl" -D "$PGDATA" -w -s -o "-c listen_addresses='' -k $PGDATA -F" start >/dev/null 2>&1
psql -q -U "$POSTGRES_USER" -d postgres -c "CREATE DATABASE $POSTGRES_DB"
"$INIT"
as_server "$PROGRAMS/pg_ctl" -D "$PGDATA" -w -s -m fast stop
shift
if [ -n "$AS" ]; then exec setpriv --reuid="$AS" --regid="$AS" --clear-groups "$PROGRAMS/postgres" "$@"; fi
exec "$PROGRAMS/postgres" "$@"
"""


def told() -> dict[str, Any]:
    """The file as Compose reads it, with every variable at its default."""
    text = (COMPOSE / "compose.yml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", text)))


def services() -> dict[str, dict[str, Any]]:
    return dict(told()["services"])


def variables(path: Path) -> dict[str, str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def make_secrets(folder: Path) -> str:
    """Make passwords and keys in a folder; what was said of it."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl is installed, which makes the keys")
    done = subprocess.run(
        [COMPOSE / "secrets.sh"], env={**os.environ, "PRIVATE": str(folder)}, capture_output=True, text=True, check=True
    )
    return done.stdout + done.stderr


@dataclass
class Results:
    """A database that `database/start.sh` started and `database/logins.sh` set up."""

    port: int
    private: Path

    def url(self, service: str) -> str:
        """The address that a service is given, led to this server; its name stays what the certificate has to show."""
        url = variables(self.private / f"{service}.env")["INSIDERS_DATABASE_URL"]
        url = url.replace("/etc/insiders/authority.crt", str(self.private / "authority.crt"))
        return url.replace("database:5432", f"database:{self.port}") + "&hostaddr=127.0.0.1"

    def ask(self, service: str, query: str) -> list[tuple[Any, ...]]:
        """What a service's login is answered."""
        connection = psycopg2.connect(self.url(service))
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(query)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()


@contextmanager
def serving_results(private: Path) -> Iterator[Results]:
    """The database of an installation with these secrets, for the length of the context."""
    programs, user = servers._postgres_programs(), servers._unprivileged() if os.geteuid() == 0 else ""
    home = Path(tempfile.mkdtemp(prefix="insiders-compose-", dir="/tmp"))
    home.chmod(0o755)
    port = servers._free_port()
    (home / "bin").mkdir()
    (home / "data").mkdir(mode=0o700)
    owner = f'exec /bin/chown -R {user} "$3"' if user else "exit 0"  # the image's user goes by the name of postgres
    for name, text in (("docker-entrypoint.sh", IMAGE_SCRIPT), ("chown", f"#!/bin/sh\n{owner}\n")):
        (home / "bin" / name).write_text(text)
        (home / "bin" / name).chmod(0o755)
    shutil.copy(COMPOSE / "database" / "access.conf", home)
    environment = {
        **variables(private / "database.env"),
        **services()["database"]["environment"],
        "PATH": f"{home / 'bin'}:{programs}:/usr/bin:/bin",
        "AS": user,
        "PROGRAMS": str(programs),
        "INIT": str(COMPOSE / "database" / "logins.sh"),
        "PGDATA": str(home / "data"),
        "TLS_FOLDER": str(home / "tls"),
        "ACCESS_FILE": str(home / "access.conf"),
        "ROLES_FILE": str(CHECKOUT / "infra" / "sql" / "roles.sql"),
    }
    served = ["-D", str(home / "data"), "-p", str(port), "-k", str(home / "data"), "-c", "listen_addresses=127.0.0.1"]
    script = ["/bin/sh", str(COMPOSE / "database" / "start.sh"), *served]
    # env -i: nothing but what the container would have.
    command = ["env", "-i", *(f"{name}={value}" for name, value in environment.items()), *script]
    server = Server(command, port, lambda: healthy(port, str(programs)))
    server.start()
    try:
        yield Results(port, private)
    finally:
        if server.process is not None:
            server.process.send_signal(getattr(signal, services()["database"]["stop_signal"]))
            server.process.wait(30)
        shutil.rmtree(home)


def healthy(port: int, programs: str) -> bool:
    """What the database's own health check says."""
    test = [*services()["database"]["healthcheck"]["test"][1:], f"--port={port}"]
    return subprocess.run(test, env={"PATH": f"{programs}:/usr/bin:/bin"}, check=False).returncode == 0
