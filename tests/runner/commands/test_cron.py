"""`runner cron`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from runner import cli
from runner.records import journal
from runner.scheduling import system, systemd, timetable
from runner.settings import CHECKOUT
from tests.runner.bench import Bench, one
from tests.runner.notices.receiving import web_server
from tests.runner.scheduling.conftest import standing_in

pytestmark = pytest.mark.usefixtures("output")


@pytest.fixture
def output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place for runs, and cron."""
    for name in [name for name in os.environ if name.startswith(("INSIDERS_", "AWS_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("INSIDERS_OUTPUT", str(tmp_path / "output"))
    monkeypatch.setenv("COLUMNS", "300")
    return tmp_path / "output"


@pytest.fixture
def crontabs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where crontabs are kept."""
    return standing_in(tmp_path, monkeypatch, knows="exit 1")


def test_an_entry_is_installed_shown_and_removed(crontabs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Installing twice is as once, what a person should know is said, and other lines stay."""
    (crontabs / "me").write_text("5 4 * * * backup\n")
    assert cli.main(["cron", "show", "monthly"]) == 3
    assert "monthly: has no entry in the crontab of this user" in capsys.readouterr().out
    assert cli.main(["cron", "install"]) == 0
    said = capsys.readouterr().out
    assert "monthly: installed in the crontab of this user" in said
    assert "cron run monthly" in said
    assert f"cron will not see INSIDERS_OUTPUT: write them into {CHECKOUT / '.env'}" in said
    assert "next: " in said
    assert cli.main(["cron", "install", "monthly"]) == 0
    assert "stood already, unchanged" in capsys.readouterr().out
    assert cli.main(["cron", "show", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert (facts["zone"], len(facts["lines"]), len(facts["next"])) == (timetable.of_host(), 2, 3)
    assert cli.main(["cron", "install", "--at", "05:30", "--no-check"]) == 0
    assert "30 5 15 * * cd" in (crontabs / "me").read_text()
    assert cli.main(["cron", "show"]) == 0
    assert "-15 05:30 " in capsys.readouterr().out
    assert "cron check" not in (crontabs / "me").read_text()
    capsys.readouterr()
    assert cli.main(["cron", "remove"]) == 0
    assert "removed from" in capsys.readouterr().out
    assert (crontabs / "me").read_text() == "5 4 * * * backup\n"
    assert cli.main(["cron", "remove"]) == 0
    assert "there was no entry in" in capsys.readouterr().out


def test_what_the_host_has_is_shown(
    crontabs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An entry in `/etc/cron.d`, which whoever set the host up has made, and a timer of systemd."""
    monkeypatch.setattr(system, "FOLDER", tmp_path / "cron.d")
    monkeypatch.setattr(systemd, "FOLDER", tmp_path / "units")
    for folder in ("cron.d", "units"):
        (tmp_path / folder).mkdir()
    (tmp_path / "units" / "insiders-monthly.timer").touch()
    assert cli.main(["cron", "show"]) == 3
    assert "insiders-monthly.timer stands there: systemctl list-timers" in " ".join(capsys.readouterr().out.split())
    written = "15 3 1 * * shop cd /srv/insiders/current && runner cron run monthly\n"
    (tmp_path / "cron.d" / "insiders-monthly").write_text(written)
    assert cli.main(["cron", "show"]) == 0
    said = capsys.readouterr().out
    assert f"monthly: stands in {tmp_path / 'cron.d'}" in said
    assert "-01 03:15 " in said


def test_installing_again_keeps_the_first_day(crontabs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Runs stay expected from the day on which they first were."""
    cli.main(["cron", "install", "--since", "2026-01-01"])
    cli.main(["cron", "install", "--at", "06:00"])
    assert "--since 2026-01-01" in (crontabs / "me").read_text()


def test_units_are_printed_and_nothing_is_installed(crontabs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Any zone will do, since systemd knows them."""
    assert cli.main(["cron", "install", "--systemd", "--zone", "Asia/Tokyo", "--user", "of-another-host"]) == 0
    said = capsys.readouterr().out
    assert "OnCalendar=*-*-15 4:0:00 Asia/Tokyo" in said
    assert "User=of-another-host" in said
    assert list(crontabs.iterdir()) == []
    assert cli.main(["cron", "show", "--systemd"]) == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--schedule", "0 4 30 2 *"], "never comes"),
        (["--at", "4 am"], "no time of day"),
        (["--zone", "Asia/Tokyo"], "knows no CRON_TZ"),
        (["--system"], "--system needs --user"),
        (["--system", "--user", "nobody-of-that-name"], "no such user"),
        (["--since", "yesterday"], "is no day"),
    ],
)
def test_what_cannot_be_is_refused(
    crontabs: Path, words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit status 2, and nothing is written."""
    assert cli.main(["cron", "install", *words]) == 2
    assert said in capsys.readouterr().err
    assert list(crontabs.iterdir()) == []


def test_a_run_begun_by_cron_needs_nothing_of_it(bench: Bench, tmp_path: Path, output: Path) -> None:
    """No home, no terminal, two folders of programs: the notebook runs, its log is written, cron has no mail."""
    path = bench.write(one("values"))
    environment = {"PATH": "/usr/bin:/bin", "INSIDERS_OUTPUT": str(output)}
    command = [sys.executable, "-m", "runner", "cron", "run", str(path)]
    done = subprocess.run(
        command, cwd="/", env={**environment, "PYTHONPATH": str(CHECKOUT)}, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    entries = journal.read(output / "logs" / "small.jsonl")
    assert (entries[0]["event"], entries[-1]["event"], entries[-1]["exit_status"]) == ("started", "ended", 0)
    assert any("values" in entry["text"] for entry in entries if entry["event"] == "said")


def test_a_run_that_fails_is_mailed_and_noticed_once(
    bench: Bench, output: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its status is handed on, cron mails the line that matters, and the notice leads to the record."""
    path = bench.write(one("fails"))
    with web_server() as received:
        monkeypatch.setenv("INSIDERS_NOTICE_WEBHOOK", f"http://127.0.0.1:{received.port}/hook")
        monkeypatch.setenv("INSIDERS_HISTORY_URL", "https://history.example.com")
        assert cli.main(["cron", "run", str(path)]) == 1
        said = capsys.readouterr().err
        assert said.startswith("runner cron run: small: exit status 1: ")
        [post] = received.posts
        assert post["event"]["line"].removeprefix("failed: ") in said
        assert f"record: https://history.example.com/runs/small/{post['event']['run_id']}" in post["text"]
        assert cli.main(["cron", "check", str(path)]) == 1
        assert cli.main(["sync"]) == 0
        assert len(received.posts) == 1


def test_a_refusal_that_no_record_tells_is_noticed(
    bench: Bench, output: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing was started, so there is no run; a notice that cannot be sent changes no exit status."""
    path = bench.write("steps: [{name: a, notebook: nowhere.ipynb}]")
    with web_server() as received:
        monkeypatch.setenv("INSIDERS_NOTICE_WEBHOOK", f"http://127.0.0.1:{received.port}/hook")
        received.answer = 500
        assert cli.main(["cron", "run", str(path)]) == 3
        assert "notice not sent by webhook: the web address at 127.0.0.1 answered 500" in capsys.readouterr().err
        received.answer = 200
        assert cli.main(["sync"]) == 0
        assert [post["event"]["kind"] for post in received.posts] == ["refused", "refused"]
        assert "nowhere.ipynb" in received.posts[-1]["text"]
        assert cli.main(["cron", "run", "no-such-pipeline"]) == 2
        assert received.posts[-1]["event"]["pipeline"] == "no-such-pipeline"


def test_a_setting_that_cannot_be_right_is_noticed(
    bench: Bench, output: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The settings that are right say whom to tell of the one that keeps every run from starting."""
    path = bench.write(one("values"))
    monkeypatch.setenv("INSIDERS_BUCKET", "s3://of-the-wrong-form")
    with web_server() as received:
        monkeypatch.setenv("INSIDERS_NOTICE_WEBHOOK", f"http://127.0.0.1:{received.port}/hook")
        assert cli.main(["cron", "run", str(path)]) == 2
        [post] = received.posts
    assert "INSIDERS_BUCKET=s3://of-the-wrong-form: give BUCKET or BUCKET/PREFIX" in post["text"]
    assert "exit status 2" in capsys.readouterr().err
