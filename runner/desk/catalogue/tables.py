"""The tables of the index: an SQLite file that can be thrown away at any time, since the archive has all of it."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import tempfile
from pathlib import Path

VERSION = 4
"""Of the tables below; an index of another version is made anew."""
_TABLES = """
CREATE TABLE runs (
    number INTEGER PRIMARY KEY, folder TEXT UNIQUE, run_id TEXT, pipeline TEXT, status TEXT, reason TEXT, title TEXT,
    logical_date TEXT, started TEXT, seconds REAL, who TEXT, digest TEXT, gates TEXT, words TEXT,
    steps INTEGER, good_steps INTEGER, stamp TEXT
);
CREATE INDEX runs_by_id ON runs (run_id);
CREATE INDEX runs_by_pipeline ON runs (pipeline, run_id);
CREATE TABLE choices (
    number INTEGER PRIMARY KEY, step TEXT, name TEXT, value TEXT, UNIQUE (step, name, value)
);
CREATE INDEX choices_by_name ON choices (name, value);
CREATE TABLE chosen (run INTEGER, choice INTEGER, PRIMARY KEY (choice, run)) WITHOUT ROWID;
CREATE INDEX chosen_by_run ON chosen (run);
CREATE TABLE names (number INTEGER PRIMARY KEY, step TEXT, name TEXT, unit TEXT, UNIQUE (step, name));
CREATE TABLE figures (name INTEGER, run INTEGER, value REAL, PRIMARY KEY (name, run)) WITHOUT ROWID;
CREATE INDEX figures_by_run ON figures (run);
CREATE TABLE events (
    number INTEGER PRIMARY KEY, run_id TEXT, pipeline TEXT, event TEXT, at TEXT, who TEXT, why TEXT, digest TEXT
);
CREATE INDEX events_by_run ON events (run_id, number);
CREATE INDEX events_by_event ON events (event, pipeline, number);
CREATE INDEX went_live_by_number ON events (pipeline, number) WHERE event IN ('promoted', 'rolled_back');
CREATE INDEX went_live_by_run ON events (pipeline, run_id, number) WHERE event IN ('promoted', 'rolled_back');
CREATE TABLE said (run_id TEXT PRIMARY KEY, event TEXT, who TEXT, digest TEXT) WITHOUT ROWID;
CREATE TABLE live (pipeline TEXT PRIMARY KEY, run_id TEXT) WITHOUT ROWID;
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT);
"""


def path_for(output: Path) -> Path:
    """Where the index of an archive lies: in the user's cache, or in a temporary folder where there is none."""
    home = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    name = f"desk-{hashlib.sha256(os.fsencode(output.resolve())).hexdigest()[:16]}.sqlite"
    folder = Path(home).expanduser() / "insiders"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        folder = Path(tempfile.mkdtemp(prefix="insiders-desk-"))
    if not os.access(folder, os.W_OK):
        folder = Path(tempfile.mkdtemp(prefix="insiders-desk-"))
    return folder / name


def opened(path: Path) -> sqlite3.Connection:
    """The index, with its tables; one that is broken or of another version is made anew."""
    try:
        return _opened(path)
    except sqlite3.DatabaseError:
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        return _opened(path)


def _opened(path: Path) -> sqlite3.Connection:
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=10)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = OFF")
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version != VERSION:
            if version:
                raise sqlite3.DatabaseError("of another version")
            connection.executescript(f"BEGIN; {_TABLES} PRAGMA user_version = {VERSION}; COMMIT;")
        connection.execute("SELECT count(*) FROM facts").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection
