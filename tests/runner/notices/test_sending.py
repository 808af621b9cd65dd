"""Telling once, whatever happens to the channels."""

from __future__ import annotations

import multiprocessing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from runner.ledger.turn import turn
from runner.notices import event, memory, sending
from runner.notices.event import Event
from runner.notices.memory import Memory
from runner.outcomes import Status
from runner.records import archive
from runner.records.identifiers import new_run_id
from runner.settings import Settings
from tests.runner.notices.receiving import Received, mail_server, web_server
from tests.runner.runs import a_record, a_step, settings


def known(folder: Path, received: Received, **more: Any) -> Settings:
    """An installation that tells a web server."""
    url = f"http://127.0.0.1:{received.port}/hook"
    return settings(folder, f"sqlite:///{folder / 'results.db'}", notice_webhook=url, **more)


def an_event(places: Settings, key: str = "monthly-1-missed", line: str = "was missed") -> Event:
    return event.made(places, key, "missed", "monthly", line, datetime.now(UTC))


def a_run(places: Settings, status: Status, *, hours_ago: float = 0.1, reason: str = "cell 3: KeyError") -> str:
    """A run that ended so."""
    folder = archive.make_folder(places.output, "monthly", new_run_id())
    began = datetime.now(UTC) - timedelta(hours=hours_ago)
    step = a_step(status=status)
    record = a_record(step, run_id=folder.name, pipeline="monthly", started=began)
    ended = record.ended(status, reason)
    archive.Manifest(folder).write(ended)
    return folder.name


def test_an_event_is_told_once(tmp_path: Path) -> None:
    """By any command, in any process; another event is another notice."""
    with web_server() as received:
        places = known(tmp_path, received)
        for _ in range(3):
            assert sending.tell(places, [an_event(places)]) == []
        other = multiprocessing.get_context("spawn").Process(target=sending.tell, args=(places, [an_event(places)]))
        other.start()
        other.join()
        assert len(received.posts) == 1
        sending.tell(places, [an_event(places, "monthly-2-missed")])
        assert len(received.posts) == 2


def test_runs_that_ended_badly_are_told(tmp_path: Path) -> None:
    """Failed and lost ones, each once, with their reason; not those that succeeded, were refused or were stopped."""
    with web_server() as received:
        places = known(tmp_path, received)
        bad = [a_run(places, status) for status in (Status.FAILED, Status.OUT_OF_MEMORY, Status.LOST)]
        for status in (Status.SUCCEEDED, Status.SKIPPED, Status.CANCELLED):
            a_run(places, status)
        sending.tell(places)
        sending.tell(places)
        assert sorted(post["event"]["run_id"] for post in received.posts) == sorted(bad)
        assert {post["event"]["kind"] for post in received.posts} == {"failed", "lost"}
        assert all("cell 3: KeyError" in post["text"] for post in received.posts)


def test_the_past_is_no_news(tmp_path: Path) -> None:
    """Runs that failed long before somebody asked to be told are not told."""
    with web_server() as received:
        places = known(tmp_path, received)
        folder = archive.make_folder(places.output, "monthly", new_run_id())
        record = a_record(a_step(status=Status.FAILED), run_id=folder.name, pipeline="monthly")
        (folder / "run.json").write_bytes(
            b"".join(_old(record.ended(Status.FAILED, "long ago").to_json(archive.Manifest(folder).redactor)))
        )
        sending.tell(places)
        assert received.posts == []


def _old(content: bytes) -> list[bytes]:
    """A manifest whose run ended two days ago."""
    before = (datetime.now(UTC) - timedelta(days=2)).isoformat()
    lines = content.splitlines(keepends=True)
    return [f' "finished": "{before}",\n'.encode() if line.startswith(b' "finished"') else line for line in lines]


def test_what_could_not_be_sent_is_sent_by_the_next_command(tmp_path: Path) -> None:
    """It is said which channel is away; the one that took it is not told again."""
    with web_server() as received, mail_server() as post:
        smtp = f"smtp://127.0.0.1:{post.port}"
        places = known(tmp_path, received, notice_email="ops@example.com", notice_smtp=smtp)
        received.answer = 503
        [said] = sending.tell(places, [an_event(places)])
        assert said == (
            "notice not sent by webhook: the web address at 127.0.0.1 answered 503; the next command tries again"
        )
        assert (len(received.posts), len(post.mails)) == (1, 1)
        received.answer = 200
        assert sending.tell(places) == []
        assert sending.tell(places) == []
        assert (len(received.posts), len(post.mails)) == (2, 1)


def test_one_bad_notice_does_not_keep_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A channel is left alone after two faults in one command, and tried anew by the next."""
    with web_server() as received:
        places = known(tmp_path, received)
        received.answer = 400
        events = [an_event(places, f"monthly-{number}-missed") for number in range(4)]
        assert len(sending.tell(places, events)) == 1
        assert len(received.posts) == sending.TRIES
        received.answer = 200
        sending.tell(places)
        assert len(received.posts) == sending.TRIES + 4


def test_without_a_channel_nothing_is_written(tmp_path: Path) -> None:
    """Whoever sets one up later is told of what happens from then on."""
    places = settings(tmp_path, "sqlite:///x.db")
    assert sending.tell(places, [an_event(places)]) == []
    assert not places.output.exists()


def test_a_folder_that_cannot_be_written_changes_nothing(tmp_path: Path) -> None:
    """It is said, and nothing is sent that could not be remembered."""
    with web_server() as received:
        places = known(tmp_path, received)
        places.output.mkdir()
        (places.output / memory.ROOM).write_text("in the way")
        [said] = sending.tell(places, [an_event(places)])
        assert "cannot be written down, and are not sent" in said
        assert received.posts == []


def test_two_commands_do_not_tell_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second leaves it to the first, and says so."""
    monkeypatch.setattr(sending, "TURN_S", 0.05)
    with web_server() as received:
        places = known(tmp_path, received)
        with turn(places.output / sending.LOCK):
            [said] = sending.tell(places, [an_event(places)])
        assert "another process is sending them" in said
        assert received.posts == []


def test_a_note_that_cannot_be_read_is_left_out(tmp_path: Path) -> None:
    """The others are told."""
    with web_server() as received:
        places = known(tmp_path, received)
        Memory.of(places).begin(datetime.now(UTC))
        (places.output / memory.ROOM / "broken.note.json").write_text("{")
        sending.tell(places, [an_event(places)])
        assert len(received.posts) == 1
