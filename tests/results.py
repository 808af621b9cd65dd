"""Small tables that keep the contracts of results, and run folders to publish them from."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from insiders import handoff
from runner.records.identifiers import new_run_id
from runner.settings import Settings
from tests.runner import runs


def rows(name: str, count: int = 3, **columns: Any) -> pd.DataFrame:
    """`count` rows that keep the contract of a table of results; `columns` replaces the values of some."""
    table = {}
    for column, contract in handoff.RESULTS[name].columns.items():
        kind = str(contract.dtype)
        values: dict[str, list[Any]] = {
            "int64": list(range(1, count + 1)),
            "float64": [0.5] * count,
            "bool": [False] * count,
            "datetime64[ns]": [pd.Timestamp("2011-12-01 08:26") + timedelta(days=day) for day in range(count)],
        }
        table[column] = columns.get(column, values.get(kind, [f"{column} {number}" for number in range(count)]))
    if name == "answers":
        table["figures"] = columns.get("figures", ['{"revenue": 8300065.81, "unit": "£"}'] * count)
        table["queries"] = columns.get("queries", ['{"revenue": "SELECT 8300065.81"}'] * count)
    if name in ("totals", "series_totals"):
        table["periods"] = [6] * count
    return handoff.check(name, pd.DataFrame(table), handoff.RESULTS)


def source(*, synthetic: bool = False) -> pd.DataFrame:
    """The one-row table that says where a run's data come from."""
    day = pd.Timestamp("2011-12-09 12:50")
    return pd.DataFrame(
        {
            "name": ["demo" if synthetic else "uci:online-retail"],
            "sha256": ["cd43c1e58475623a32532b17ada68eb9b88ccfa5ed3325c405636c84c4798a3e"],
            "rows": [541_909],
            "first_day": [day],
            "last_day": [day],
            "currency": ["£"],
            "synthetic": [synthetic],
            "citation": pd.array([None], dtype=handoff.TEXT),
        }
    )


def run_folder(settings: Settings, *, pipeline: str = "monthly", synthetic: bool = False) -> Path:
    """The folder of a new run, with what every run leaves: a source, an artifact, a journal, a manifest."""
    folder = settings.output / pipeline / new_run_id()
    (folder / "artifacts").mkdir(parents=True)
    handoff.write(folder, "source", source(synthetic=synthetic))
    (folder / "artifacts" / "insiders.csv").write_text("customer_id\n14646\n", encoding="utf-8")
    (folder / "01_eda.ipynb").write_text('{"cells": []}', encoding="utf-8")
    begun = '{"at": "2026-01-15T04:00:00+00:00", "event": "run_started"}\n'
    (folder / "journal.jsonl").write_text(begun, encoding="utf-8")
    (folder / "inputs").mkdir()
    (folder / "inputs" / "orders.parquet").write_bytes(b"a copy of what lies elsewhere")
    runs.begun(folder)
    return folder
