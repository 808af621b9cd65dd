"""Gates against the recorded figures of a run."""

from __future__ import annotations

import math

import pytest
import sqlalchemy as sa

from runner.promotion.gates import Result, evaluate
from runner.promotion.promote import promote
from runner.settings import Settings
from runner.tables import database
from tests.runner.promotion.staged import finished

METRICS: dict[str, float | str] = {
    "clustering.silhouette": 0.41,
    "clustering.clusters": 10,
    "eda.gross_revenue": 150.0,
    "forecast.model": "ets",
}


def results(engine: sa.Engine, gate: str, run: str, current: str | None = None) -> tuple[Result, ...]:
    return database.transact(engine, lambda connection: evaluate(connection, [gate], run, current))


def said(engine: sa.Engine, gate: str, run: str, current: str | None = None) -> tuple[bool, str]:
    """Whether the one gate passed, and its words."""
    (result,) = results(engine, gate, run, current)
    return result.passed, result.text


@pytest.mark.parametrize(
    ("gate", "passed", "text"),
    [
        ("silhouette >= 0.5", False, "silhouette is 0.41, the gate wants at least 0.5: 0.09 short"),
        ("clustering.silhouette >= 0.4", True, "clustering.silhouette is 0.41, the gate wants at least 0.4"),
        ("clusters between 4 and 8", False, "clusters is 10, the gate wants 4 to 8: 2 over"),
        ("clusters == 10", True, "clusters is 10, the gate wants exactly 10"),
        ("silhouete >= 0.5", False, "silhouete: no step shows this metric; did you mean silhouette?"),
        (
            "eda.silhouette >= 0",
            False,
            "eda.silhouette: no step shows this metric; did you mean clustering.silhouette?",
        ),
        ("model >= 0", False, "model: is the text 'ets', and no number"),
        ("drift(model) <= 1", False, "drift(model): is the text 'ets', and no number"),
        ("drift(nothing) <= 1", False, "drift(nothing): no step shows this metric"),
    ],
)
def test_a_gate_is_held_against_a_metric(
    engine: sa.Engine, settings: Settings, gate: str, passed: bool, text: str
) -> None:
    """It passes or says by how much it does not; what is missing or no number does not pass."""
    assert said(engine, gate, finished(engine, settings, metrics=METRICS)) == (passed, text)


def test_a_name_that_two_steps_share_wants_the_step(engine: sa.Engine, settings: Settings) -> None:
    """Which of the two is meant is not guessed, even where both would pass."""
    run = finished(engine, settings, metrics={"clustering.insiders": 286, "report.insiders": 286})
    text = "insiders: several steps show it; write clustering.insiders or report.insiders"
    assert said(engine, "insiders >= 1", run) == (False, text)
    assert said(engine, "report.insiders >= 1", run)[0]


def test_a_gate_on_a_step_holds_for_each_of_its_items(engine: sa.Engine, settings: Settings) -> None:
    """A step that runs for several values has several figures; each is judged, and named where it fails."""
    run = finished(engine, settings, metrics={"item.1.score": 3, "item.2.score": 1})
    for gate in ("score >= 2", "item.score >= 2"):
        assert [(result.passed, result.text) for result in results(engine, gate, run)] == [
            (True, "item.1.score is 3, the gate wants at least 2"),
            (False, "item.2.score is 1, the gate wants at least 2: 1 short"),
        ]
    assert said(engine, "item.1.score >= 2", run)[0]


@pytest.mark.parametrize(
    ("before", "value"),
    [(100.0, 0.5), (150.0, 0.0), (300.0, 0.5), (-150.0, 2.0), (0.0, math.inf)],
)
def test_drift_is_the_change_as_a_share(engine: sa.Engine, settings: Settings, before: float, value: float) -> None:
    """Against the current run, in either direction; from nothing to something is without limit."""
    run = finished(engine, settings, metrics=METRICS)
    current = finished(engine, settings, metrics={"eda.gross_revenue": before})
    (result,) = results(engine, "drift(gross_revenue) <= 0.3", run, current)
    assert result.value == (value if math.isfinite(value) else None)
    assert result.passed == (value <= 0.3)


def test_drift_from_nothing_to_nothing_is_none(engine: sa.Engine, settings: Settings) -> None:
    """Two zeros do not differ."""
    run, current = (finished(engine, settings, metrics={"eda.returns": 0}) for _ in range(2))
    assert said(engine, "drift(returns) <= 0", run, current) == (True, "drift(returns) is 0, the gate wants at most 0")


def test_without_a_current_run_there_is_nothing_to_compare_with(engine: sa.Engine, settings: Settings) -> None:
    """The first run passes, and so does one with a metric that the current run has not; both say so."""
    run = finished(engine, settings, metrics=METRICS)
    told = "drift(eda.gross_revenue): no run is current yet, nothing to compare with"
    assert said(engine, "drift(eda.gross_revenue) <= 0.5", run) == (True, told)
    other = finished(engine, settings, metrics={"eda.rows": 1, "forecast.model": "ets"})
    told = "drift(gross_revenue): the current run does not show it, nothing to compare with"
    assert said(engine, "drift(gross_revenue) <= 0.5", run, other) == (True, told)
    text = finished(engine, settings, metrics={"eda.gross_revenue": "much"})
    told = "drift(gross_revenue): of the current run is the text 'much', and no number"
    assert said(engine, "drift(gross_revenue) <= 0.5", run, text) == (False, told)


def test_generated_data_are_nothing_to_compare_with(engine: sa.Engine, settings: Settings) -> None:
    """The first run on a shop's own data follows a trial on the demo shop, and differs from it in everything."""
    run = finished(engine, settings, {"a": True}, metrics=METRICS)
    trial = finished(engine, settings, {"z": True}, metrics={"eda.gross_revenue": 1.0}, synthetic=True)
    for gate in ("drift(eda.gross_revenue) <= 0.1", "membership_change <= 0.1"):
        passed, text = said(engine, gate, run, trial)
        assert (passed, text.partition(": ")[2]) == (
            True,
            "the current run is of generated data, nothing to compare with",
        )


@pytest.mark.parametrize(
    ("now", "value"),
    [
        ({"a": True, "b": True}, 0.0),
        ({"a": True, "b": False}, 1 / 2),
        ({"a": True, "b": True, "c": True}, 1 / 3),
        ({"a": True, "c": True}, 2 / 3),
        ({"c": True}, 1.0),
        ({"c": False}, 1.0),
    ],
)
def test_membership_change_is_a_share_of_all_members(
    engine: sa.Engine, settings: Settings, now: dict[str, bool], value: float
) -> None:
    """Who entered and who left, out of all who are Insiders in either run."""
    current = finished(engine, settings, {"a": True, "b": True, "never": False})
    run = finished(engine, settings, now, hour=5)
    (result,) = results(engine, "membership_change <= 0.4", run, current)
    assert result.value == pytest.approx(value)
    assert result.passed == (value <= 0.4)


def test_membership_change_without_members(engine: sa.Engine, settings: Settings) -> None:
    """Nobody then and nobody now is no change; no table of customers is no figure, and does not pass."""
    none, nobody = (finished(engine, settings, {"a": False}) for _ in range(2))
    assert said(engine, "membership_change <= 0", none, nobody)[0]
    without = finished(engine, settings, tables=("segments",))
    told = "membership_change: the run published no customers"
    assert said(engine, "membership_change <= 1", without, nobody) == (False, told)


def test_a_metric_cannot_pass_for_the_change_of_membership(engine: sa.Engine, settings: Settings) -> None:
    """What the gates compute themselves is not taken from a notebook that uses the same name."""
    run = finished(engine, settings, {"a": True}, metrics={"eda.membership_change": 0.0})
    current = finished(engine, settings, {"b": True}, hour=3)
    promote(engine, current, "monthly", "cron")
    assert not said(engine, "membership_change <= 0.5", run, current)[0]
    assert said(engine, "eda.membership_change <= 0.5", run, current)[0]
