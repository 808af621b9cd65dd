"""The ledger's file: what is in it after threads, processes, crashes and full disks were at it."""

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from runner.errors import RecordError, SettingsError
from runner.ledger import tree
from runner.ledger.book import Book
from runner.ledger.line import NOTHING, Event, Line
from runner.ledger.signing import Signer
from tests.runner.runs import settings

KEY = "5d" * 32
APPENDS = """import sys
from pathlib import Path
from runner.ledger.book import Book
from runner.ledger.line import Event
book = Book(Path(sys.argv[1]))
for number in range(int(sys.argv[3])):
    book.append(Event.STARTED, run_id=f"{sys.argv[2]}-{number}", unless=lambda line: True)
"""


@pytest.fixture
def book(tmp_path: Path) -> Book:
    return Book(tmp_path / "output" / "ledger.jsonl")


def assert_whole(lines: list[Line]) -> None:
    """Every line is numbered and holds the digest of the one before; only the first one opens the ledger."""
    assert [line.number for line in lines] == list(range(1, len(lines) + 1))
    assert [line.previous for line in lines] == [NOTHING, *(line.sha256 for line in lines[:-1])]
    assert [line.event is Event.OPENED for line in lines] == [True] + [False] * (len(lines) - 1)
    assert len({line.ledger for line in lines}) == 1


def test_the_first_line_opens_the_ledger(book: Book) -> None:
    """A ledger gets an id of its own with the first line that is asked for, and every line holds it."""
    assert (book.lines(), book.head(), book.of_run("x")) == ([], None, [])
    line = book.append(Event.STARTED, pipeline="monthly", run_id="x", facts={"date": "2026-01-15"})
    assert_whole(book.lines())
    assert book.lines()[1] == line
    assert (line.event, line.pipeline, line.run_id, line.facts) == ("started", "monthly", "x", {"date": "2026-01-15"})
    assert "@" in line.who
    assert book.append(Event.APPROVED, run_id="x", digest="a" * 64, who="Ann").who == "Ann"
    assert [one.number for one in book.of_run("x")] == [2, 3]


def test_the_head_stands_for_all_lines(book: Book) -> None:
    """A head tells size, last digest and root, of all lines or of the first ones."""
    lines = [book.append(Event.STARTED, run_id=f"{number}") for number in range(5)]
    head = book.head()
    assert head is not None
    assert (head.ledger, head.size, head.digest) == (lines[0].ledger, 6, lines[-1].sha256)
    assert head.root == tree.root([line.text for line in book.lines()])
    earlier = book.head(3)
    assert earlier is not None
    assert (earlier.size, earlier.digest) == (3, lines[1].sha256)
    assert earlier.root == tree.root([line.text for line in book.lines()[:3]])
    for size in (0, 7):
        with pytest.raises(RecordError, match=f"has 6 lines, and none is {size}"):
            book.head(size)


def test_what_was_said_is_not_said_again(book: Book) -> None:
    """A repeated append returns the line that is there: of the same run, or of all where no run is named."""
    first = book.append(Event.FINISHED, run_id="x", digest="a" * 64)
    again = book.append(Event.FINISHED, run_id="x", digest="b" * 64, unless=lambda line: line.event is Event.FINISHED)
    assert again == first
    other = book.append(Event.FINISHED, run_id="y", unless=lambda line: line.event is Event.FINISHED)
    assert other.number == 3
    assert book.append(Event.PROMOTED, unless=lambda line: line.run_id == "y") == other
    assert len(book.lines()) == 3


def test_threads_and_processes_take_turns(book: Book) -> None:
    """Threads and processes that append at once leave whole lines in one chain, and each gets the one it asked for."""
    command = [sys.executable, "-c", APPENDS, str(book.path)]
    processes = [subprocess.Popen([*command, f"p{number}", "20"]) for number in range(3)]
    with ThreadPoolExecutor(4) as pool:
        lines = list(pool.map(lambda number: book.append(Event.STARTED, run_id=f"t-{number}"), range(40)))
    assert [process.wait(60) for process in processes] == [0, 0, 0]
    assert_whole(book.lines())
    assert [line.run_id for line in lines] == [f"t-{number}" for number in range(40)]
    assert len({line.run_id for line in book.lines()}) == 1 + 3 * 20 + 40


@pytest.mark.parametrize("kept", [1, 40, 240])
def test_a_torn_line_is_removed_by_the_next_writer(book: Book, kept: int) -> None:
    """What a power cut left of a line is not read, and the next line says how many bytes went."""
    book.append(Event.STARTED, run_id="x")
    whole = book.path.read_bytes()
    torn = Book(book.path).append(Event.FINISHED, run_id="x").text[:kept]
    book.path.write_bytes(whole + torn)
    assert [line.event for line in book.lines()] == ["opened", "started"]
    line = book.append(Event.FINISHED, run_id="x", facts={"status": "lost"})
    assert line.facts == {"status": "lost", "healed_bytes": kept}
    assert_whole(book.lines())


def test_a_ledger_torn_in_its_first_line_begins_anew(book: Book) -> None:
    """A power cut in the very first write leaves no ledger, and the next writer opens one."""
    book.append(Event.STARTED, run_id="x")
    book.path.write_bytes(book.path.read_bytes()[:50])
    assert (book.lines(), book.head()) == ([], None)
    assert book.append(Event.STARTED, run_id="x").facts == {"healed_bytes": 50}
    assert_whole(book.lines())


def test_a_long_line_is_found_at_the_end(book: Book) -> None:
    """The last line is found however long it is, and however short the file."""
    book.append(Event.APPROVED, facts={"text": "x" * 100_000})
    book.append(Event.APPROVED, facts={"text": "y" * 100_000})
    book.append(Event.APPROVED)
    assert_whole(book.lines())


@contextmanager
def files_end_at(size: int) -> Iterator[None]:
    """No file can grow beyond the size, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)


@pytest.mark.parametrize("room", [0, 10])
def test_a_full_disk_changes_nothing(book: Book, room: int) -> None:
    """A line that does not fit leaves the file as it was, and says why."""
    book.append(Event.STARTED, run_id="x")
    before = book.path.read_bytes()
    with files_end_at(len(before) + room), pytest.raises(RecordError, match="cannot be written: File too large"):
        book.append(Event.FINISHED, run_id="x")
    assert book.path.read_bytes() == before
    assert "healed_bytes" not in book.append(Event.FINISHED, run_id="x").facts


def test_links_are_not_followed(book: Book, tmp_path: Path) -> None:
    """A link in the ledger's place is neither read nor written through, nor is one in its lock's."""
    book.append(Event.STARTED, run_id="x")
    elsewhere = book.path.rename(tmp_path / "elsewhere")
    book.path.symlink_to(elsewhere)
    before = elsewhere.read_bytes()
    for act in (book.lines, lambda: book.append(Event.STARTED)):
        with pytest.raises(RecordError, match="is a link"):
            act()
    assert elsewhere.read_bytes() == before
    book.path.unlink()
    lock = book.path.parent / ".locks" / "ledger.lock"
    lock.unlink()
    lock.symlink_to(elsewhere)
    with pytest.raises(RecordError, match=r"ledger\.lock"):
        book.append(Event.STARTED)


def test_what_is_no_file_is_refused(book: Book) -> None:
    """A pipe in the ledger's place does not hang the runner."""
    book.path.parent.mkdir(parents=True)
    os.mkfifo(book.path)
    for act in (book.lines, lambda: book.append(Event.STARTED)):
        with pytest.raises(RecordError, match="is no file"):
            act()


def test_a_broken_line_is_named(book: Book) -> None:
    """Reading stops at the line that is none, and a writer does not go on after a last one that is none."""
    for number in range(3):
        book.append(Event.STARTED, run_id=f"{number}")
    texts = book.path.read_bytes().split(b"\n")
    book.path.write_bytes(b"\n".join([*texts[:2], texts[2] + b" ", *texts[3:]]))
    with pytest.raises(RecordError, match="line 3: is not spelt as lines are written; runner verify"):
        book.lines()
    book.path.write_bytes(b"\n".join([texts[0], texts[2], texts[1], *texts[3:]]))
    with pytest.raises(RecordError, match="line 2: says that it is line 3"):
        book.lines()
    book.path.write_bytes(book.path.read_bytes() + b"{}\n")
    with pytest.raises(RecordError, match="last line: has no 'number'"):
        book.append(Event.STARTED)


def test_lines_are_signed_where_there_is_a_key(tmp_path: Path) -> None:
    """Every line of a writer with a key is signed, the first one too; an unsigned ledger goes on signed."""
    signed = Book.of(settings(tmp_path, "sqlite://", ledger_key=KEY))
    signed.append(Event.STARTED, run_id="x")
    signer = Signer.read(KEY, tmp_path)
    for line in signed.lines():
        assert line.signature is not None
        assert signer.verifier.accepts(line.signature, line.signed)
    head = signed.head()
    assert head is not None
    assert head.signature == signed.lines()[-1].signature
    later = Book.of(settings(tmp_path / "later", "sqlite://"))
    assert later.append(Event.STARTED, run_id="x").signature is None
    assert Book(later.path, signer).append(Event.FINISHED, run_id="x").signature is not None
    assert_whole(later.lines())


def test_a_signed_ledger_is_not_spoilt(tmp_path: Path) -> None:
    """Without its key, or with another one, nothing is added to a signed ledger: it would pass for a forgery."""
    signed = Book(tmp_path / "ledger.jsonl", Signer.read(KEY, tmp_path))
    signed.append(Event.STARTED, run_id="x")
    before = signed.path.read_bytes()
    with pytest.raises(SettingsError, match="name its key in INSIDERS_LEDGER_KEY"):
        Book(signed.path).append(Event.FINISHED, run_id="x")
    with pytest.raises(SettingsError, match="line 2 was not signed with the key"):
        Book(signed.path, Signer.read("6e" * 32, tmp_path)).append(Event.FINISHED, run_id="x")
    assert signed.path.read_bytes() == before
