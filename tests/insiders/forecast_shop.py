"""Run folders with a small shop whose rhythm is known, and forecasts made of them once for the tests that look on."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pandas as pd

from insiders import forecasting, handoff
from insiders.forecasting import Contest, Followed, Origin, Outlook
from tests.insiders.panel_shop import panel_of
from tests.insiders.weekly_shop import sales

MODELS = ["weekday_means", "moving_average", "mean(weekday_means+moving_average)"]
HORIZON, FOLDS = 14, 4


def write_run(folder: Path, *, noise: float = 0.4, first: str = "2024-01-01", last: str = "2024-06-30") -> Path:
    """The tables that the forecast reads: the weekly shop, its biggest customer the one Insider, two categories."""
    rows = sales(first, last, noise=noise)
    lines = rows.assign(
        invoice=[f"I{number}" for number in range(len(rows))],
        description=rows["product"].map({"A": "MUG", "B": "PLATE"}),
        country="UK",
        store=None,
        category=rows["product"].map({"A": "cups", "B": "plates"}),
    )[list(handoff.HANDOFF["transactions"].columns)]
    handoff.write(folder, "transactions", lines)
    handoff.write(folder, "once", lines.head(0))
    ids = ["big", "middle", "small"]
    handoff.write(
        folder,
        "labels",
        pd.DataFrame(
            {
                "customer_id": ids,
                "segment": ["gold", "rest", "rest"],
                "is_insider": [True, False, False],
                "probability_high_value": 0.5,
                "why": "",
                "map_x": 0.0,
                "map_y": 0.0,
            }
        ),
    )
    times = {"first_day": rows["time"].min(), "last_day": rows["time"].max()}
    facts = {"name": "weekly", "sha256": "0" * 64, "rows": len(rows), **times, "currency": "£"}
    more = {"synthetic": True, "citation": None, "note": None}
    columns = list(handoff.HANDOFF["source"].columns)
    handoff.write(folder, "source", pd.DataFrame([{**facts, **more}])[columns])
    return folder


@cache
def run_folder() -> Path:
    """One such folder, only to be read."""
    return write_run(Path(mkdtemp()))


@cache
def panel_file() -> str:
    """A panel of two stores and three products."""
    path = Path(mkdtemp()) / "panel.parquet"
    panel_of().to_parquet(path)
    return str(path)


@cache
def followed(level: str) -> Followed:
    """What that shop can be followed by."""
    return forecasting.follow(run_folder(), level)


@cache
def origins(level: str) -> list[Origin]:
    """Four origins, two weeks apart."""
    return forecasting.rolling_origins(followed(level), HORIZON, FOLDS)


@cache
def compared(level: str) -> Contest:
    """Plain models compared."""
    return forecasting.contest(followed(level), origins(level), HORIZON, models=MODELS)


@cache
def looked_ahead(level: str) -> Outlook:
    """The champion's forecast of the next two weeks."""
    return forecasting.look_ahead(compared(level), followed(level), HORIZON)
