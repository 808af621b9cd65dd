"""Delimited text files: encoding and separator are found out, every value is read as text, ragged lines are told."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Mapping

import pyarrow as pa
import pyarrow.csv as pacsv

from insiders.columns import claim
from insiders.errors import SourceError
from insiders.sources.files import File, Part

SEPARATORS = (",", ";", "\t", "|")
MISSING = ["", "NULL", "null", "NaN", "nan", "None", "#N/A"]
"""What files write where there is no value."""

_BLOCK = 1 << 20


def read(file: File, mapping: Mapping[str, str] | None = None) -> list[Part]:
    """The one part of a delimited text file; a `SourceError` where it is empty or no text."""
    encoding = encoding_of(file)
    names, separator = _header(file, encoding)
    claimed = claim(names, mapping)
    ragged: list[tuple[int, str]] = []

    def set_aside(row: pacsv.InvalidRow) -> str:
        reason = f"line has {row.actual_columns} fields where the header has {row.expected_columns}: {row.text[:200]}"
        ragged.append((row.number or 0, reason))
        return "skip"

    with file.open() as opened:
        rows = pacsv.read_csv(
            opened,
            # One thread, because only then are the lines of the ragged rows counted.
            read_options=pacsv.ReadOptions(encoding=encoding, use_threads=False, block_size=16 * _BLOCK),
            parse_options=pacsv.ParseOptions(
                delimiter=separator, newlines_in_values=True, invalid_row_handler=set_aside
            ),
            convert_options=pacsv.ConvertOptions(
                column_types={name: pa.string() for name in claimed.values()},
                include_columns=list(claimed.values()),
                null_values=MISSING,
                strings_can_be_null=True,
            ),
        )
    return [Part(file.name, rows.rename_columns(list(claimed)), ragged)]


def encoding_of(file: File) -> str:
    """``utf-8`` where every byte of the file agrees with it, ``utf-16`` by its mark, else ``iso-8859-1``.

    ISO-8859-1 gives every byte a meaning, so it can only be what is left when UTF-8 has been refused.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    with file.open() as opened:
        block = opened.read(_BLOCK)
        if not block:
            raise SourceError(f"{file.name}: is empty")
        if block.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        if b"\0" in block:
            raise SourceError(f"{file.name}: is no text file, although its name ends in {file.suffix}")
        try:
            while block:
                decoder.decode(block)
                block = opened.read(_BLOCK)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "iso-8859-1"
    return "utf-8"


def _header(file: File, encoding: str) -> tuple[list[str], str]:
    """The names of the columns and the separator, the one that splits the first line most often."""
    known = "utf-8-sig" if encoding == "utf-8" else encoding
    with file.open() as opened, io.TextIOWrapper(opened, known, newline="") as lines:
        first = lines.readline()
    split = {separator: next(csv.reader([first.strip("\r\n")], delimiter=separator), []) for separator in SEPARATORS}
    separator = max(SEPARATORS, key=lambda each: len(split[each]))
    return split[separator], separator
