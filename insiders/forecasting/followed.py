"""What a forecast follows: the series of a level, chosen at any origin from what was known by then."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from insiders import handoff, registry
from insiders.errors import AnalysisError, SourceError
from insiders.forecasting import sold
from insiders.registry import Training
from insiders.series import (
    Calendar,
    Leveled,
    at_levels,
    by_period,
    expected_open_days,
    insiders_at,
    panel_calendar,
    periods_ahead,
    sales_of_panel,
)
from insiders.series.levels import INSIDERS, TOTAL, columns_of
from insiders.series.sales import ATTRIBUTES

LEVELS = (INSIDERS, TOTAL, "segment", "country", "store", "category", "product")
PIECES = ("category", "product")
"""Levels counted in pieces, where a source has prices for all; the others are revenue. A panel counts pieces always."""

GRANULARITIES: Mapping[str, str] = {"day": "daily", "week": "weekly", "month": "monthly"}
PERIOD_DAYS = {"week": 7, "month": 30}
RECENT_WEEKS = 13
"""Weeks before an origin by whose revenue the leading series are chosen."""

REST = "(the rest)"
"""The series, at the bottom of a hierarchy, of all that is not followed by itself."""


def of_named(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of series that are followed by themselves, without those of the rest."""
    return rows[~rows["series"].str.startswith(REST).fillna(False).astype(bool)]


@dataclass(frozen=True)
class Followed:
    """The sales of a source and how they are to be followed."""

    level: str
    granularity: str
    """day, week or month."""
    unit: str
    """The shop's currency, or pieces."""
    calendar: Calendar
    series_most: int
    coherent: bool
    """Whether the levels above and below are followed beside it, to add up."""
    sales: pd.DataFrame = field(repr=False)
    """date, units, revenue, price and what the series are told apart by; for the Insiders customer_id."""
    today: frozenset[str] = frozenset()
    """The Insiders of this run."""
    share: float = 0.0
    """Their share of the customers with two purchase days: as many are followed at every origin."""
    is_panel: bool = False
    descriptions: Mapping[str, str] = field(default_factory=dict, repr=False)
    training: Training | None = None
    """What a model learns from that learns from these."""
    reason: str | None = None
    """Why the source cannot be followed at this level; None where it can."""
    grain: pd.DataFrame | None = field(default=None, repr=False)
    """The sales told apart by all that the source knows of what was sold and where; None of some customers only."""

    @property
    def measure(self) -> str:
        """Column of the sales that is added up."""
        return "units" if self.unit == "pieces" else "revenue"

    @property
    def bottom(self) -> str:
        """The level that the others add up from."""
        both = self.is_panel and {"store", "product"} <= set(self.sales)
        return "store/product" if both else "product" if self.is_panel else self.level

    @property
    def levels(self) -> list[str]:
        """The levels followed: the one asked for, and with ``coherent`` the hierarchy around it."""
        if not self.coherent or (self.level in (INSIDERS, TOTAL) and not self.is_panel):
            return [self.level]
        above = [name for name in ("category", "store", "product") if name in self.sales and self.is_panel]
        if self.level == "product" and "category" in self.sales:
            above.append("category")
        return list(dict.fromkeys([TOTAL, *above, self.level, self.bottom]))

    def at(self, first: pd.Timestamp | None = None) -> Leveled:
        """The series, chosen from what was known before the day ``first``; with None from all there is.

        The Insiders of the past are a stand-in, the customers who led by revenue then; leading stores, categories,
        countries and products are those with the highest revenue of the 13 weeks before.
        """
        today = self.calendar.open_days[-1] + pd.Timedelta(days=1)
        known = today if first is None else first
        rows = self.sales
        if self.level == INSIDERS:
            group = self.today if first is None else _leaders_then(rows, known, self.share)
            rows = rows.assign(is_insider=rows["customer_id"].isin(list(group))).drop(columns="customer_id")
        columns = columns_of(self.level)
        if columns and not self.is_panel:
            rows = self._followed(rows, self.leading(known))
        whole = at_levels(rows, self.levels, self.calendar.open_days, measure=self.measure)
        if columns and self.is_panel and not self.coherent:
            chosen = whole.static[whole.static["series"].isin(self.leading(known))]
            whole = Leveled(whole.values[whole.values["unique_id"].isin(chosen["unique_id"])], chosen)
        if self.granularity == "day":
            return whole
        return Leveled(by_period(whole.values, self.calendar, GRANULARITIES[self.granularity]), whole.static)

    def leading(self, first: pd.Timestamp) -> list[str]:
        """The series of the level with the highest revenue (pieces, without prices) in the 13 weeks before a day."""
        if self.level in (INSIDERS, TOTAL):
            return [self.level]
        since = first - pd.Timedelta(weeks=RECENT_WEEKS)
        recent = self.sales[(self.sales["date"] < first) & (self.sales["date"] >= since)]
        by = recent.groupby(self.level, observed=True)[["revenue", "units"]].sum()
        most = by["revenue" if by["revenue"].sum() > 0 else "units"].nlargest(self.series_most)
        return list(most[most > 0].index.astype(str))

    def days_ahead(self, values: pd.DataFrame, horizon: int) -> pd.DatetimeIndex:
        """The open days, or the first days of the weeks or months, of the next ``horizon`` calendar days."""
        if self.granularity == "day":
            return expected_open_days(self.calendar, horizon)
        return periods_ahead(values, GRANULARITIES[self.granularity], self.steps(horizon))

    def steps(self, horizon: int) -> int:
        """The most rows that ``horizon`` calendar days can have."""
        if self.granularity != "day":
            return max(1, round(horizon / PERIOD_DAYS[self.granularity]))
        return -(-horizon * (7 - len(self.calendar.closed_weekdays)) // 7)

    def _followed(self, rows: pd.DataFrame, leading: list[str]) -> pd.DataFrame:
        """The sales of the leading series; with ``coherent`` also the rest, by category where there are any."""
        chosen = rows[self.level].isin(leading)
        if not self.coherent:
            return rows[chosen]
        rest = pd.Series(REST, index=rows.index, dtype=handoff.TEXT)
        if self.level == "product" and "category" in rows:
            rest = rest + " of " + rows["category"].astype(handoff.TEXT)
        return rows.assign(**{self.level: rows[self.level].astype(handoff.TEXT).where(chosen, rest)})


def follow(
    run_folder: str | os.PathLike[str],
    level: str,
    *,
    panel: str | None = None,
    granularity: str = "day",
    series_most: int = 20,
    coherent: bool = False,
) -> Followed:
    """What is to be followed at a level: lines and labels of a run folder, or a panel source (a Parquet file).

    A level that the source cannot give has a ``reason``, and nothing to follow. An `AnalysisError` names a level or a
    granularity that there is not.
    """
    if level not in LEVELS or granularity not in GRANULARITIES:
        raise AnalysisError(
            f"a level is {', '.join(LEVELS)}, a granularity {', '.join(GRANULARITIES)}: "
            f"not {level!r} by {granularity!r}"
        )
    how = {"granularity": granularity, "series_most": series_most, "coherent": coherent}
    return _of_panel(Path(panel), level, **how) if panel else _of_run(Path(run_folder), level, **how)  # type: ignore[arg-type]


def write_source(run_folder: str | os.PathLike[str], panel: str | None) -> None:
    """Where no notebook before this one told the run's source, the panel is it: the hand-off table ``source``."""
    if panel is None or (Path(run_folder) / "tables" / "source.parquet").is_file():
        return
    rows = pd.read_parquet(panel, columns=["date"])
    known = {"name": Path(panel).name, "sha256": _digest(Path(panel)), "rows": len(rows), "currency": "pieces"}
    days = {"first_day": rows["date"].min(), "last_day": rows["date"].max()}
    facts = {**known, **days, "synthetic": False, "citation": None, "note": "a panel: no customers, no invoices"}
    columns = ["name", "sha256", "rows", "first_day", "last_day", "currency", "synthetic", "citation", "note"]
    handoff.write(run_folder, "source", pd.DataFrame([facts])[columns])


def _of_panel(path: Path, level: str, *, granularity: str, series_most: int, coherent: bool) -> Followed:
    if not path.is_file():
        raise SourceError(f"there is no panel {path}: give the path of a Parquet file with date, product and units")
    panel = pd.read_parquet(path)
    calendar, sales = panel_calendar(panel), sales_of_panel(panel)
    there = [name for name in ATTRIBUTES if name in sales]
    lacking = [name for name in columns_of(level) if name not in there]
    reason = None
    if level == INSIDERS or lacking:
        reason = f"A panel has no customers, and this one {', '.join(there)}: the level `{level}` cannot be followed."
    days = calendar.open_days
    training = Training({"panel": _digest(path)}, f"{days[0]:%Y-%m-%d}", f"{days[-1]:%Y-%m-%d}")
    return Followed(
        level, granularity, "pieces", calendar, series_most, coherent, sales,
        is_panel=True, training=training, reason=reason, grain=sales,
    )  # fmt: skip


def _of_run(folder: Path, level: str, *, granularity: str, series_most: int, coherent: bool) -> Followed:
    labels, currency = handoff.read(folder, "labels"), str(handoff.read(folder, "source")["currency"].iloc[0])
    segments = labels[["customer_id", "segment"]] if level == "segment" else None
    lines = sold.lines_of_run(folder, segments)
    calendar, there = lines.calendar, lines.attributes
    reason = None
    if any(name not in there for name in columns_of(level)):
        reason = f"The source has no {level}: it can be followed by {', '.join(there)}."
    needed = [name for name in (level, "category" if level == "product" else level) if name in there]
    wanted = [name for name in ("product", "category", "store", *columns_of(level)) if name in there]
    grain = None if level in (INSIDERS, "segment") else lines.grain(list(dict.fromkeys(wanted)))
    sales = lines.sales(["customer_id"] if level == INSIDERS else list(dict.fromkeys(needed)))
    names = lines.descriptions() if level == "product" else {}
    tables = ["transactions", "once", "labels"]
    return Followed(
        level, granularity, "pieces" if level in PIECES else currency, calendar, series_most, coherent, sales,
        today=frozenset(labels.loc[labels["is_insider"], "customer_id"]),
        share=float(labels["is_insider"].mean()),
        descriptions=names,
        training=registry.trained_on(folder, tables, calendar.open_days[0], calendar.open_days[-1]),
        reason=reason,
        grain=grain,
    )  # fmt: skip


def _leaders_then(sales: pd.DataFrame, first: pd.Timestamp, share: float) -> frozenset[str]:
    lines = sales[["customer_id", "revenue"]].assign(time=sales["date"], kind="purchase")
    return insiders_at(lines, first, share)


def _digest(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
