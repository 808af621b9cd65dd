"""Questions about single series: which there are, by code or description, and what each should sell altogether."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from dashboard.queries.customers import MOST_ROWS, PAGE
from dashboard.queries.views import SERIES

MOST_LISTED = 2_000
"""Of a list to choose from: those with the most expected come first."""
LISTED = ("series", "description", "sold", "mean", "lower", "upper", "upper_95", "kind", "flags")
DOWNLOADED = (
    "series",
    "description",
    "unit",
    "first_day",
    "last_day",
    "sold",
    "mean",
    "lower",
    "upper",
    "coverage",
    "upper_95",
    "kind",
    "flags",
)


@dataclass(frozen=True)
class Sought:
    """Which series of a level are wanted; what is empty asks for nothing."""

    run_id: str
    level: str
    words: str = ""
    """Each of them stands somewhere in code or description, large or small."""
    flagged: bool = False
    """Only what is to be looked at twice."""

    def conditions(self) -> list[sa.ColumnElement[bool]]:
        """The same in SQL."""
        one = SERIES.c
        text = one.series + " " + sa.func.coalesce(one.description, "")
        asked = [one.run_id == self.run_id, one.level == self.level]
        asked += [text.icontains(word, autoescape=True) for word in self.words.split()]
        return [*asked, one.flags != ""] if self.flagged else asked


def count(sought: Sought) -> sa.Select[Any]:
    """How many they are: series."""
    return sa.select(sa.func.count().label("series")).where(*sought.conditions()).select_from(SERIES)


def names(sought: Sought) -> sa.Select[Any]:
    """Codes and descriptions to choose from, most expected first: series, description."""
    return _ordered(sought, ("series", "description")).limit(MOST_LISTED)


def page(sought: Sought, number: int) -> sa.Select[Any]:
    """One page of what each should sell, most expected first."""
    return _ordered(sought, LISTED).limit(PAGE).offset(PAGE * number)


def whole_list(sought: Sought) -> sa.Select[Any]:
    """The list as it is downloaded, at most as many rows as one of customers."""
    return _ordered(sought, DOWNLOADED).limit(MOST_ROWS)


def these(run_id: str, level: str, chosen: tuple[str, ...]) -> sa.Select[Any]:
    """What those series should sell over the whole horizon: series, description, mean, lower, upper."""
    asked = sa.select(*(SERIES.c[name] for name in ("series", "description", "mean", "lower", "upper")))
    asked = asked.where(*Sought(run_id, level).conditions(), SERIES.c.series.in_(chosen))
    return asked.order_by(SERIES.c.mean.desc(), SERIES.c.series)


def _ordered(sought: Sought, columns: tuple[str, ...]) -> sa.Select[Any]:
    asked = sa.select(*(SERIES.c[name] for name in columns)).where(*sought.conditions())
    return asked.order_by(SERIES.c.mean.desc(), SERIES.c.series)
