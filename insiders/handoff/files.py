"""Hand-off tables as files of a run folder, checked on the way out and on the way in.

Tables for the next notebook lie in ``<run folder>/tables/NAME.parquet``, rows for the database in
``<run folder>/results/NAME.parquet``.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pandera.pandas as pa

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


def write(run_folder: str | os.PathLike[str], name: str, rows: pd.DataFrame) -> Path:
    """Check a hand-off table and write it to the run folder, aside first and then into place."""
    return _write(Path(run_folder) / "tables" / f"{name}.parquet", check(name, rows))


def write_result(run_folder: str | os.PathLike[str], name: str, rows: pd.DataFrame) -> Path:
    """Check rows meant for the database and write them to the run folder."""
    return _write(Path(run_folder) / "results" / f"{name}.parquet", check(name, rows, RESULTS))


def read(run_folder: str | os.PathLike[str], name: str) -> pd.DataFrame:
    """Read a hand-off table and check it; a `HandoffError` says which notebook has to run first."""
    path = Path(run_folder) / "tables" / f"{name}.parquet"
    if not path.is_file():
        raise HandoffError(f"{path} is not there: run the notebook that writes {name!r} with the same run_folder first")
    return check(name, pd.read_parquet(path))


def everybody(run_folder: str | os.PathLike[str]) -> pd.DataFrame:
    """The lines of all identified buyers in the order of time: the tables ``transactions`` and ``once`` together."""
    parts = [read(run_folder, name) for name in ("transactions", "once")]
    lines = pd.concat(parts, ignore_index=True) if len(parts[1]) else parts[0]
    return lines.sort_values("time", kind="stable", ignore_index=True)


def _write(path: Path, rows: pd.DataFrame) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    rows.to_parquet(aside, index=False, compression="zstd")
    aside.replace(path)
    return path
