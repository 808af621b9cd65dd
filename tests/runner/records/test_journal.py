"""The journal."""

import errno
import resource
import signal
import threading
from pathlib import Path

from runner.records.journal import Journal, read
from runner.secrecy.redaction import Redactor


def test_entries_are_there_before_the_journal_is_closed(tmp_path: Path) -> None:
    """A line can be read as soon as it was written."""
    with Journal(tmp_path / "journal.jsonl") as journal:
        journal.write("cell_started", cell=3)
        assert [(entry["event"], entry["cell"]) for entry in read(journal.path)] == [("cell_started", 3)]


def test_a_torn_line_is_left_out(tmp_path: Path) -> None:
    """A last line that a crash cut off does not hide those before it."""
    with Journal(tmp_path / "journal.jsonl") as journal:
        journal.write("one")
        journal.write("two")
    content = journal.path.read_bytes()
    journal.path.write_bytes(content[:-9])
    assert [entry["event"] for entry in read(journal.path)] == ["one"]


def test_a_full_disk_is_kept_for_the_end(tmp_path: Path) -> None:
    """A line that cannot be written stops nothing; the first fault is kept, and the lines after it are whole."""
    journal = Journal(tmp_path / "journal.jsonl")
    journal.write("one")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (journal.path.stat().st_size + 10, hard))
        journal.write("two", text="x" * 100)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)
    journal.write("three")
    journal.close()
    assert journal.fault is not None
    assert journal.fault.errno == errno.EFBIG
    assert [entry["event"] for entry in read(journal.path)] == ["one", "three"]


def test_no_secret_enters_the_journal(tmp_path: Path) -> None:
    """What the redactor knows is not written, wherever in the facts it stands."""
    with Journal(tmp_path / "journal.jsonl", Redactor.of(["hush-hush"])) as journal:
        journal.write("fault", story="password hush-hush refused", facts={"hush-hush": ["hush-hush"]})
    assert b"hush" not in journal.path.read_bytes()


def test_threads_do_not_mix_their_lines(tmp_path: Path) -> None:
    """Four threads that write at once leave whole lines."""
    with Journal(tmp_path / "journal.jsonl") as journal:

        def say() -> None:
            for _ in range(200):
                journal.write("said", text="x" * 500)

        threads = [threading.Thread(target=say) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(read(journal.path)) == 800
