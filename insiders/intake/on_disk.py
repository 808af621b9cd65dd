"""A source that is never loaded: Parquet files, asked by an engine, which leaves prepared lines as files again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from insiders.customers.out_of_core import prepare_files
from insiders.engines.duck import MEMORY
from insiders.engines.engine import PART, ROW
from insiders.engines.statements import statement
from insiders.errors import SourceError
from insiders.handoff import TEXT
from insiders.intake.files import Files
from insiders.intake.lines_on_disk import LinesOnDisk
from insiders.sources.files import digest
from insiders.sources.loading import repeated_note
from insiders.sources.readers import unread_notes
from insiders.transactions.filters import chosen
from insiders.transactions.from_files import quarantined


@dataclass(frozen=True)
class IntakeOnDisk:
    """A source in files; see `insiders.intake.asked.Intake`."""

    files: Files
    source: pd.DataFrame
    quarantine: pd.DataFrame
    currency: str
    rows_read: int
    rows_repeated: int

    @property
    def how(self) -> str:
        """Where the rows are held."""
        return f"They are too many to be held in memory: DuckDB asks the files, and takes {MEMORY} at most."

    def sample(self, rows: int, seed: int) -> pd.DataFrame:
        """Some of the transactions."""
        ends = self.files.ends
        places = np.random.default_rng(seed).choice(ends[-1], min(rows, ends[-1]), replace=False)
        parts = np.searchsorted(ends, places, side="right")
        starts = np.concatenate([[0], ends])[parts]
        wanted = [f"({PART} = {part} AND {ROW} = {row})" for part, row in zip(parts, places - starts, strict=True)]
        with self.files.read() as (engine, _, _):
            found = engine.table(f"SELECT * FROM raw WHERE {' OR '.join(wanted)} ORDER BY {PART}, {ROW}")
        return found.to_pandas(types_mapper={pa.string(): TEXT}.get).set_index(places[np.lexsort((places, parts))])

    def prepare(
        self,
        run_folder: str | Path,
        *,
        as_of: date | None = None,
        **filters: Any,  # noqa: ANN401 - the filters of `insiders.transactions.filters.Filters`
    ) -> LinesOnDisk:
        """The prepared lines, with their tables written."""
        told: dict[str, Any] = {"mapping": self.files.mapping, "today": self.files.today}
        done = prepare_files(self.files.paths, run_folder, as_of=as_of, memory=MEMORY, **told, **filters)
        ladder = done.prepared.ladder
        return LinesOnDisk(ladder, chosen(**filters), done.customers, done.buyers, self.files, Path(run_folder))


def from_files(source: str, files: Files, currency: str) -> IntakeOnDisk:
    """What is to be known of a source before its lines are prepared."""
    with files.read() as (engine, rows, repeated):
        facts = engine.table(statement("intake", "facts")).to_pylist()[0]
        quarantine = quarantined(engine, files.names, any_row=facts["set_aside"] > 0)
        again = engine.table(statement("intake", "again")).to_pylist()[0] if repeated else {}
    if not facts["kept"]:
        raise SourceError(f"no row can be used: {', '.join(quarantine['reason'].value_counts().head(3).index)}")
    notes = [repeated_note(repeated, again["first_day"], again["last_day"])] if repeated else []
    table = {
        "name": source,
        "sha256": digest(Path(source).expanduser()),
        "rows": rows,
        "first_day": facts["first_day"],
        "last_day": facts["last_day"],
        "currency": currency,
        "synthetic": False,
        "citation": None,
        "note": " ".join([*unread_notes(Path(source).expanduser()), *notes]) or None,
    }
    return IntakeOnDisk(files, pd.DataFrame([table]), quarantine, currency, rows, repeated)
