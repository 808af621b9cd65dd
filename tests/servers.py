"""Fixtures that start and stop real servers: PostgreSQL, and an S3 endpoint that speaks HTTP (moto)."""

from __future__ import annotations

import ctypes
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
import psycopg2
import pytest

START_S = 60
MISSING = "no PostgreSQL server is installed; infra/host/test-packages.sh installs one (as root)"
AWS = {"AWS_ACCESS_KEY_ID": "tests", "AWS_SECRET_ACCESS_KEY": "tests", "AWS_DEFAULT_REGION": "eu-west-2"}


@dataclass
class Server:
    """A server process of the tests' own, which can be stopped and started again on the same port."""

    command: list[str]
    port: int
    ready: Callable[[], bool]
    user: str | None = None
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        """Start the server and wait until it answers."""
        self.process = subprocess.Popen(
            self.command,
            user=self.user,
            group=pwd.getpwnam(self.user).pw_gid if self.user else None,
            extra_groups=[] if self.user else None,
            cwd="/",
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=_die_with_the_tests,
        )
        deadline = time.monotonic() + START_S
        while not self.ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{self.command[0]} did not start")
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop the server at once, as a crash of its host would, but leave its files whole."""
        if self.process is not None:
            self.process.send_signal(signal.SIGQUIT if self.user else signal.SIGTERM)
            self.process.wait(START_S)
            self.process = None

    @contextmanager
    def away(self) -> Iterator[None]:
        """The server is down for the length of the context."""
        self.stop()
        try:
            yield
        finally:
            self.start()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """A PostgreSQL server on a free port, which trusts whoever comes from this machine."""
    programs = _postgres_programs()
    # PostgreSQL refuses to run as root; its folder must be reachable for the user it runs as.
    user = _unprivileged() if os.geteuid() == 0 else None
    home = Path(tempfile.mkdtemp(prefix="insiders-postgres-", dir="/tmp"))
    if user:
        shutil.chown(home, user, pwd.getpwnam(user).pw_gid)
    data, port = home / "data", _free_port()
    initdb = [str(programs / "initdb"), "-D", str(data), "-U", "insiders", "-A", "trust", "-E", "UTF8"]
    group = pwd.getpwnam(user).pw_gid if user else None
    subprocess.run(
        [*initdb, "--locale=C", "--no-sync"],
        user=user,
        group=group,
        extra_groups=[] if user else None,
        cwd="/",
        check=True,
        capture_output=True,
    )
    options = {"listen_addresses": "127.0.0.1", "unix_socket_directories": str(home)}
    # A stopped server forgets nothing with these, only a machine without power does; synchronous_commit=off would.
    careless = dict.fromkeys(("fsync", "full_page_writes"), "off")
    settings = [part for name, value in {**options, **careless}.items() for part in ("-c", f"{name}={value}")]
    command = [str(programs / "postgres"), "-D", str(data), "-p", str(port), *settings]
    server = Server(command, port, lambda: _answers(port), user)
    server.start()
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(home)


@pytest.fixture
def postgres_url(postgres_server: Server) -> str:
    """The URL of an empty database. It is emptied, not made anew: a new one costs 7 MB and 300 files each time."""
    connection = psycopg2.connect(_address(postgres_server.port))
    connection.autocommit = True
    with closing(connection), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        cursor.execute("SELECT nspname FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema)'")
        for (schema,) in cursor.fetchall():
            cursor.execute(f"DROP SCHEMA {schema} CASCADE")
        cursor.execute("CREATE SCHEMA public")
    return f"postgresql+psycopg2://insiders:never-checked@127.0.0.1:{postgres_server.port}/postgres"


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'results.db'}"
    return request.getfixturevalue("postgres_url")


@pytest.fixture(scope="session")
def s3_server() -> Iterator[Server]:
    """An S3 endpoint on a free port, which any test may stop: what it holds is gone then."""
    with serving_s3() as server:
        yield server


@contextmanager
def serving_s3() -> Iterator[Server]:
    """An S3 endpoint on a free port, for the length of the context; what it holds is gone when it stops."""
    port = _free_port()
    command = [sys.executable, "-W", "ignore", "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    server = Server(command, port, lambda: _listens(port))
    server.start()
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture
def s3_endpoint(s3_server: Server, monkeypatch: pytest.MonkeyPatch) -> str:
    """The endpoint's URL; the environment holds the credentials."""
    for name, value in AWS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    return f"http://127.0.0.1:{s3_server.port}"


@pytest.fixture(scope="session")
def s3(s3_server: Server) -> Any:
    """A boto3 client of the endpoint, for the test's own looking."""
    return client_of(s3_server)


def client_of(server: Server) -> Any:
    """A boto3 client of an S3 endpoint."""
    names = {"AWS_DEFAULT_REGION": "region_name"}
    options = {names.get(name, name.lower()): value for name, value in AWS.items()}
    return boto3.client("s3", endpoint_url=f"http://127.0.0.1:{server.port}", **options)


@pytest.fixture
def bucket(s3: Any) -> str:
    """The name of an empty bucket of this test's own, which keeps versions."""
    name = f"test-{uuid4().hex[:12]}"
    make_bucket(s3, name)
    return name


def make_bucket(s3: Any, name: str) -> None:
    """Make a bucket that keeps versions."""
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": AWS["AWS_DEFAULT_REGION"]})
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})


def _postgres_programs() -> Path:
    """The folder of the newest PostgreSQL server's programs, or a skip that says how to get one."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    if debian:
        return debian[-1].parent
    found = shutil.which("postgres")
    if found is None:
        pytest.skip(MISSING)
    return Path(found).resolve().parent


def _unprivileged() -> str:
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def _answers(port: int) -> bool:
    with suppress(psycopg2.OperationalError):
        psycopg2.connect(_address(port)).close()
        return True
    return False


def _address(port: int) -> str:
    return f"host=127.0.0.1 port={port} user=insiders dbname=postgres connect_timeout=1"


def _die_with_the_tests() -> None:
    """Ask Linux to end the server with the tests, also when these are killed outright."""
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGQUIT)
