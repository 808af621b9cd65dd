"""The formats transactions come in, by the ending of the file's name, and the reading of all files behind a path."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import fastexcel
import pyarrow as pa
import pyarrow.parquet as pq

from insiders.columns import claim
from insiders.errors import SourceError
from insiders.sources import delimited, workbooks
from insiders.sources.files import File, Part, behind

Reader = Callable[[File, Mapping[str, str] | None], list[Part]]

_BROKEN = (
    pa.ArrowException,
    fastexcel.FastExcelError,
    zipfile.BadZipFile,
    gzip.BadGzipFile,
    zlib.error,
    EOFError,
    OSError,
    UnicodeError,
)
"""What the libraries raise on a file that is cut off or is not what its name says."""


def parquet(file: File, mapping: Mapping[str, str] | None = None) -> list[Part]:
    """The one part of a Parquet file; only the columns that serve are read."""
    with file.open() as opened:
        stored = pq.ParquetFile(opened)
        claimed = claim(stored.schema_arrow.names, mapping)
        rows = stored.read(columns=list(claimed.values())).select(list(claimed.values()))
    return [Part(file.name, rows.rename_columns(list(claimed)).replace_schema_metadata(None))]


READERS: Mapping[str, Reader] = {
    **dict.fromkeys((".csv", ".tsv", ".txt"), delimited.read),
    **dict.fromkeys((".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"), workbooks.read),
    **dict.fromkeys((".parquet", ".pq"), parquet),
}
"""How to read a file, by the ending of its name in lower case; ``.gz`` and ``.zip`` are unpacked first."""


def read(path: Path, mapping: Mapping[str, str] | None = None) -> list[Part]:
    """All parts of the files behind a path; one `SourceError` for everything that is wrong with any of them."""
    files = behind(path)
    readable = [file for file in files if file.suffix in READERS]
    if not readable:
        there = ", ".join(file.name for file in files) or "nothing"
        known = ", ".join(READERS)
        raise SourceError(f"{path} holds {there}; what can be read ends in {known}, or in these and .gz or .zip")
    parts: list[Part] = []
    faults: list[str] = []
    for file in readable:
        try:
            parts += READERS[file.suffix](file, mapping)
        except SourceError as fault:
            faults.append(str(fault) if str(fault).startswith(file.name) else f"{file.name}: {fault}")
        except _BROKEN as broken:
            faults.append(f"{file.name}: is broken, cut off or not what its name says ({broken})")
    if faults:
        raise SourceError("\n".join(faults))
    notes = _unread(files)
    return [replace(part, notes=[*part.notes, *notes]) for part in parts]


def unread_notes(path: Path) -> list[str]:
    """A sentence for each of the files behind a path that is not read."""
    return [f"{note}." for note in _unread(behind(path))]


def _unread(files: list[File]) -> list[str]:
    unread = [file.name for file in files if file.suffix not in READERS]
    return [f"{name} was not read: its name ends in none of the known formats" for name in unread]
