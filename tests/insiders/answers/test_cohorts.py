"""Cohorts of first purchase."""

from __future__ import annotations

import dataclasses

import pandas as pd
import pytest

from insiders.answers import cohorts
from insiders.answers.evidence import Evidence
from insiders.answers.lines import Loaded
from insiders.customers.purchases import purchases_of
from tests.insiders.answers.told import everybody


def test_retention_by_hand(run: Evidence) -> None:
    """The share who bought again a month later is counted again here, over the cohorts after the first."""
    answer = cohorts.by_first_month(run)
    bought = purchases_of(everybody(run))
    months = bought["time"].dt.to_period("M")
    first = months.groupby(bought["customer_id"]).min()
    end = bought["time"].max()
    last = end.to_period("M") - (1 if (end + pd.Timedelta(days=1)).month == end.month else 0)
    new = first[(first > first.min()) & (first + 1 <= last)]
    came = set(zip(bought["customer_id"], months, strict=True))
    back = [(name, month + 1) in came for name, month in new.items()]
    assert answer.figures["retention_after_1"] == pytest.approx(sum(back) / len(back))
    rows = answer.figures["cohorts"]
    assert sum(row["customers"] for row in rows if row["months_since"] == 0) == (first <= last).sum()  # type: ignore[attr-defined]


def test_too_short_a_history(run: Evidence) -> None:
    """With less than three whole months there are no cohorts to compare."""
    lines = everybody(run)
    recent = lines[lines["time"] >= lines["time"].max() - pd.Timedelta(days=40)]
    short = dataclasses.replace(run, lines=Loaded(recent, lines.head(0)))
    assert cohorts.by_first_month(short).sentence.startswith("This source cannot tell")
