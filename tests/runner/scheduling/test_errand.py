"""A command that cron began."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

from runner.records import journal
from runner.scheduling import errand, log
from runner.secrecy.redaction import Redactor
from runner.settings import CHECKOUT, Settings
from tests.runner.runs import settings

SLOW = """
import signal, sys, time
def told(*_):
    print("told:", *sys.argv[1:], flush=True)
    sys.exit(143)
signal.signal(signal.SIGTERM, told)
print("ready", flush=True)
time.sleep(30)
"""
"""In place of the runner: a command that takes long, and ends in order when it is told."""


def here(folder: Path) -> Settings:
    """An installation whose command is this checkout's."""
    return Settings(checkout=CHECKOUT, output=folder / "output", database_url=f"sqlite:///{folder / 'x.db'}")


def test_what_cron_does_not_give_is_made(tmp_path: Path) -> None:
    """Programs, a home that is there, letters beyond ASCII, the zone; what was given stays in front."""
    places = here(tmp_path)
    made = errand.environment({"PATH": "/opt/bin", "HOME": "/nowhere", "INSIDERS_SOURCE": "demo"}, places, "Asia/Tokyo")
    folders = made["PATH"].split(os.pathsep)
    assert (folders[0], folders[1]) == (str(Path(sys.executable).parent), "/opt/bin")
    assert {"/usr/local/bin", "/usr/bin", "/bin"} <= set(folders)
    assert Path(made["HOME"]).is_dir()
    assert Path(made["HOME"]).is_relative_to(places.output)
    assert (made["LANG"], made["TZ"], made["INSIDERS_SOURCE"]) == ("C.UTF-8", "Asia/Tokyo", "demo")
    own = errand.environment({"HOME": str(tmp_path), "LC_ALL": "pt_BR.UTF-8"}, places, None)
    assert own["HOME"] == str(tmp_path)
    assert not {"LANG", "TZ"} & own.keys()


def test_what_it_says_is_logged_in_json(tmp_path: Path) -> None:
    """Line by line, between its beginning and its end with the exit status; a secret is taken out."""
    path, hides = tmp_path / "logs" / "monthly.jsonl", Redactor.of(["no-such-thing"])
    with log.opened(path, hides) as book:
        done = errand.run(["show", "no-such-thing"], here(tmp_path), {"pipeline": "monthly"}, book, hides=hides)
    first, said, last = journal.read(path)
    assert (done.status, last["exit_status"]) == (2, 2)
    assert (first["event"], first["pipeline"], last["event"]) == ("started", "monthly", "ended")
    assert said["text"].startswith("runner show: there is no run")
    assert done.last == said["text"]
    assert "no-such-thing" not in path.read_text()
    assert [json.loads(line)["at"] for line in path.read_text().splitlines()]


def test_a_log_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    """The command runs all the same."""
    (tmp_path / "logs").write_text("in the way")
    with log.opened(tmp_path / "logs" / "monthly.jsonl", Redactor()) as book:
        assert book is None
        assert errand.run(["params", "nothing"], here(tmp_path), {}, book, hides=Redactor()).status == 2


def test_a_signal_reaches_the_command(tmp_path: Path) -> None:
    """The host goes down: the command is told once, ends as it would by itself, and its status is handed on."""
    (tmp_path / "runner").mkdir()
    (tmp_path / "runner" / "__main__.py").write_text(SLOW)
    places = settings(tmp_path, f"sqlite:///{tmp_path / 'x.db'}")

    class Book(journal.Journal):
        def write(self, event: str, **facts: object) -> None:
            super().write(event, **facts)
            if facts.get("text") == "ready":
                os.kill(os.getpid(), signal.SIGTERM)

    with Book(tmp_path / "log.jsonl") as book:
        done = errand.run(["run", "monthly"], places, {}, book, hides=Redactor())
    assert (done.status, done.last) == (143, "told: run monthly")
    assert [entry["event"] for entry in journal.read(book.path)] == ["started", "said", "said", "ended"]
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_a_command_that_is_killed_has_a_status(tmp_path: Path) -> None:
    """128 and the number of the signal, as a shell has it."""
    (tmp_path / "runner").mkdir()
    (tmp_path / "runner" / "__main__.py").write_text("import os; os.kill(os.getpid(), 9)")
    places = settings(tmp_path, f"sqlite:///{tmp_path / 'x.db'}")
    assert errand.run(["run"], places, {}, None, hides=Redactor()).status == 137
