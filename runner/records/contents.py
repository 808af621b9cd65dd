"""What stands in a file, unpacked where it is packed: piece by piece, for a search that never holds a big file."""

from __future__ import annotations

import gzip
import importlib
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

CHUNK = 4 * 2**20


def chunks(path: Path, overlap: int) -> Iterator[bytes]:
    """The bytes of a file, then of what is packed in it; each chunk begins with the end of the one before."""
    with path.open("rb") as file:
        yield from _overlapping(file, overlap)
    yield from _unpacked(path, overlap)


def _unpacked(path: Path, overlap: int) -> Iterator[bytes]:
    """Members of a ZIP file (workbooks, NumPy and torch archives too), of a gzip file, texts of a Parquet file."""
    try:
        if path.suffix == ".parquet":
            yield from _texts(path)
        elif zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                for member in archive.namelist():
                    with archive.open(member) as file:
                        yield from _overlapping(file, overlap)
        elif path.suffix in (".gz", ".tgz"):
            with gzip.open(path) as file:
                yield from _overlapping(file, overlap)
    except (OSError, EOFError, ValueError, RuntimeError, NotImplementedError, zipfile.BadZipFile, zlib.error):
        # It is not what its name says, or locked with a password; its bytes as they are were read before.
        return


def _overlapping(file: IO[bytes] | gzip.GzipFile, overlap: int) -> Iterator[bytes]:
    before = b""
    while read := file.read(CHUNK):
        yield before + read
        before = (before + read)[-overlap:] if overlap else b""


def _texts(path: Path) -> Iterator[bytes]:
    """The distinct texts of a Parquet file, column by column."""
    # Every command can redact, and few come to read a table.
    pa, pq = importlib.import_module("pyarrow"), importlib.import_module("pyarrow.parquet")
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches():
            for column in batch.columns:
                plain = column.dictionary if isinstance(column, pa.DictionaryArray) else column
                if pa.types.is_string(plain.type) or pa.types.is_large_string(plain.type):
                    yield "\n".join(text for text in plain.unique().to_pylist() if text).encode("utf-8", "replace")
                elif pa.types.is_nested(plain.type) or pa.types.is_binary(plain.type):
                    yield "\n".join(map(str, plain.to_pylist())).encode("utf-8", "replace")
