"""What the index keeps of a run: its row, the values of its parameters, and its figures."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

from runner.desk.sheets import Sheet
from runner.desk.steps import Metric, Step
from runner.reading import gates
from runner.records import identifiers

BROKEN, MISSING, PRUNED = "broken", "missing", "pruned"
"""Statuses of the list beside those of runs: a record that is none, a folder that the ledger tells of and is not there,
and one that was pruned."""
LONGEST_VALUE = 200
"""So many characters of a parameter's value can be searched for."""
MOST_WORDS = 4_000
"""So many characters of a run's texts can be searched for."""
_RUNNERS_OWN = "runner"
"""Source of parameters that differ in every run by their nature: folders and the like."""


class Entries:
    """The rows of all runs, written through one connection; who rolls a change back makes a new one."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self._known: dict[str, dict[tuple[str, ...], int]] = {}
        self._units: dict[int, str] = {}

    def keep(self, sheet: Sheet, stamp: str) -> None:
        """Put a run into the index, in place of what it held of its folder."""
        good = sum(step.status.good for step in sheet.steps)
        number = self._row(
            folder=f"{sheet.pipeline}/{sheet.run_id}",
            run_id=sheet.run_id,
            pipeline=sheet.pipeline,
            status=str(sheet.status),
            reason=sheet.reason,
            title=sheet.title,
            logical_date=sheet.logical_date.isoformat(),
            started=sheet.started.isoformat(),
            seconds=sheet.seconds,
            who=sheet.who,
            digest=sheet.digest,
            gates=json.dumps(_asked_by_gates(sheet)),
            words=_words(sheet),
            steps=len(sheet.steps),
            good_steps=good,
            stamp=stamp,
        )
        self._keep_choices(number, sheet.steps)
        self._keep_figures(number, sheet.steps)

    def keep_without_record(
        self, folder: str, status: str, reason: str, stamp: str = "", started: str | None = None
    ) -> None:
        """Put a run into the index whose record cannot be shown."""
        pipeline, run_id = folder.split("/")
        made = identifiers.made_at(run_id)
        self._row(
            folder=folder,
            run_id=run_id,
            pipeline=pipeline,
            status=status,
            reason=reason,
            title="",
            logical_date=made.date().isoformat(),
            started=started or made.isoformat(),
            seconds=None,
            who="",
            digest=None,
            gates="[]",
            words=f"{run_id} {pipeline} {status} {reason}".lower(),
            steps=0,
            good_steps=0,
            stamp=stamp,
        )

    def forget(self, folder: str) -> None:
        """Take a run out of the index."""
        found = self.connection.execute("SELECT number FROM runs WHERE folder = ?", (folder,)).fetchone()
        if found is not None:
            self.connection.execute("DELETE FROM chosen WHERE run = ?", found)
            self.connection.execute("DELETE FROM figures WHERE run = ?", found)
            self.connection.execute("DELETE FROM runs WHERE number = ?", found)

    def _row(self, **facts: Any) -> int:  # noqa: ANN401 - whatever SQLite takes
        facts = {name: _text(value) if isinstance(value, str) else value for name, value in facts.items()}
        self.forget(facts["folder"])
        names = ", ".join(facts)
        marks = ", ".join("?" * len(facts))
        cursor = self.connection.execute(f"INSERT INTO runs ({names}) VALUES ({marks})", tuple(facts.values()))  # noqa: S608 - our names
        return int(cursor.lastrowid or 0)

    def _keep_choices(self, run: int, steps: Iterable[Step]) -> None:
        choices = {
            (_text(step.base or step.name), _text(name), _text(one.text[:LONGEST_VALUE]))
            for step in steps
            for name, one in step.parameters.items()
            if one.source != _RUNNERS_OWN
        }
        known = self._numbers("choices", ("step", "name", "value"), choices)
        self.connection.executemany(
            "INSERT OR IGNORE INTO chosen VALUES (?, ?)", ((run, known[one]) for one in choices)
        )

    def _keep_figures(self, run: int, steps: Iterable[Step]) -> None:
        figures: dict[tuple[str, str], Metric] = {}
        for step in steps:
            figures |= {(_text(step.name), _text(metric.name)): metric for metric in step.metrics}
        known = self._numbers("names", ("step", "name"), figures)
        units = {known[key]: _text(one.unit) for key, one in figures.items()}
        new = [(unit, number) for number, unit in units.items() if self._units.get(number) != unit]
        self.connection.executemany("UPDATE names SET unit = ? WHERE number = ?", new)
        self._units |= units
        rows = ((known[key], run, one.number) for key, one in figures.items() if one.number is not None)
        self.connection.executemany("INSERT OR REPLACE INTO figures VALUES (?, ?, ?)", rows)

    def _numbers(
        self, table: str, columns: tuple[str, ...], keys: Iterable[tuple[str, ...]]
    ) -> Mapping[tuple[str, ...], int]:
        """The number of each key in a table, which gets those it lacks."""
        marks, test = ", ".join("?" * len(columns)), " AND ".join(f"{one} = ?" for one in columns)
        numbers = self._known.setdefault(table, {})
        for key in keys:
            if key in numbers:
                continue
            found = self.connection.execute(f"SELECT number FROM {table} WHERE {test}", key).fetchone()  # noqa: S608 - our names
            if found is None:
                names = ", ".join(columns)
                made = self.connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", key)  # noqa: S608 - our names
                found = (made.lastrowid,)
            numbers[key] = int(found[0])
        return numbers


def _asked_by_gates(sheet: Sheet) -> list[str]:
    """The figures that the run's gates ask about, as `step.metric`: those that its pipeline calls decisive."""
    asked = []
    for text in sheet.policy.gates:
        try:
            gate = gates.parse(text)
        except ValueError:
            continue
        if gate.step is not None:
            asked.append(f"{gate.step}.{gate.metric}")
    return list(dict.fromkeys(asked))


def _words(sheet: Sheet) -> str:
    told = (sheet.run_id, sheet.pipeline, str(sheet.status), sheet.title, sheet.reason, sheet.command, sheet.who)
    git = (sheet.provenance.git.commit, sheet.provenance.git.branch)
    steps = (f"{step.name} {step.reason or ''}" for step in sheet.steps)
    return " ".join(filter(None, (*told, *git, *steps))).lower()[:MOST_WORDS]


def _text(text: str) -> str:
    """The text as SQLite can hold it: half a character has no bytes."""
    return text.encode(errors="replace").decode()
