"""What matters, in at most a screen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from runner.comparison import headline
from runner.comparison.comparing import compare
from tests.runner.comparison.sides import given, metrics, side, sides, step


def lines(place: Path, before: dict[str, Any], after: dict[str, Any]) -> tuple[str, ...]:
    return compare(*sides(place, before, after)).headline


def test_the_reviewers_question_is_answered_first(tmp_path: Path) -> None:
    """What was asked otherwise; who entered and who left; the figures that moved."""
    ids = [str(n) for n in range(100)]
    tables = [
        {"customers": {"customer_id": ids, "is_insider": [low <= n < high for n in range(100)]}}
        for low, high in ((0, 59), (17, 100))
    ]
    before = step(parameters=given(k=8), metrics=metrics(insiders_revenue_share=0.549), tables=tables[0])
    after = step(parameters=given(k=10), metrics=metrics(insiders_revenue_share=0.561), tables=tables[1])
    assert lines(tmp_path, before, after) == (
        "k 8 → 10",
        "insider: 41 customers entered, 17 left",
        "insiders revenue share 54.9 % → 56.1 %",
    )


def test_nothing_is_said_where_nothing_differs(tmp_path: Path) -> None:
    """Whatever the time it took."""
    assert lines(tmp_path, step(seconds=1.0), step(seconds=99.0)) == ()


def test_a_screen_is_enough_whatever_differs(tmp_path: Path) -> None:
    """A hundred parameters and metrics, and names without end."""
    names = [f"name_{n}" for n in range(100)] + ["x" * 10_000]
    before, after = (
        step(parameters=given(**dict.fromkeys(names, n)), metrics=metrics(**dict.fromkeys(names, n))) for n in (1, 2)
    )
    found = lines(tmp_path, before, after)
    assert len(found) <= headline.MOST
    assert all(len(line) <= headline.LONGEST for line in found)
    assert "and 96 more parameters" in found
    assert "name 0 1 → 2 (+100.0 %)" in found, "metrics have their place whatever else differs"


def test_metrics_that_a_gate_watches_come_first_and_bounds_not_at_all(tmp_path: Path) -> None:
    """Then those that moved most; what two steps show is told once."""
    told = [metrics(sold=n, sold_lower=n / 2, small=100 + n, watched=1 + n / 100, again=n) for n in (1, 3)]
    pair = (
        side(tmp_path, step(metrics=told[0])),
        side(tmp_path, step(metrics=told[1]), later=True, policy={"gates": ["watched <= 2"]}),
    )
    assert compare(*pair).headline[1:] == (
        "watched 1.01 → 1.03 (+2.0 %) (worse)",
        "sold 1 → 3 (+200.0 %)",
        "small 101 → 103 (+2.0 %)",
        "and 2 more metrics",
    )


def test_a_failure_is_told_before_all(tmp_path: Path) -> None:
    """With the reason."""
    pair = (
        side(tmp_path, step(parameters=given(k=1))),
        side(tmp_path, step(parameters=given(k=2)), later=True, status="failed", reason="eda: ValueError: no"),
    )
    assert compare(*pair).headline[:2] == ("succeeded → failed: eda: ValueError: no", "k 1 → 2")


def test_metrics_of_a_group_stand_below_who_entered_it(tmp_path: Path) -> None:
    """A share with what it is of; the group in which most moved comes first; nothing is told twice."""
    ids = [str(n) for n in range(100)]
    before, after = (
        step(
            parameters=given(k=k),
            metrics=[
                {"name": "silhouette", "value": 0.1 * k, "unit": ""},
                {"name": "insiders", "value": many, "unit": "customers"},
                {"name": "insiders_share", "value": many / 100, "unit": "of the customers"},
                {"name": "insiders_again", "value": many, "unit": ""},
            ],
            tables={"customers": {"customer_id": ids, "is_new": [k == 2] * 2 + [False] * 98, "is_insider": inside}},
        )
        for k, many, inside in ((1, 20, [n < 20 for n in range(100)]), (2, 30, [n < 30 for n in range(100)]))
    )
    assert lines(tmp_path, before, after) == (
        "k 1 → 2",
        "insider: 10 customers entered, 0 left",
        "insiders 20 → 30 customers (+50.0 %)",
        "insiders share 20.0 % → 30.0 % of the customers",
        "new: 2 customers entered, 0 left",
        "silhouette 0.1 → 0.2 (+100.0 %)",
    )


def test_metrics_of_one_run_take_one_line(tmp_path: Path) -> None:
    """As beside a run that failed; so do the tables that only one run published."""
    good = step(metrics=metrics(clusters=5, share=0.5, model="ets", more=1), tables={"customers": {"id": ["1"]}})
    pair = side(tmp_path, step(), status="failed", reason="eda: no"), side(tmp_path, good, later=True)
    assert compare(*pair).headline == (
        "failed → succeeded: eda: no",
        "published by the second run only: customers",
        "only the second run has 4 metrics: clusters 5, share 50.0 %, model ets …",
    )


def test_rows_that_are_all_others_are_not_told_as_come_and_gone(tmp_path: Path) -> None:
    """A name that holds a comma stands in quotes beside another one."""
    tables = [
        {
            "answers": {"question": [word], "n": [1]},
            "customers": {"id": [str(n) for n in range(9)], "segment": [f"{word}, top"] * 9},
        }
        for word in ("who", "quem")
    ]
    found = lines(tmp_path, step(tables=tables[0]), step(tables=tables[1]))
    assert "answers: all other rows, 1 → 1" in found
    assert "9 customers changed segment: “who, top” → “quem, top” 9" in found


def test_the_figures_of_short_tables_are_told_where_they_are_no_metrics(tmp_path: Path) -> None:
    """By group, in the first column that moved."""
    runs = [
        step(
            metrics=metrics(forecast=total),
            tables={
                "totals": {"level": ["a", "b, c"], "mean": [float(total), total * 2.0], "other": [1.0, 1.0 * total]}
            },
        )
        for total in (10, 20)
    ]
    assert "totals, mean: “b, c” 20 → 40 (+100.0 %)" in lines(tmp_path, *runs)
