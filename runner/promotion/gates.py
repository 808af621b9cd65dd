"""Gates held against the recorded figures of a run, in the transaction that would make it current.

What cannot be looked at does not pass: a metric that no step shows, one that is a text, a name that two steps share.
Only where there is nothing to compare with, above all where no run is current yet, a gate on a change passes, and says
so.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from runner import wording
from runner.delivery.staging import DELIVERIES
from runner.reading import gates
from runner.reading.gates import Gate, number
from runner.tables.run_rows import METRICS, RUNS

CUSTOMERS = sa.table(
    "customers", sa.column("run_id", sa.Text), sa.column("customer_id", sa.Text), sa.column("is_insider", sa.Boolean)
)
_ITEM = re.compile(r"(?P<base>.+)\.\d+")
Figures = Mapping[tuple[str, str], float | str]
"""The metrics of a run by step and name."""


@dataclass(frozen=True)
class Result:
    """What one gate said of one run."""

    gate: str
    passed: bool
    value: float | None
    """The figure that was looked at; None where there was none."""
    text: str
    """One line for the person."""


@dataclass(frozen=True)
class _Unknown:
    """Why a gate has nothing to look at, and whether it passes all the same."""

    text: str
    passes: bool = False


@dataclass(frozen=True)
class _Before:
    """The current run, which the other would replace."""

    run_id: str
    figures: Figures


def evaluate(connection: sa.Connection, texts: Iterable[str], run_id: str, current: str | None) -> tuple[Result, ...]:
    """What each gate says of the run, which would replace the current one."""
    figures = _figures(connection, run_id)
    before = _before(connection, current)
    results = []
    for gate in map(gates.parse, texts):
        if gate.of_members:
            results.append(_result(gate, gate.subject, _membership_change(connection, run_id, before)))
            continue
        chosen = _chosen(gate, figures)
        if isinstance(chosen, _Unknown):
            results.append(_result(gate, gate.subject, chosen))
            continue
        for key, value in chosen.items():
            seen = _drift(value, key, before) if gate.drift else _number(value)
            results.append(_result(gate, gate.subject if len(chosen) == 1 else _named(gate, key), seen))
    return tuple(results)


def _result(gate: Gate, name: str, value: float | _Unknown) -> Result:
    if isinstance(value, _Unknown):
        return Result(gate.text, value.passes, None, f"{name}: {value.text}")
    if gate.holds(value):
        return Result(gate.text, True, value, f"{name} is {number(value)}, the gate wants {gate.wants}")
    said = f"{name} is {number(value)}, the gate wants {gate.wants}: {gate.missed_by(value)}"
    return Result(gate.text, False, value if math.isfinite(value) else None, said)


def _figures(connection: sa.Connection, run_id: str) -> Figures:
    rows = connection.execute(sa.select(METRICS).where(METRICS.c.run_id == run_id).order_by(METRICS.c.step))
    return {(row.step, row.name): row.text if row.value is None else row.value for row in rows}


def _chosen(gate: Gate, figures: Figures) -> Figures | _Unknown:
    """The figures that a gate is about: one, or one for each item of a step that runs for several values."""
    chosen = {
        key: value
        for key, value in figures.items()
        if key[1] == gate.metric and gate.step in (None, key[0], _base(key[0]))
    }
    steps = list(dict.fromkeys(_base(step) for step, _ in chosen))
    if len(steps) > 1:
        return _Unknown(f"several steps show it; write {' or '.join(f'{step}.{gate.metric}' for step in steps)}")
    return chosen or _Unknown(f"no step shows this metric{_near(gate, figures)}")


def _near(gate: Gate, figures: Figures) -> str:
    if gate.step is None:
        return wording.nearest(gate.metric, dict.fromkeys(name for _, name in figures))
    return wording.nearest(f"{gate.step}.{gate.metric}", [".".join(key) for key in figures])


def _named(gate: Gate, key: tuple[str, str]) -> str:
    return f"{gates.DRIFT}({'.'.join(key)})" if gate.drift else ".".join(key)


def _number(value: float | str) -> float | _Unknown:
    return _Unknown(f"is the text {value!r}, and no number") if isinstance(value, str) else value


def _before(connection: sa.Connection, current: str | None) -> _Before | _Unknown:
    """What a run is compared with, or why there is nothing.

    A shop's first own data follow the generated ones of a trial, and have nothing in common with them.
    """
    if current is None:
        return _Unknown("no run is current yet, nothing to compare with", passes=True)
    if connection.execute(sa.select(RUNS.c.synthetic).where(RUNS.c.run_id == current)).scalar_one():
        return _Unknown("the current run is of generated data, nothing to compare with", passes=True)
    return _Before(current, _figures(connection, current))


def _drift(value: float | str, key: tuple[str, str], before: _Before | _Unknown) -> float | _Unknown:
    """By what share of its current value the metric changes; from nothing to something is without limit."""
    new = _number(value)
    if isinstance(new, _Unknown):
        return new
    if isinstance(before, _Unknown):
        return before
    if key not in before.figures:
        # Else the first run with a new metric could never go live.
        return _Unknown("the current run does not show it, nothing to compare with", passes=True)
    old = _number(before.figures[key])
    if isinstance(old, _Unknown):
        return _Unknown(f"of the current run {old.text}")
    if old == new:
        return 0.0
    return abs(new - old) / abs(old) if old else math.inf


def _membership_change(connection: sa.Connection, run_id: str, before: _Before | _Unknown) -> float | _Unknown:
    """Share of those who are Insiders in either run that are it in one only."""
    publishers = sa.select(DELIVERIES.c.run_id).where(DELIVERIES.c.table_name == CUSTOMERS.name)
    published = set(connection.execute(publishers).scalars())
    if run_id not in published:
        return _Unknown("the run published no customers")
    if isinstance(before, _Unknown):
        return before
    if before.run_id not in published:
        return _Unknown("the current run published no customers, nothing to compare with", passes=True)
    members = (
        sa.select(sa.func.count().label("runs"))
        .where(CUSTOMERS.c.is_insider, CUSTOMERS.c.run_id.in_([run_id, before.run_id]))
        .group_by(CUSTOMERS.c.customer_id)
        .subquery()
    )
    counts = sa.select(members.c.runs, sa.func.count().label("customers")).group_by(members.c.runs)
    by_runs = {row.runs: row.customers for row in connection.execute(counts)}
    everybody = sum(by_runs.values())
    return by_runs.get(1, 0) / everybody if everybody else 0.0


def _base(step: str) -> str:
    match = _ITEM.fullmatch(step)
    return match["base"] if match else step
