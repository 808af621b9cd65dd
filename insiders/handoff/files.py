"""Hand-off tables as files of a run folder, checked on the way out and on the way in.

Tables for the next notebook lie in ``<run folder>/tables/NAME.parquet``, rows for the database in
``<run folder>/results/NAME.parquet``. A table that several steps write, each a part of it, lies in one file for each
part: ``<run folder>/tables/NAME.PART.parquet``.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
import pandera.pandas as pa
import pyarrow.parquet as pq

from insiders.errors import HandoffError
from insiders.handoff.tables import HANDOFF, RESULTS


def check(name: str, rows: pd.DataFrame, contracts: Mapping[str, pa.DataFrameSchema] = HANDOFF) -> pd.DataFrame:
    """The table in its contract's types, or a `HandoffError` that names every fault."""
    if name not in contracts:
        raise HandoffError(f"there is no table {name!r}; the tables are {', '.join(contracts)}")
    try:
        return contracts[name].validate(rows, lazy=True)
    except pa.errors.SchemaErrors as broken:
        faults = broken.failure_cases
        lines = [
            f"  {column if column is not None else 'table'}: {rule} ({len(cases)} times, for example {cases.iloc[0]!r})"
            for (column, rule), cases in faults.groupby(["column", "check"], dropna=False)["failure_case"]
        ]
        raise HandoffError("\n".join([f"the table {name!r} breaks its contract:", *lines])) from None


def write(run_folder: str | os.PathLike[str], name: str, rows: pd.DataFrame, *, part: str | None = None) -> Path:
    """Check a hand-off table, or one part of it, and write it to the run folder, aside first and then into place."""
    file = f"{name}.parquet" if part is None else f"{name}.{part}.parquet"
    return _write(Path(run_folder) / "tables" / file, check(name, rows))


def write_result(run_folder: str | os.PathLike[str], name: str, rows: pd.DataFrame) -> Path:
    """Check rows meant for the database and write them to the run folder."""
    return _write(Path(run_folder) / "results" / f"{name}.parquet", check(name, rows, RESULTS))


def read(run_folder: str | os.PathLike[str], name: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Read a hand-off table, or some of its columns, all its parts together in the order of their names, and check it.

    A `HandoffError` says which notebook has to run first.
    """
    folder = Path(run_folder) / "tables"
    parted, whole = sorted(folder.glob(f"{name}.*.parquet")), folder / f"{name}.parquet"
    paths = parted or ([whole] if whole.is_file() else [])
    if not paths:
        raise HandoffError(
            f"{whole} is not there: run the notebook that writes {name!r} with the same run_folder first"
        )
    asked = None if columns is None else list(columns)
    contracts = HANDOFF if asked is None else {name: HANDOFF[name].select_columns(asked)}
    parts = [check(name, pd.read_parquet(path, columns=asked), contracts) for path in paths]
    filled = [part for part in parts if len(part)] or parts[:1]
    return check(name, pd.concat(filled, ignore_index=True), contracts) if len(filled) > 1 else filled[0]


def count(run_folder: str | os.PathLike[str], *names: str) -> int:
    """The rows of hand-off tables together, which are not read; of a table that is not there, none."""
    paths = [Path(run_folder) / "tables" / f"{name}.parquet" for name in names]
    return sum(pq.read_metadata(path).num_rows for path in paths if path.is_file())


def pipeline(run_folder: str | os.PathLike[str]) -> str:
    """The pipeline whose run this is, since runs lie in ``<output>/<pipeline>/<run>``; by hand it means nothing."""
    return Path(run_folder).resolve().parent.name


def everybody(run_folder: str | os.PathLike[str], columns: Sequence[str] | None = None) -> pd.DataFrame:
    """The lines of all identified buyers in the order of time: the tables ``transactions`` and ``once`` together.

    ``columns``: those wanted, time among them; the text of millions of lines takes most of their memory.
    """
    return together(*(read(run_folder, name, columns) for name in ("transactions", "once")))


def together(transactions: pd.DataFrame, once: pd.DataFrame) -> pd.DataFrame:
    """The lines of those who came back and of those who came once, in the order of time."""
    lines = pd.concat([transactions, once], ignore_index=True) if len(once) else transactions
    return lines.sort_values("time", kind="stable", ignore_index=True)


def _write(path: Path, rows: pd.DataFrame) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    rows.to_parquet(aside, index=False, compression="zstd")
    aside.replace(path)
    return path
