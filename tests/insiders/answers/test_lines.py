"""Lines in memory and lines in files give the same answers."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from insiders import answers, handoff
from insiders.answers import lines, prospects
from insiders.answers.answer import Answer
from insiders.answers.evidence import Evidence
from insiders.answers.lines import Counted, Loaded
from insiders.customers.on_disk import TABLES
from insiders.prospects.foreseen import Foreseen

ASKING = (
    answers.expected,
    answers.who_is_alike,
    answers.by_first_month,
    answers.cost_of_returns,
    answers.what_is_unknown,
)
"""The answers that ask for lines, beside the prospects."""


@pytest.fixture(scope="module")
def counted(run: Evidence, run_folder: Path) -> Evidence:
    """The run with its lines in files."""
    return dataclasses.replace(run, lines=Counted(run_folder))


def flat(value: object, name: str = "") -> dict[str, object]:
    """Figures by their place in what holds them."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if pairs is None:
        return {name: value}
    return {place: one for key, each in pairs for place, one in flat(each, f"{name}.{key}").items()}


def test_prospects_are_the_same(counted: Evidence, known: Foreseen) -> None:
    """What is foreseen of every customer does not tell where the lines were."""
    again = prospects.foresee(counted)
    assert again is not None
    assert_frame_equal(again.customers, known.customers, rtol=1e-6)  # an optimum is found to some digits only


@pytest.mark.parametrize("ask", ASKING)
def test_answers_are_the_same(run: Evidence, counted: Evidence, ask: Callable[[Evidence], Answer]) -> None:
    """Sentences, texts, tables and figures of all answers that ask for lines."""
    ours, theirs = ask(counted), ask(run)
    assert (ours.sentence, ours.text) == (theirs.sentence, theirs.text)
    figures = [pd.Series(flat(answer.plain)) for answer in (ours, theirs)]
    numbers = figures[1].map(lambda value: isinstance(value, float)).astype(bool)
    assert figures[0][~numbers].equals(figures[1][~numbers])
    assert figures[0][numbers].to_dict() == pytest.approx(figures[1][numbers].to_dict(), rel=1e-9, nan_ok=True)
    if ours.table is not None and theirs.table is not None:
        assert_frame_equal(ours.table, theirs.table)


def test_every_question_has_the_same_answer(run: Evidence, counted: Evidence) -> None:
    """Days, cohorts, returns, descriptions, attributes and the span, each asked of both."""
    ours, theirs = counted.lines, run.lines
    insiders = run.insiders["customer_id"]
    daily = [each.daily(insiders).to_frame() for each in (ours, theirs)]
    assert_frame_equal(daily[0], daily[1], rtol=1e-9)
    last = run.history.end.to_period("M").to_timestamp()
    assert_frame_equal(ours.cohorts(last), theirs.cohorts(last), rtol=1e-9)
    back = theirs.returned()
    assert len(back) > 0
    assert_frame_equal(ours.returned(), back, rtol=1e-9, check_index_type=False)
    some = [str(product) for product in back.index[:5]]
    assert ours.descriptions(some) == theirs.descriptions(some)
    assert set(ours.descriptions(some)) == set(some)
    assert (ours.years, ours.knows("store"), ours.knows("category")) == (theirs.years, True, True)


def test_many_lines_are_not_loaded(run_folder: Path) -> None:
    """Up to the limit lines are loaded, beyond they are counted where they lie."""
    number = handoff.count(run_folder, *TABLES)
    assert isinstance(lines.lines_of_run(run_folder, most=number), Loaded)
    assert isinstance(lines.lines_of_run(run_folder, most=number - 1), Counted)
