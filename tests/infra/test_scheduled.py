"""From a line in a crontab to results that are current: a real cron, S3 over HTTP, PostgreSQL over verified TLS."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import nbformat
import pytest
import sqlalchemy as sa

from runner import cli
from runner.records import archive
from runner.scheduling import errand
from runner.settings import CHECKOUT
from runner.tables import database
from tests import results
from tests.infra import namespace
from tests.infra.conftest import administer
from tests.runner.bench import NOTEBOOKS
from tests.runner.notices.receiving import Received, web_server
from tests.runner.preflight.guard import guarding
from tests.runner.preflight.test_bucket import granted
from tests.runner.tables.certificates import Authority
from tests.runner.tables.secured import speaking_tls
from tests.servers import AWS, Server, make_bucket

ALONE = ["unshare", "--mount", "--propagation=private", "--pid", "--fork", "--kill-child", "--mount-proc"]
PATIENCE_S = 180
PASSWORD, SECRET = "correct-horse-battery", "T0K3N-of-the-webhook"
RULES = (
    "hostssl all shop_runner 127.0.0.1/32 scram-sha-256",
    "host all shop_runner 127.0.0.1/32 reject",
)
"""Whose server asks for TLS and a password, as RDS does."""
CODE = """
from pathlib import Path
import pandas as pd
from insiders import handoff
from insiders.publish import publish

Path(run_folder, "artifacts", "note.txt").write_text("remember")
handoff.write(run_folder, "source", pd.read_parquet(origin))
publish(run_folder, tables={"segments": pd.read_parquet(segments)}, artifacts=["artifacts/note.txt"])
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that everybody may enter, which pytest's own are not."""
    if os.geteuid() != 0:
        pytest.skip("a cron of the tests' own needs root, to mount and to change users")
    if not Path("/usr/sbin/cron").exists():
        pytest.skip("Debian's cron is not installed; infra/host/test-packages.sh installs it (as root)")
    if subprocess.run([*ALONE, "true"], capture_output=True).returncode:
        pytest.skip("this container lets nobody mount, so a cron of the tests' own would be the host's")
    made = Path(tempfile.mkdtemp(prefix="insiders-cron-", dir="/tmp"))
    made.chmod(0o755)
    yield made
    # What is mounted in there is the checkout itself: it must not be here, too.
    assert made.name not in Path("/proc/self/mountinfo").read_text()
    shutil.rmtree(made)


@contextmanager
def cron(folder: Path, pipelines: list[Path], settings: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """A host of its own (see `namespace`) whose cron has an entry for each pipeline; what is said of them."""
    (folder / "env").touch(0o600)
    (folder / "env").write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
    command = [*ALONE, sys.executable, "-m", "tests.infra.namespace", str(folder), *map(str, pipelines)]
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
    with subprocess.Popen(
        command, cwd=CHECKOUT, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    ) as host:
        try:
            assert host.stdout is not None
            line = host.stdout.readline()
            assert line, "cron was not set up: see what was said above"
            yield json.loads(line)
        finally:
            host.kill()


def pipelines(folder: Path) -> list[Path]:
    """One that publishes a table and a file, and goes live; and one that fails."""
    place = folder / "pipelines"
    place.mkdir()
    about = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    values = "\n".join(f'{name}: str = ""  # where it lies' for name in ("run_folder", "segments", "origin"))
    first = nbformat.v4.new_code_cell(values, id="parameters", metadata={"tags": ["parameters"]})
    cells = [first, nbformat.v4.new_code_cell(CODE, id="publish")]
    nbformat.write(nbformat.v4.new_notebook(metadata=about, cells=cells), place / "shop.ipynb")
    shutil.copy(NOTEBOOKS / "fails.ipynb", place)
    results.rows("segments").to_parquet(place / "segments.parquet")
    results.source().to_parquet(place / "origin.parquet")
    inputs = {"segments": f"{place}/segments.parquet", "origin": f"{place}/origin.parquet"}
    shop = {"name": "shop", "inputs": inputs, "promote": "automatic", "schedule": "0 4 * * *"}
    fails = {"name": "fails", "schedule": "0 4 * * *"}
    found = []
    for facts in (shop, fails):
        name = facts["name"]
        found.append(place / f"{name}.yml")
        found[-1].write_text(json.dumps({**facts, "steps": [{"name": name, "notebook": f"{name}.ipynb"}]}))
    return found


def ended(log: Path) -> dict[str, Any]:
    """The last line of a pipeline's log, once it says that the command has ended."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        lines = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
        if lines and lines[-1]["event"] == "ended":
            last: dict[str, Any] = lines[-1]
            return last
        time.sleep(0.1)
    raise AssertionError(f"cron did not bring {log} to its end")


def test_a_scheduled_run_lands_everywhere_and_one_that_fails_is_told_once(
    folder: Path,
    publisher_url: str,
    postgres_server: Server,
    s3_server: Server,
    s3: Any,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A user without home or terminal, a role that only publishes, a bucket that denies all else: it simply works."""
    for name in [name for name in os.environ if name.startswith(("INSIDERS_", "AWS_", "PG"))]:
        monkeypatch.delenv(name)
    bucket = f"cron-{uuid4().hex[:8]}"
    make_bucket(s3, bucket)
    administer(postgres_server, f"ALTER ROLE shop_runner PASSWORD '{PASSWORD}'")
    authority = Authority.made(folder)
    certificate = authority.sign(folder, "server", ["127.0.0.1"])
    secure = {"sslmode": "verify-full", "sslrootcert": str(authority.file)}
    url = sa.make_url(publisher_url).set(password=PASSWORD).update_query_dict(secure)
    shop, fails = pipelines(folder)
    output = folder / "own" / "output"
    with (
        speaking_tls(postgres_server, *certificate, rules=RULES),
        guarding(s3_server.port) as guard,
        web_server() as receiver,
    ):
        guard.statements = granted(bucket)
        settings = {
            "INSIDERS_OUTPUT": str(output),
            "INSIDERS_DATABASE_URL": url.render_as_string(hide_password=False),
            "INSIDERS_BUCKET": bucket,
            "INSIDERS_ENDPOINT_URL": guard.url,
            "INSIDERS_NOTICE_WEBHOOK": f"http://127.0.0.1:{receiver.port}/{SECRET}",
            **AWS,
        }
        with cron(folder, [shop, fails], settings) as host:
            for name, value in settings.items():
                monkeypatch.setenv(name, value)
            assert cli.main(["check", str(shop)]) == 0, capsys.readouterr().out
            assert {entry["place"] for entry in host["entries"]} == {f"the crontab of {namespace.USER}"}
            assert ended(output / "logs" / "shop.jsonl")["exit_status"] == 0, said(output, "shop")
            assert ended(output / "logs" / "fails.jsonl")["exit_status"] == 1, said(output, "fails")
            eventually(lambda: bool(receiver.posts))
        look_at_the_run(output, s3, bucket, url, guard.answered)
        look_at_the_notice(output, receiver)
        for word in (["check", "--expect", str(shop), *due(host, 0)], ["verify"]):
            assert cli.main(word) == 0, capsys.readouterr().out
        assert cli.main(["check", "--expect", str(fails), *due(host, 1)]) == 1
        assert len(receiver.posts) == 1
    kept = [path for path in output.rglob("*") if path.is_file()]
    assert [path for path in kept if any(one.encode() in path.read_bytes() for one in (PASSWORD, SECRET))] == []


def due(host: dict[str, Any], number: int) -> list[str]:
    """The words that tell a look when an entry was due, as its own line has them."""
    line = host["entries"][number]["lines"][0]
    return ["--schedule", " ".join(line.split()[:5])]


def said(output: Path, pipeline: str) -> str:
    """All that a pipeline's log holds."""
    return (output / "logs" / f"{pipeline}.jsonl").read_text()


def look_at_the_run(output: Path, s3: Any, bucket: str, url: sa.URL, answered: list[tuple[str, int]]) -> None:
    """One run, in the folder, in the bucket, and current in the database; nothing it asked for was denied."""
    (place,) = archive.run_folders(output, "shop")
    manifest = archive.read_manifest(place)
    assert manifest["provenance"]["user"] == namespace.USER
    assert (place.stat().st_uid, manifest["status"]) == (namespace.UID, "succeeded")
    assert (output / errand.HOME).is_dir()
    keys = {found["Key"] for found in s3.list_objects_v2(Bucket=bucket)["Contents"]}
    assert {f"shop/{place.name}/run.json", "shop/current.json"} <= keys
    assert any(key.startswith("ledger/") for key in keys)
    assert 403 not in {status for _, status in answered}
    engine = database.engine(url.render_as_string(hide_password=False))
    with engine.connect() as connection:
        live = connection.execute(sa.text("SELECT run_id, segment FROM current_segments ORDER BY segment")).all()
        tls = connection.execute(sa.text("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")).scalar_one()
    engine.dispose()
    assert [tuple(row) for row in live] == [(place.name, f"segment {number}") for number in range(3)]
    assert tls is True


def look_at_the_notice(output: Path, receiver: Received) -> None:
    """One notice, of the run that failed, with the line that matters."""
    (place,) = archive.run_folders(output, "fails")
    (post,) = receiver.posts
    assert post["path"] == f"/{SECRET}"
    assert place.name in json.dumps(post)
    assert "ValueError" in json.dumps(post)


def eventually(look: Callable[[], bool]) -> None:
    """Wait until it is so."""
    deadline = time.monotonic() + PATIENCE_S
    while not look():
        assert time.monotonic() < deadline
        time.sleep(0.05)
