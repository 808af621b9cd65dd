"""What to do, and what is not known."""

from __future__ import annotations

import dataclasses

import pandas as pd
import pytest

from insiders import trials
from insiders.answers import actions
from insiders.answers.evidence import Evidence
from insiders.answers.lines import Loaded
from insiders.prospects.foreseen import Foreseen
from tests.insiders.answers.told import everybody


def test_every_segment_has_its_action_and_its_trial(run: Evidence, known: Foreseen) -> None:
    """The table holds one action per segment and the size of a trial from the share who will buy anyway."""
    answer = actions.what_to_do(run, known, 0.2)
    assert answer.table is not None
    assert answer.table["action"].tolist() == run.segments["action"].tolist()
    people = known.customers.merge(run.customers[["customer_id", "segment"]])
    rate = people.groupby("segment")["propensity_30_days"].mean()["Insiders"]
    needed = answer.figures["customers_per_group"]["Insiders"]  # type: ignore[index]
    assert needed == pytest.approx(trials.customers_for_shares(rate, 1.2 * rate))
    assert "main category" in answer.table.columns
    assert "assumption" in answer.text


def test_without_prospects_no_size_is_given(run: Evidence) -> None:
    """Where nobody can foretell who will buy, the trial has no size and the answer says why."""
    answer = actions.what_to_do(run, None)
    assert answer.plain["customers_per_group"]["Insiders"] is None  # type: ignore[index]
    assert "too short to foretell" in answer.text


def test_the_source_with_stores_and_categories(run: Evidence) -> None:
    """What the source holds is not named as missing; profit and cause always are."""
    gaps = actions.what_is_unknown(run).sentence
    assert "store" not in gaps
    assert "profit per customer" in gaps
    assert "the effect of the programme itself" in gaps


def test_the_source_without_them(run: Evidence) -> None:
    """Without stores, categories and two years, the questions that need them are named."""
    sold = everybody(run)
    unknown = pd.Series(pd.NA, index=sold.index)
    sold = sold.assign(store=unknown, category=unknown)
    recent = sold[sold["time"] >= sold["time"].max() - pd.Timedelta(days=300)]
    gaps = actions.what_is_unknown(dataclasses.replace(run, lines=Loaded(recent, recent.head(0)))).sentence
    for words in ("revenue by store", "what to offer by category", "a yearly pattern"):
        assert words in gaps
