"""What to do, and what is not known."""

from __future__ import annotations

import dataclasses

import pandas as pd

from insiders.answers import actions
from insiders.answers.evidence import Evidence


def test_every_segment_has_its_action(run: Evidence) -> None:
    """The table holds one action per segment, and the text that of the Insiders."""
    answer = actions.what_to_do(run)
    assert answer.table is not None
    assert answer.table["action"].tolist() == run.segments["action"].tolist()
    assert run.segments.loc[run.segments["is_insiders"], "action"].iloc[0] in answer.text


def test_the_source_with_stores_and_categories(run: Evidence) -> None:
    """What the source holds is not named as missing; profit and cause always are."""
    gaps = actions.what_is_unknown(run).text
    assert "store" not in gaps
    assert "profit per customer" in gaps
    assert "the effect of the programme itself" in gaps


def test_the_source_without_them(run: Evidence) -> None:
    """Without stores, categories and two years, the questions that need them are named."""
    unknown = pd.Series(pd.NA, index=run.transactions.index)
    sold = run.transactions.assign(store=unknown, category=unknown)
    recent = sold[sold["time"] >= sold["time"].max() - pd.Timedelta(days=300)]
    gaps = actions.what_is_unknown(dataclasses.replace(run, transactions=recent)).text
    for noun in ("revenue by store", "revenue by category", "a yearly pattern"):
        assert noun in gaps
