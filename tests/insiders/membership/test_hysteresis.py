"""Entering and leaving at two heights."""

from __future__ import annotations

import pandas as pd
import pytest

from insiders.errors import AnalysisError
from insiders.membership import hysteresis
from insiders.membership.hysteresis import PLAIN, Hysteresis

MONTHS = pd.date_range("2024-01-01", periods=6, freq="MS")


def reviews(**ratios: list[float | None]) -> pd.DataFrame:
    """One row per month and customer that has a ratio there."""
    rows = [
        {"review": month, "customer_id": customer, "ratio": ratio}
        for customer, heights in ratios.items()
        for month, ratio in zip(MONTHS, heights, strict=False)
        if ratio is not None
    ]
    return pd.DataFrame(rows)


def members(rule: Hysteresis, *ratios: float | None) -> str:
    """A customer's membership, month by month: M for member."""
    table = reviews(a=list(ratios), b=[5.0] * len(ratios))
    return "".join("M" if one else "-" for one in hysteresis.replay(table, rule)["a"])


def test_without_hysteresis_a_customer_flickers() -> None:
    """Membership follows the threshold from month to month."""
    assert members(PLAIN, 1.0, 0.99, 1.01, 0.9, 1.2) == "M-M-M"


def test_a_member_leaves_after_two_months_below_the_exit() -> None:
    """Below the threshold but above the exit nothing happens; a single month below it is forgiven."""
    rule = Hysteresis(entry=1.0, exit=0.8, grace=2)
    assert members(rule, 1.0, 0.85, 0.81, 0.9, 0.8) == "MMMMM"
    assert members(rule, 1.0, 0.7, 0.9, 0.7, 0.9) == "MMMMM"
    assert members(rule, 1.0, 0.7, 0.7, 0.9, 1.0) == "MM--M"


def test_nobody_enters_between_the_two_heights() -> None:
    """Who left, or never was a member, needs the full entry again."""
    assert members(Hysteresis(1.1, 0.8, 1), 1.0, 1.09, 1.1, 0.9, 0.7, 1.0) == "--MM--"


def test_who_is_not_there_counts_as_nothing() -> None:
    """A customer without a ratio stands below every exit."""
    assert members(Hysteresis(1.0, 0.8, 2), 1.0, None, None, 0.9) == "MM--"


def test_a_replay_is_its_steps() -> None:
    """Membership carried on from the last review is that of the whole replay."""
    rule = Hysteresis(1.0, 0.8, 2)
    table = reviews(a=[1.0, 0.7, 0.7, 1.0, 0.7], b=[0.5, 1.1, 0.9, 0.7, 0.6])
    whole = hysteresis.replay(table, rule)
    member, below = pd.Series(False, index=whole.columns), pd.Series(0, index=whole.columns)
    for place, (_, part) in enumerate(table.groupby("review")):
        member, below = hysteresis.step(member, below, part.set_index("customer_id")["ratio"], rule)
        assert member.tolist() == whole.iloc[place].tolist()


def test_changes_say_who_and_why() -> None:
    """Those who entered or left after the first review, in order, with their height."""
    table = reviews(a=[1.2, 0.7, 0.6], b=[0.9, 1.04, 1.0], c=[1.0, 0.9, 0.9])
    found = hysteresis.changes(table, Hysteresis(1.0, 0.8, 2))
    assert found[["review", "customer_id", "change"]].to_numpy().tolist() == [
        [MONTHS[1], "b", "entered"],
        [MONTHS[2], "a", "left"],
    ]
    assert found["why"].tolist() == [
        "reached 100 % of the threshold: stands at 104 %",
        "below 80 % of the threshold for 2 reviews in a row: stands at 60 %",
    ]


def test_nobody_moved() -> None:
    """Where nothing changes the table is empty, with its columns."""
    found = hysteresis.changes(reviews(a=[1.0, 1.0], b=[0.1, 0.1]), PLAIN)
    assert found.empty
    assert list(found.columns) == ["review", "customer_id", "change", "why"]


@pytest.mark.parametrize("bounds", [(1.0, 1.1, 1), (1.0, 0.0, 1), (1.0, 0.8, 0)])
def test_crossed_bounds_are_refused(bounds: tuple[float, float, int]) -> None:
    """An exit above the entry or at nothing, or no review at all, is a slip."""
    with pytest.raises(AnalysisError, match="exit must be above 0"):
        Hysteresis(*bounds)


def test_the_rule_in_a_sentence() -> None:
    """As a marketing manager would say it."""
    assert Hysteresis().text() == "enters at 100 % of the threshold, leaves after 2 reviews in a row below 80 %"
    assert PLAIN.text() == "enters at 100 % of the threshold, leaves after a review below 100 %"
