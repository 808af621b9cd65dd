"""The services of the compose installation, started as plain processes with what the file gives them."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import yaml

from infra.compose import setup
from runner import settings
from runner.settings import CHECKOUT
from tests import servers
from tests.infra.compose import Results, make_secrets, services, serving_results
from tests.servers import AWS


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Results]:
    """A database as the service `database` makes it."""
    private = tmp_path_factory.mktemp("compose") / "private"
    make_secrets(private)
    with serving_results(private) as served:
        yield served


def test_bucket_and_tables_are_made_and_made_again(
    results: Results, s3_endpoint: str, s3: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The service `setup` with the owner's login, twice: a bucket that locks and lets nobody remove, and the tables."""
    service = services()["setup"]
    environment = {**service["environment"], **AWS, "INSIDERS_BUCKET": "insiders-setup/kept"}
    environment |= {"INSIDERS_DATABASE_URL": results.url("setup"), "INSIDERS_ENDPOINT_URL": s3_endpoint}
    environment["AWS_DEFAULT_REGION"] = "us-east-1"
    command = [sys.executable, *service["command"][1:]]
    done = subprocess.run(command, env={**os.environ, **environment}, cwd=CHECKOUT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "bucket insiders-setup: made; each object is locked for 365 days" in done.stdout
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert setup.done(settings.load()) == [
        "bucket insiders-setup: is there; each object is locked for 365 days",
        f"tables: version {newest()}",
    ]
    lock = s3.get_object_lock_configuration(Bucket="insiders-setup")["ObjectLockConfiguration"]
    assert lock["Rule"]["DefaultRetention"].items() >= {"Mode": "GOVERNANCE", "Days": 365}.items()
    assert yaml.safe_load(s3.get_bucket_policy(Bucket="insiders-setup")["Policy"]) == setup.kept("insiders-setup")


def newest() -> str:
    files = (CHECKOUT / "infra" / "migrations" / "versions").glob("*.py")
    return max(path.name.partition("_")[0] for path in files)


def test_a_store_that_is_away_is_told_in_one_line(results: Results, monkeypatch: pytest.MonkeyPatch) -> None:
    """Setup ends with 3, so that nothing starts on half an installation."""
    for name, value in {**AWS, "INSIDERS_BUCKET": "insiders", "INSIDERS_ENDPOINT_URL": "http://127.0.0.1:1"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("INSIDERS_DATABASE_URL", results.url("setup"))
    monkeypatch.setattr(setup, "patiently", lambda action: action())
    assert setup.main() == 3


def test_logins_can_what_they_are_for_and_no_more(results: Results) -> None:
    """Over TLS that is verified: the owner makes tables, the writer adds rows, the reader looks at what is current."""
    setup.make_tables(results.url("setup"))
    assert results.ask("runner", "SELECT ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()") == [
        (True, "TLSv1.3")
    ]
    assert results.ask("dashboard", "SELECT count(*) FROM current_customers") == [(0,)]
    added = "INSERT INTO runs (run_id, pipeline, status, started_at) VALUES ('a', 'monthly', 'running', now())"
    results.ask("runner", added)
    for service, denied in (
        ("runner", "DELETE FROM runs"),
        ("runner", "CREATE TABLE mine (n int)"),
        ("dashboard", "SELECT * FROM customers"),
        ("dashboard", added),
        ("setup", "CREATE ROLE mine"),
    ):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            results.ask(service, denied)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("sslmode=verify-full", "sslmode=disable"), "no encryption"),
        (("@database:", "@another:"), "does not match host name"),
        (("authority.crt", "complete"), "certificate|no start line|could not read root"),
    ],
)
def test_a_connection_that_is_not_verified_is_none(results: Results, change: tuple[str, str], said: str) -> None:
    """In clear, under another name, or by another authority, nobody gets in."""
    with pytest.raises(psycopg2.OperationalError, match=said):
        psycopg2.connect(results.url("dashboard").replace(*change)).close()


def test_pages_start_as_told_and_are_found_healthy(results: Results, tmp_path: Path) -> None:
    """The commands of the file, with the environment of the file, answer its health checks, and end when told."""
    pages = [started(results, tmp_path, *one) for one in (("dashboard", "--server.port"), ("history", "--port"))]
    try:
        for page, port, check in pages:
            deadline = time.monotonic() + 60
            while page.poll() is None and not listens(port) and time.monotonic() < deadline:
                time.sleep(0.05)
            assert subprocess.run(check, capture_output=True, check=False).returncode == 0, check
    finally:
        for page, _, _ in pages:
            page.terminate()
        for page, _, _ in pages:
            page.wait(30)
    assert subprocess.run(pages[0][2], capture_output=True, check=False).returncode != 0


def started(results: Results, home: Path, service: str, option: str) -> tuple[subprocess.Popen[bytes], int, list[str]]:
    """A page of the installation as a process on another port, and its health check for that port."""
    asked, port = services()[service], servers._free_port()
    environment = {**os.environ, **asked["environment"], "HOME": str(home), "INSIDERS_OUTPUT": str(home)}
    environment["PATH"] = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    if service == "dashboard":
        environment["INSIDERS_DATABASE_URL"] = results.url("dashboard")
    command = [word.replace("0.0.0.0", "127.0.0.1") for word in asked["command"]]
    check = [sys.executable, *asked["healthcheck"]["test"][2:]]
    check[-1], changed = re.subn(r":\d{4}/", f":{port}/", check[-1])
    assert changed == 1
    page = subprocess.Popen(
        [*command, option, str(port)],
        env=environment,
        cwd=CHECKOUT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return page, port, check


def listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
