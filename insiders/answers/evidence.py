"""What the answers rest on: the tables of one run, read once."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from insiders import handoff
from insiders.answers.lines import Lines, lines_of_run
from insiders.customers.history import History
from insiders.errors import AnalysisError
from insiders.language import ENGLISH, Language, language
from insiders.membership import risk
from insiders.membership.hysteresis import Hysteresis, replay


@dataclass(frozen=True)
class Evidence:
    """The tables of one run, as `insiders.handoff` has them."""

    source: pd.Series
    pipeline: str
    """Of which the run is one."""
    buyers: pd.Series
    """All identified buyers together, also those who came once: the denominators of shares."""
    lines: Lines
    """Of the customers below, and of buyers who came once."""
    customers: pd.DataFrame
    """Features and labels side by side."""
    segments: pd.DataFrame
    """Highest value first."""
    rules: pd.DataFrame
    programme: pd.Series
    """By which rule the programme takes and drops its members."""
    heights: pd.DataFrame
    """Where every customer stood at every review."""
    forecasts: pd.DataFrame
    totals: pd.DataFrame
    """What the forecast days of a level should bring together, by level and model."""
    scores: pd.DataFrame
    confidence: float
    """Nominal coverage of every interval, and 1 less the level of every test."""
    seed: int
    language: Language
    """In which the answers are said."""

    @property
    def currency(self) -> str:
        """The sign of the shop's money."""
        return str(self.source["currency"])

    @property
    def title(self) -> str:
        """The heading of the report."""
        return self.language.say("The Insiders: who they are and what they bring")

    @property
    def facts(self) -> str:
        """What the report rests on."""
        speak = self.language
        return speak.say(
            "Source {source}, {first} to {last}; customers as of {day}.",
            source=self.source["name"],
            first=speak.day(self.source["first_day"]),
            last=speak.day(self.source["last_day"]),
            day=speak.day(self.as_of),
        )

    @property
    def notes(self) -> str:
        """How the report's figures are to be read."""
        return self.language.say(
            "Shares name their denominator. Intervals hold {confidence} nominal coverage; p values are corrected after "
            "Holm for the number of tests of their table. Gross revenue counts purchases, net revenue takes returns "
            "off; purchases that were undone in full count in neither. Expected effects of actions are assumptions. "
            "The views current_… of the database hold the same rows once this run is accepted.",
            confidence=self.language.percent(self.confidence, 0),
        )

    @property
    def insiders(self) -> pd.DataFrame:
        """The customers who are Insiders."""
        return self.customers[self.customers["is_insider"]]

    @property
    def others(self) -> pd.DataFrame:
        """The segmented customers who are not."""
        return self.customers[~self.customers["is_insider"]]

    @property
    def history(self) -> History:
        """The lines of all identified buyers, asked by the day."""
        return self.lines.history

    @property
    def as_of(self) -> pd.Timestamp:
        """The day on which the customers' recency is 0."""
        return as_of(self.customers)

    @property
    def by_policy(self) -> bool:
        """Whether this run's Insiders are those of the programme's rule."""
        return bool(self.programme["method"] == "best")

    @property
    def rule(self) -> Hysteresis:
        """How the programme takes and drops its members."""
        return Hysteresis(float(self.programme["entry"]), float(self.programme["exit"]), int(self.programme["grace"]))

    @cached_property
    def members(self) -> pd.DataFrame:
        """Membership by the programme's rule, by review (rows) and customer (columns)."""
        return replay(self.heights, self.rule)

    @cached_property
    def standing(self) -> pd.DataFrame:
        """Where every customer stands today, see `risk.standing_of`."""
        return risk.standing_of(self.heights, self.rule)


def as_of(customers: pd.DataFrame) -> pd.Timestamp:
    """The day on which the recency of these customers is 0."""
    days = pd.to_timedelta(customers["recency_days"], unit="D")
    return (customers["last_purchase"].dt.normalize() + days).max()


def read(
    run_folder: str | os.PathLike[str], *, confidence: float = 0.95, seed: int = 42, language_code: str = ENGLISH
) -> Evidence:
    """Read a run's tables; a `HandoffError` names the first that is missing, an `AnalysisError` an empty group."""
    labels = handoff.read(run_folder, "labels")
    customers = handoff.read(run_folder, "customers").merge(labels, on="customer_id", validate="one_to_one")
    if customers["is_insider"].nunique() != 2:
        raise AnalysisError("either every customer is an Insider or none is: there are no two groups to compare")
    return Evidence(
        source=handoff.read(run_folder, "source").iloc[0],
        pipeline=handoff.pipeline(run_folder),
        buyers=handoff.read(run_folder, "buyers").iloc[0],
        lines=lines_of_run(Path(run_folder)),
        customers=customers,
        segments=handoff.read(run_folder, "segments").sort_values("value_rank", ignore_index=True),
        rules=handoff.read(run_folder, "rules"),
        programme=handoff.read(run_folder, "programme").iloc[0],
        heights=handoff.read(run_folder, "heights"),
        forecasts=handoff.read(run_folder, "forecasts"),
        totals=handoff.read(run_folder, "totals"),
        scores=handoff.read(run_folder, "model_scores"),
        confidence=confidence,
        seed=seed,
        language=language(language_code),
    )
