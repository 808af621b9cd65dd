"""Where the log lies, and what is taken out of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.records import journal
from runner.scheduling import log
from tests.runner.runs import settings


def test_the_log_lies_in_the_output_folder(tmp_path: Path) -> None:
    """One file per pipeline, made when it is needed, and added to."""
    path = log.path_of(settings(tmp_path, "sqlite:///x.db"), "monthly")
    assert path == tmp_path / "output_notebooks" / "logs" / "monthly.jsonl"
    for _ in range(2):
        with log.opened(path, log.redactor()) as book:
            assert book is not None
            book.write("said", text="hello")
    assert [entry["text"] for entry in journal.read(path)] == ["hello", "hello"]


def test_secrets_of_the_environment_are_taken_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A password in the address of the mail server, and the whole address of the web."""
    monkeypatch.setenv("INSIDERS_NOTICE_WEBHOOK", "https://hooks.example.com/services/T0/kept-too")
    monkeypatch.setenv("INSIDERS_NOTICE_SMTP", "smtp://insiders:kept-quiet-9@mail.example.com")
    path = tmp_path / "x.jsonl"
    with log.opened(path, log.redactor()) as book:
        assert book is not None
        book.write("said", text="kept-quiet-9 failed at https://hooks.example.com/services/T0/kept-too")
    assert "kept-" not in path.read_text()


def test_a_log_that_cannot_be_opened_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And there is none."""
    (tmp_path / "x").write_text("in the way")
    with log.opened(tmp_path / "x" / "y.jsonl", log.redactor()) as book:
        assert book is None
    assert "cannot be written" in capsys.readouterr().err
