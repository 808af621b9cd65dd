"""What the answers rest on: the tables of one run, read once, and the form every answer takes."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from IPython.display import Markdown, display
from matplotlib.figure import Figure

from insiders import handoff
from insiders.errors import AnalysisError


@dataclass(frozen=True)
class Evidence:
    """The tables of one run, as `insiders.handoff` has them."""

    source: pd.Series
    buyers: pd.Series
    """All identified buyers together, also those who came once: the denominators of shares."""
    transactions: pd.DataFrame
    """Lines of the customers below."""
    customers: pd.DataFrame
    """Features and labels side by side: the results table ``customers``."""
    segments: pd.DataFrame
    """Highest value first."""
    rules: pd.DataFrame
    forecasts: pd.DataFrame
    totals: pd.DataFrame
    """What the forecast days of a level should bring together, by level and model."""
    scores: pd.DataFrame
    confidence: float
    """Nominal coverage of every interval, and 1 less the level of every test."""
    seed: int

    @property
    def currency(self) -> str:
        """The sign of the shop's money."""
        return str(self.source["currency"])

    @property
    def insiders(self) -> pd.DataFrame:
        """The customers who are Insiders."""
        return self.customers[self.customers["is_insider"]]

    @property
    def others(self) -> pd.DataFrame:
        """The segmented customers who are not."""
        return self.customers[~self.customers["is_insider"]]

    @property
    def purchases(self) -> pd.DataFrame:
        """The purchase lines."""
        return self.transactions[self.transactions["kind"] == "purchase"]

    @property
    def as_of(self) -> pd.Timestamp:
        """The day on which the customers' recency is 0."""
        return (self.customers["last_purchase"].dt.normalize() + _days(self.customers["recency_days"])).max()


@dataclass(frozen=True)
class Answer:
    """A business question and what this run's tables say to it."""

    question: str
    text: str
    """The answer in plain sentences, computed from the tables."""
    figures: Mapping[str, object]
    """The numbers behind the text, by name."""
    chart: Figure | None = None
    table: pd.DataFrame | None = None
    """What the reader may want to look up, with headings as a person reads them."""

    def _ipython_display_(self) -> None:
        """Show the text, the table and the chart, in a notebook."""
        display(Markdown(self.text))
        if self.table is not None:
            shown = {"text/html": self.table.to_html(index=False), "text/plain": self.table.to_string(index=False)}
            display(shown, raw=True)
        if self.chart is not None:
            display(self.chart)


def read(run_folder: str | os.PathLike[str], *, confidence: float = 0.95, seed: int = 42) -> Evidence:
    """Read a run's tables; a `HandoffError` names the first that is missing, an `AnalysisError` an empty group."""
    labels = handoff.read(run_folder, "labels")
    customers = handoff.read(run_folder, "customers").merge(labels, on="customer_id", validate="one_to_one")
    if customers["is_insider"].nunique() != 2:
        raise AnalysisError("either every customer is an Insider or none is: there are no two groups to compare")
    return Evidence(
        source=handoff.read(run_folder, "source").iloc[0],
        buyers=handoff.read(run_folder, "buyers").iloc[0],
        transactions=handoff.read(run_folder, "transactions"),
        customers=customers,
        segments=handoff.read(run_folder, "segments").sort_values("value_rank", ignore_index=True),
        rules=handoff.read(run_folder, "rules"),
        forecasts=handoff.read(run_folder, "forecasts"),
        totals=handoff.read(run_folder, "totals"),
        scores=handoff.read(run_folder, "model_scores"),
        confidence=confidence,
        seed=seed,
    )


def as_table(answers: Iterable[Answer]) -> pd.DataFrame:
    """The answers as rows of the results table ``answers``, in the order given."""
    rows = [(answer.question, place, answer.text, _as_json(answer.figures)) for place, answer in enumerate(answers, 1)]
    return pd.DataFrame(rows, columns=["question", "position", "text", "figures"])


def _as_json(figures: Mapping[str, object]) -> str:
    return json.dumps({name: _plain(value) for name, value in figures.items()}, ensure_ascii=False, allow_nan=False)


def _plain(value: object) -> object:
    """The value in JSON's own types; a missing number is null."""
    if isinstance(value, Mapping):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    plain = value.item() if isinstance(value, np.generic) else value
    if isinstance(plain, pd.Timestamp):
        return plain.date().isoformat()
    return None if plain is pd.NA or (isinstance(plain, float) and not math.isfinite(plain)) else plain


def _days(days: pd.Series) -> pd.Series:
    return pd.to_timedelta(days, unit="D")
