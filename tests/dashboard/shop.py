"""A small published shop: two accepted runs of some customers, and what was sold by store, category and product.

Names are hostile on purpose: a page that reads any of them as markup or formula has a fault.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa

from insiders import registry
from runner.tables import database

PIPELINE = "monthly"
EARLIER, LIVE = "01a10000-0000-7000-8000-000000000001", "01a20000-0000-7000-8000-000000000002"
SCRIPT, PICTURE = "<script>alert(1)</script>", "![x](http://evil.example/x.png)"
LEVELS = {
    "insiders": ("insiders",),
    "store": ("north", "south", "$west$"),
    "category": ("Kitchen", SCRIPT),
    "product": ("CUP", "MUG", PICTURE, "=1+1"),
}
DESCRIBED = {"85123A": f"WHITE {SCRIPT} HEART", "=2+2": '=HYPERLINK("http://evil.example")'}
"""More products, which have a description."""
OWN = 40.0
"""How far the bounds of each series' own sum lie from it."""
UNIT, DAYS, AHEAD, LAST = "pieces", 120, 14, pd.Timestamp("2024-12-31")
CUSTOMERS, INSIDERS, COUNTRIES = 160, 40, ("France", "Brazil", "United Kingdom")
SEGMENTS = ("Insiders", "Active, frequent, top value", "Active, rare, middling value", SCRIPT)
MODEL, BASELINE, ERROR = "lightgbm", "seasonal_naive", 0.08
AT_RISK = "below the line at the last review; " + "silent for long " * 9
_TABLES: dict[tuple[str, str], sa.Table] = {}
_FILL: dict[type, Any] = {str: "not said", int: 0, float: 0.0, bool: False, datetime: LAST, object: {}}


def fill(url: str, folder: Path, now: datetime | None = None) -> sa.Engine:
    """Fill an empty database, and the folder of runs with the live run's registered models."""
    engine = database.engine(url)
    database.migrate(engine)
    made = (now or datetime.now(UTC)).replace(tzinfo=None) - timedelta(days=3)
    for run_id, at in ((EARLIER, made - timedelta(days=30)), (LIVE, made)):
        run(engine, run_id, at)
        _publish(engine, run_id)
        promote(engine, run_id, at)
    for level, names in LEVELS.items():
        _sell(engine, LIVE, level, (*names, *(DESCRIBED if level == "product" else ())))
    for level in LEVELS:
        _register(folder / PIPELINE / LIVE / "artifacts" / "forecast" / level)
    return engine


def run(engine: sa.Engine, run_id: str, at: datetime, status: str = "succeeded", **facts: Any) -> None:
    """A run that began an hour before that time."""
    ended = {} if status == "running" else {"finished_at": at}
    begun = {"logical_date": at.date(), "started_at": at - timedelta(hours=1)}
    told = {"pipeline": PIPELINE, "status": status, "source": "orders.csv", "synthetic": False}
    add(engine, "runs", pd.DataFrame([{"run_id": run_id, **told, **begun, **ended, **facts}]))


def promote(engine: sa.Engine, run_id: str, at: datetime | None = None) -> None:
    """Take a run live: the database moves the pointer and writes who entered and left."""
    rows = _table(engine, "promotions")
    with engine.begin() as connection:
        before = connection.execute(sa.select(rows.c.run_id).order_by(rows.c.number.desc())).scalars().all()
        told = {"number": len(before) + 1, "previous_run_id": before[0] if before else None, "kind": "promoted"}
        when = at or datetime.now(UTC).replace(tzinfo=None)
        facts = {"run_id": run_id, "pipeline": PIPELINE, "at": when, "by_whom": "cron", "gates": []}
        connection.execute(rows.insert(), [{**told, **facts}])


def add(engine: sa.Engine, name: str, rows: pd.DataFrame) -> None:
    """Insert rows; what a table asks for besides, and the rows do not say, is filled in."""
    table = _table(engine, name)
    missing = {
        column.name: _FILL[column.type.python_type]
        for column in table.columns
        if not column.nullable and column.name not in rows and column.name not in table.primary_key.columns
    }
    there = rows.assign(**missing)[[column.name for column in table.columns if column.name in {*rows, *missing}]]
    with engine.begin() as connection:
        connection.execute(table.insert(), [_known(one) for one in there.to_dict("records")])


def _table(engine: sa.Engine, name: str) -> sa.Table:
    """A table as the database has it, looked up once: all databases here are of one version."""
    key = (engine.dialect.name, name)
    if key not in _TABLES:
        _TABLES[key] = sa.Table(name, sa.MetaData(), autoload_with=engine)
    return _TABLES[key]


def _known(row: dict[Any, Any]) -> dict[str, Any]:
    """A row with nothing in place of what is missing."""
    return {
        str(name): None if pd.api.types.is_scalar(value) and pd.isna(value) else value for name, value in row.items()
    }


def customers() -> pd.DataFrame:
    """Customers in the order of their gross revenue, the first of them Insiders, one in eleven of these at risk."""
    rank = np.arange(CUSTOMERS)
    inside, revenue = rank < INSIDERS, (9_000 / (1 + rank / 8)).round(2)
    days = rank % 90
    return pd.DataFrame(
        {
            "customer_id": [str(1_000 + number * 7 % CUSTOMERS) for number in rank],
            "segment": [SEGMENTS[number * len(SEGMENTS) // CUSTOMERS] for number in rank],
            "is_insider": inside,
            "why": np.where(inside, f"at least €{revenue[INSIDERS - 1]:.2f} gross revenue", "=1+1, less than that"),
            "gross_revenue": revenue,
            "net_revenue": 0.98 * revenue,
            "n_items": 3 * (CUSTOMERS - rank),
            "n_invoices": 2 + (CUSTOMERS - rank) // 9,
            "avg_ticket": (revenue / (2 + (CUSTOMERS - rank) // 9)).round(2),
            "recency_days": days,
            "last_purchase": LAST - pd.to_timedelta(days, unit="D"),
            "country": [COUNTRIES[number % len(COUNTRIES)] for number in rank],
            "probability_high_value": 1 - rank / CUSTOMERS,
            "probability_active": 0.75,
            "at_risk": [AT_RISK if number < INSIDERS and number % 11 == 0 else None for number in rank],
            "map_x": -1.0 * rank,
            "map_y": rank % 7.0,
        }
    )


def segments(rows: pd.DataFrame) -> pd.DataFrame:
    """What their segments are published as: sums, shares of all, means and medians."""
    groups = rows.groupby("segment", sort=False)
    made = groups.agg(
        is_insiders=("is_insider", "first"), customers=("customer_id", "size"), items=("n_items", "sum"),
        gross_revenue=("gross_revenue", "sum"), net_revenue=("net_revenue", "sum"),
        mean_gross_revenue=("gross_revenue", "mean"), median_gross_revenue=("gross_revenue", "median"),
        median_recency_days=("recency_days", "median"), median_invoices=("n_invoices", "median"),
        median_ticket=("avg_ticket", "median"),
    ).reset_index()  # fmt: skip
    for share, whole in (("customer", "customers"), ("revenue", "gross_revenue"), ("items", "items")):
        made[f"{share}_share"] = made[whole] / made[whole].sum()
    return made.assign(value_rank=range(1, len(made) + 1), silhouette=0.25, stability=0.5, action=f"Call {PICTURE}")


def _publish(engine: sa.Engine, run_id: str) -> None:
    """The rows of a run; in the live one the last of the Insiders has changed places with the best of the others."""
    rows = customers()
    if run_id == LIVE:
        swapped = ["segment", "is_insider", "why"]
        rows.loc[[INSIDERS - 1, INSIDERS], swapped] = rows.loc[[INSIDERS, INSIDERS - 1], swapped].to_numpy()
    add(engine, "customers", rows.assign(run_id=run_id))
    add(engine, "segments", segments(rows).assign(run_id=run_id))
    told = [("gross_revenue", float(rows["gross_revenue"].sum()), "€"), ("rows_read", 5_432.0, "rows"),
            ("rows_quarantined_share", 0.0125, "")]  # fmt: skip
    add(engine, "metrics", pd.DataFrame(told, columns=["name", "value", "unit"]).assign(run_id=run_id, step="eda"))
    answer = {"run_id": run_id, "topic": "how_many", "question": "How many?", "position": 1, "text": f"Some. {PICTURE}"}
    add(engine, "answers", pd.DataFrame([answer]))


def _sell(engine: sa.Engine, run_id: str, level: str, names: tuple[str, ...]) -> None:
    random = np.random.default_rng(len(names))
    past, ahead = pd.date_range(end=LAST, periods=DAYS), pd.date_range(LAST + pd.Timedelta(days=1), periods=AHEAD)
    keys = {"run_id": run_id, "level": level}
    for name in names:
        sold = random.integers(5, 1_000, DAYS).astype(float)
        add(engine, "sales", pd.DataFrame({**keys, "series": name, "date": past, "value": sold, "unit": UNIT}))
        mean = pd.Series(random.integers(100, 900, AHEAD)).astype(float)
        bounds = {"mean": mean, "lower": mean - 50, "upper": mean + 70, "coverage": 0.8}
        add(engine, "forecasts", pd.DataFrame({**keys, "series": name, "date": ahead, "model": MODEL, **bounds}))
        own = {"series": name, "description": DESCRIBED.get(name), "model": MODEL, "first_day": ahead[0],
               "last_day": ahead[-1], "days": AHEAD, "unit": UNIT, "sold": sold[-AHEAD:].sum(), "mean": mean.sum(),
               "lower": mean.sum() - OWN, "upper": mean.sum() + OWN, "coverage": 0.8, "upper_95": mean.sum() + 2 * OWN,
               "periods": 6, "kind": "smooth", "flags": "new" if name == "CUP" else ""}  # fmt: skip
        add(engine, "series_totals", pd.DataFrame([{**keys, **own}]))
    total = {"model": MODEL, "first_day": ahead[0], "last_day": ahead[-1], "days": AHEAD, "unit": UNIT, "mean": 9e3,
             "lower": 8e3, "upper": 1e4, "coverage": 0.8, "periods": 6}  # fmt: skip
    add(engine, "totals", pd.DataFrame([{**keys, **total}]))
    scored = [(level, *one) for one in _errors(1.0)]
    scored += [(f"{level}={name}", *one) for place, name in enumerate(names, 1) for one in _errors(place)]
    rows = pd.DataFrame(scored, columns=["level", "model", "fold", "metric", "value"])
    add(engine, "model_scores", rows.assign(run_id=run_id))


def _errors(factor: float) -> list[tuple[str, str, str, float]]:
    """Errors of the model in use, and of the baseline, which errs by half as much again."""
    return [
        (model, fold, metric, factor * ERROR * (1.5 if model == BASELINE else 1))
        for model in (MODEL, BASELINE)
        for fold in ("2024-10-01", "mean")
        for metric in ("total_error", "wape")
    ]


def _register(folder: Path) -> None:
    """A champion's description in the registry, its training report, and for stores a history to forecast from."""
    training = registry.Training({}, "2024-09-03", "2024-12-31")
    registry.save(folder, "champion.json", {"model": MODEL}, training=training)
    if folder.name == "store":
        (folder / "history.parquet").touch()
    (folder / "training_report.html").write_text("<p>what was learnt</p>", encoding="utf-8")
