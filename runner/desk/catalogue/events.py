"""What the ledger tells of runs: who said what of them, which went live, which were pruned. Read on where it has grown.

A line that is none is passed over: the list must come also of a ledger that was tampered with, and `runner verify`
says what is wrong with it.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from runner.ledger.book import FILE
from runner.ledger.line import Event, Line

_STATE = "ledger"
MOST_AT_ONCE = 512 << 20
"""So many bytes of new lines are read in one go."""


def follow(connection: sqlite3.Connection, output: Path) -> bool:
    """Take up the lines that are new; whether there are any. A ledger that was cut or replaced is read anew."""
    path = output / FILE
    try:
        status = path.stat()
    except OSError:
        status = None
    inode, size = (0, 0) if status is None else (status.st_ino, status.st_size)
    known_inode, known_size = _state(connection)
    if (inode, size) == (known_inode, known_size):
        return False
    if inode != known_inode or size < known_size:
        for table in ("events", "said", "live"):
            connection.execute(f"DELETE FROM {table}")  # noqa: S608 - our names
        known_size = 0
    read = _take(connection, path, known_size) if status is not None else 0
    connection.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (_STATE, f"{inode} {known_size + read}"))
    return True


def _state(connection: sqlite3.Connection) -> tuple[int, int]:
    found = connection.execute("SELECT value FROM facts WHERE name = ?", (_STATE,)).fetchone()
    inode, size = found[0].split() if found else (0, 0)
    return int(inode), int(size)


def _take(connection: sqlite3.Connection, path: Path, start: int) -> int:
    """Read whole lines from an offset; how many bytes they are."""
    with path.open("rb") as file:
        file.seek(start)
        whole, mark, _ = file.read(MOST_AT_ONCE).rpartition(b"\n")
    for text in whole.split(b"\n") if mark else ():
        try:
            _keep(connection, Line.read(text))
        except ValueError:
            continue
    return len(whole) + len(mark)


def _keep(connection: sqlite3.Connection, line: Line) -> None:
    why = line.facts.get("why", line.facts.get("reason"))
    row = (
        line.number,
        line.run_id,
        line.pipeline,
        str(line.event),
        line.at.isoformat(),
        line.who.encode(errors="replace").decode(),
        why.encode(errors="replace").decode() if isinstance(why, str) else None,
        line.digest,
    )
    connection.execute("INSERT OR REPLACE INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
    if line.event in (Event.APPROVED, Event.REJECTED):
        connection.execute("INSERT OR REPLACE INTO said VALUES (?, ?, ?, ?)", (row[1], row[3], row[5], row[7]))
    if line.event in (Event.PROMOTED, Event.ROLLED_BACK):
        connection.execute("INSERT OR REPLACE INTO live VALUES (?, ?)", (line.pipeline, line.run_id))
