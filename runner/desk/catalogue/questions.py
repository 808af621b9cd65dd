"""What a person asks of the list of runs: filters, order and page, as they stand in a URL; faults are told."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from starlette.datastructures import QueryParams

from runner.desk.catalogue.entries import BROKEN, MISSING, PRUNED
from runner.outcomes import Status

STATUSES = (
    *(status.value for status in Status if status not in (Status.CACHED, Status.NOT_RUN)),
    BROKEN,
    MISSING,
    PRUNED,
)
PAGE = 50
"""So many runs stand on a page."""
LONGEST = 400
"""So many characters of any one field are looked at."""
MOST_TESTS = 8
"""So many tests of one kind are taken."""
MOST_PAGES = 1_000_000
_COMPARISON = re.compile(r"(?P<name>.+?)\s*(?P<operator><=|>=|==|=|<|>)\s*(?P<value>.+)")
_BETWEEN = re.compile(r"(?P<name>.+?)\s+between\s+(?P<low>\S+)\s+and\s+(?P<high>\S+)")
ORDERS = ("started", "pipeline", "status", "logical_date", "seconds", "who")


@dataclass(frozen=True)
class Named:
    """A parameter or a figure by name, of any step or of one."""

    name: str

    @property
    def sides(self) -> tuple[tuple[str | None, str], ...]:
        """Every way to read it: a name of any step, or a step and a name; both may hold dots."""
        parts = self.name.split(".")
        steps = [(".".join(parts[:at]), ".".join(parts[at:])) for at in range(1, len(parts))]
        return ((None, self.name), *steps)


@dataclass(frozen=True)
class Choice(Named):
    """A parameter and its value."""

    value: str


@dataclass(frozen=True)
class Range(Named):
    """A figure and the numbers between which it lies."""

    low: float | None
    high: float | None
    open_low: bool = False
    open_high: bool = False


@dataclass(frozen=True)
class Question:
    """What is asked."""

    pipeline: str = ""
    statuses: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    choices: tuple[Choice, ...] = ()
    ranges: tuple[Range, ...] = ()
    text: str = ""
    order: str = "started"
    descending: bool = True
    columns: tuple[str, ...] = ()
    """Figures that are shown in columns of their own."""
    page: int = 1
    faults: tuple[str, ...] = ()
    """What of it could not be understood, in words."""

    @property
    def narrows(self) -> bool:
        """Whether it asks for less than all runs."""
        tests = (self.pipeline, self.statuses, self.since, self.until, self.choices, self.ranges, self.text)
        return any(tests)


def read(fields: QueryParams) -> Question:
    """The question that a URL asks."""
    faults: list[str] = []
    order = fields.get("sort", "-started")[:LONGEST]
    columns = tuple(dict.fromkeys(filter(None, (one.strip()[:LONGEST] for one in fields.getlist("show")))))[:MOST_TESTS]
    name = order.removeprefix("-")
    if name not in ORDERS and name not in columns:
        order, name = "-started", "started"
    statuses = tuple(one for one in dict.fromkeys(fields.getlist("status")) if one in STATUSES)
    return Question(
        pipeline=fields.get("pipeline", "")[:LONGEST],
        statuses=statuses,
        since=_day(fields.get("since", ""), faults),
        until=_day(fields.get("until", ""), faults),
        choices=tuple(filter(None, (_choice(one, faults) for one in _given(fields, "parameter")))),
        ranges=tuple(filter(None, (_range(one, faults) for one in _given(fields, "metric")))),
        text=fields.get("text", "").strip()[:LONGEST],
        order=name,
        descending=order.startswith("-"),
        columns=columns,
        page=_page(fields.get("page", "1")),
        faults=tuple(faults),
    )


def _given(fields: QueryParams, name: str) -> Sequence[str]:
    return [one.strip()[:LONGEST] for one in fields.getlist(name) if one.strip()][:MOST_TESTS]


def _day(text: str, faults: list[str]) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        faults.append(f"{text[:40]!r} is no date of the form YYYY-MM-DD")
        return None


def _choice(text: str, faults: list[str]) -> Choice | None:
    name, mark, value = text.partition("=")
    if not mark or not name.strip():
        faults.append(f"{text[:80]!r} names no parameter and value, such as clustering.k = 8")
        return None
    return Choice(name.strip(), value.strip().removeprefix("=").strip())


def _range(text: str, faults: list[str]) -> Range | None:
    try:
        if found := _BETWEEN.fullmatch(text):
            return Range(found["name"], float(found["low"]), float(found["high"]))
        if found := _COMPARISON.fullmatch(text):
            return _compared(found["name"], found["operator"], float(found["value"]))
    except ValueError:
        pass
    faults.append(f"{text[:80]!r} is no range of a metric, such as clustering.silhouette >= 0.3, or … between 0 and 1")
    return None


def _compared(name: str, operator: str, number: float) -> Range:
    if operator.startswith("<"):
        return Range(name, None, number, open_high=operator == "<")
    if operator.startswith(">"):
        return Range(name, number, None, open_low=operator == ">")
    return Range(name, number, number)


def _page(text: str) -> int:
    return min(max(int(text), 1), MOST_PAGES) if text.isascii() and text.isdigit() and len(text) < 8 else 1


def spelt(one: Range) -> str:
    """A range as a person writes it."""
    if one.low is not None and one.high is not None:
        return (
            f"{one.name} = {one.low!r}" if one.low == one.high else f"{one.name} between {one.low!r} and {one.high!r}"
        )
    if one.low is not None:
        return f"{one.name} {'>' if one.open_low else '>='} {one.low!r}"
    return f"{one.name} {'<' if one.open_high else '<='} {one.high!r}"
