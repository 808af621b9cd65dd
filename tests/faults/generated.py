"""Parameters made up by Hypothesis: a type as a notebook writes it, and a value of that type, ordinary or not."""

from __future__ import annotations

import ast
import string
from dataclasses import dataclass
from datetime import timedelta, timezone
from pathlib import Path
from typing import Any

from hypothesis import strategies
from hypothesis.strategies import SearchStrategy

from runner.values.annotations import type_of
from runner.values.texts import Type

IMPORTS = """from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Literal, Optional
"""
_SLY = (
    "'",
    '"',
    "\\",
    "\n",
    "\r",
    "\0",
    "\u2028",
    "\u202e",
    "\ud800",
    "\x85",
    "{x}",
    "%s",
    "#",
    "?",
    "!ls",
    "__import__('os')",
)
_ANY = strategies.characters(exclude_categories=())
"""Every code point, half characters too."""
TEXTS = strategies.text(max_size=12) | strategies.lists(_ANY | strategies.sampled_from(_SLY), max_size=6).map("".join)
LONG_NUMBERS = strategies.integers(4250, 4310).map(lambda digits: -(10**digits) + 1)
"""About as long as Python reads, and longer."""
OFFSETS = strategies.timedeltas(timedelta(hours=-23), timedelta(hours=23)).map(timezone)
FLOATS = strategies.floats() | strategies.sampled_from([0.0, -0.0, 5e-324, 1.7976931348623157e308, 1e16, 1e-7])
PLAIN: dict[str, SearchStrategy[Any]] = {
    "bool": strategies.booleans(),
    "int": strategies.integers() | strategies.integers() | LONG_NUMBERS,
    "float": FLOATS,
    "str": TEXTS,
    "date": strategies.dates(),
    "datetime": strategies.datetimes(timezones=strategies.none() | OFFSETS, allow_imaginary=False),
    "Decimal": strategies.decimals(),
    "Path": TEXTS.filter(lambda text: "\0" not in text).map(Path),
}
CHOICES = strategies.lists(
    strategies.integers(-9, 9) | strategies.text(string.ascii_letters, min_size=1, max_size=3) | strategies.booleans(),
    min_size=1,
    max_size=4,
    unique_by=lambda choice: str(choice).lower(),
)


@dataclass(frozen=True)
class Made:
    """One parameter that was made up."""

    annotation: str
    value: Any

    @property
    def type(self) -> Type:
        """The type that the runner takes the annotation for."""
        return type_of(ast.parse(self.annotation, mode="eval").body)


Kind = tuple[str, SearchStrategy[Any]]


def _literal(choices: list[Any]) -> Kind:
    return f"Literal[{', '.join(map(repr, choices))}]", strategies.sampled_from(choices)


def _around(inner: SearchStrategy[Kind]) -> SearchStrategy[Kind]:
    """Types made of other types."""
    lists = inner.map(lambda kind: (f"list[{kind[0]}]", strategies.lists(kind[1], max_size=4)))
    dicts = inner.map(lambda kind: (f"dict[str, {kind[0]}]", strategies.dictionaries(TEXTS, kind[1], max_size=3)))
    long = inner.map(lambda kind: (f"tuple[{kind[0]}, ...]", strategies.lists(kind[1], max_size=4).map(tuple)))
    pairs = strategies.tuples(inner, inner).map(
        lambda kinds: (f"tuple[{kinds[0][0]}, {kinds[1][0]}]", strategies.tuples(kinds[0][1], kinds[1][1]))
    )
    return lists | dicts | long | pairs


def _or_none(kind: Kind) -> Kind:
    return f"{kind[0]} | None", strategies.none() | kind[1]


_LEAVES = strategies.sampled_from(sorted(PLAIN.items())) | CHOICES.map(_literal)
KINDS = strategies.recursive(_LEAVES, _around, max_leaves=3)
MADE = strategies.one_of(_LEAVES, KINDS, KINDS.map(_or_none)).flatmap(
    lambda kind: kind[1].map(lambda value: Made(kind[0], value))
)
