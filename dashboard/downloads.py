"""Lists as spreadsheets open them: CSV with every formula neutralised."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
import sqlalchemy as sa

from dashboard import database
from insiders.membership import roster


def csv(source: sa.Engine, query: sa.Select[Any]) -> bytes:
    """All rows of a query as a CSV file; read a part at a time, days without their midnight."""
    with tempfile.TemporaryDirectory(prefix="insiders-") as folder:
        rows = pd.concat(database.chunks(source, query), ignore_index=True)
        for name in rows.select_dtypes("datetime").columns:
            rows[name] = rows[name].dt.strftime("%Y-%m-%d")
        return roster.write_csv(Path(folder) / "list.csv", rows).read_bytes()
