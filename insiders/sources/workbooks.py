"""Workbooks (xlsx and its kin): every sheet that holds transactions is a part, every cell is read as text.

As text, because a reader that guesses the type of a column from its first rows loses the cells that differ: invoices
are numbers until the first cancellation, whose number begins with a letter.
"""

from __future__ import annotations

from collections.abc import Mapping

import fastexcel
import pyarrow as pa

from insiders.columns import claim, related
from insiders.errors import SourceError
from insiders.sources.files import File, Part


def read(file: File, mapping: Mapping[str, str] | None = None) -> list[Part]:
    """One part per sheet with transactions; a sheet with none of their columns is left unread and named in a note."""
    with file.open() as opened:
        book = fastexcel.read_excel(opened.read())
    parts: list[Part] = []
    notes: list[str] = []
    faults: list[str] = []
    for name in book.sheet_names:
        place = f"{file.name}, sheet {name!r}"
        sheet = book.load_sheet(name, dtypes="string")
        columns = [column.name for column in sheet.available_columns()]
        if not related(columns, mapping):
            notes.append(f"{place} was not read: it has none of the columns of transactions")
            continue
        try:
            claimed = claim(columns, mapping)
        except SourceError as fault:
            faults.append(f"{place}: {fault}")
            continue
        rows = pa.table(sheet.to_arrow()).select(list(claimed.values())).rename_columns(list(claimed))
        parts.append(Part(place, rows, notes=notes))
    if faults or not parts:
        raise SourceError("\n".join(faults + notes))
    return parts
