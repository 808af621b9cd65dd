"""What a question means to the index: the conditions under which a run is listed, and the order of the list, in SQL."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from runner.desk.catalogue.questions import Choice, Named, Question, Range


def where(question: Question) -> tuple[str, list[Any]]:
    """The clause that takes away what a question does not ask for, and its values."""
    tests: list[str] = []
    values: list[Any] = []

    def test(words: str, *told: object) -> None:
        tests.append(words)
        values.extend(told)

    if question.pipeline:
        test("runs.pipeline = ?", question.pipeline)
    if question.statuses:
        test(f"status IN ({', '.join('?' * len(question.statuses))})", *question.statuses)
    if question.since:
        test("started >= ?", question.since.isoformat())
    if question.until:
        test("started < ?", _after(question.until).isoformat())
    for word in question.text.lower().split():
        test("instr(words, ?) > 0", word)
    for choice in question.choices:
        test(*_chosen(choice))
    for one in question.ranges:
        test(*_within(one))
    return (f" WHERE {' AND '.join(tests)}" if tests else ""), values


def order(question: Question) -> tuple[str, list[str]]:
    """The order of the list; runs that do not have what it goes by stand at its end."""
    way = "DESC" if question.descending else "ASC"
    if question.order not in question.columns:
        first = {"started": "runs.run_id", "who": "runs.who", "pipeline": "runs.pipeline"}.get(
            question.order, question.order
        )
        return f"{first} IS NULL, {first} {way}, runs.run_id DESC", []
    side, values = _sides(Named(question.order), "names")
    found = f"FROM names CROSS JOIN figures ON figures.name = names.number WHERE {side} AND run = runs.number"
    value = f"(SELECT value {found})"
    return f"{value} IS NULL, {value} {way}, runs.run_id DESC", [*values, *values]


def _after(day: date) -> date:
    return day + timedelta(days=1) if day < date.max else day


def _sides(named: Named, table: str) -> tuple[str, list[str]]:
    """A test of a table that has steps and names, and its values."""
    tests, values = [], []
    for step, name in named.sides:
        tests.append(f"{table}.name = ?" if step is None else f"({table}.step = ? AND {table}.name = ?)")
        values += [name] if step is None else [step, name]
    return f"({' OR '.join(tests)})", values


def _chosen(choice: Choice) -> tuple[Any, ...]:
    side, values = _sides(choice, "choices")
    spellings = {choice.value, choice.value.lower()} if choice.value.lower() in _WORDS else {choice.value}
    spellings |= {_WORDS.get(choice.value.lower(), choice.value)}
    marks = ", ".join("?" * len(spellings))
    query = f"SELECT run FROM choices CROSS JOIN chosen ON choice = choices.number WHERE {side} AND value IN ({marks})"  # noqa: S608 - our own words
    return (f"runs.number IN ({query})", *values, *sorted(spellings))


_WORDS = {"none": "null", "true": "true", "false": "false"}
"""How Python's words stand in JSON."""


def _within(one: Range) -> tuple[Any, ...]:
    side, values = _sides(one, "names")
    bounds = []
    if one.low is not None:
        bounds.append(f"value {'>' if one.open_low else '>='} ?")
        values.append(one.low)  # type: ignore[arg-type]  # SQLite takes both
    if one.high is not None:
        bounds.append(f"value {'<' if one.open_high else '<='} ?")
        values.append(one.high)  # type: ignore[arg-type]  # SQLite takes both
    query = (
        f"SELECT run FROM names CROSS JOIN figures ON figures.name = names.number WHERE {' AND '.join((side, *bounds))}"  # noqa: S608 - our own words
    )
    return (f"runs.number IN ({query})", *values)
