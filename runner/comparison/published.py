"""What differs in the rows of a table that two runs published."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Move:
    """So many rows whose value turned from one to another."""

    before: str
    after: str
    rows: int


@dataclass(frozen=True)
class Level:
    """The mean of a column over the rows of a group that both runs have."""

    group: str
    rows: int
    before: float | None
    after: float | None


@dataclass(frozen=True)
class Member:
    """A row that is in now and was not, or the other way, and what its sentences said."""

    name: str
    before: str
    """Empty where the row was not there, or had no sentence."""
    after: str


@dataclass(frozen=True)
class Column:
    """A column of a published table, over the rows that both runs have."""

    name: str
    kind: str
    """`yes or no`, `number`, `time` or `text`."""
    changed: int
    entered: int = 0
    """Of yes or no: rows that are in now and were not, new rows included."""
    left: int = 0
    members_entered: tuple[Member, ...] = ()
    """The first of them, by name."""
    members_left: tuple[Member, ...] = ()
    moves: tuple[Move, ...] = ()
    """Of texts that repeat: the most frequent turns."""
    levels: tuple[Level, ...] = ()
    """Of numbers: means by group, where they moved."""


@dataclass(frozen=True)
class Rows:
    """A published table with other rows."""

    table: str
    key: tuple[str, ...]
    """The first columns that name every row once; empty where none do, and only numbers of rows are compared."""
    rows_before: int | None
    """None where the run did not publish the table."""
    rows_after: int | None
    entered: int
    left: int
    examples_entered: tuple[str, ...]
    examples_left: tuple[str, ...]
    columns: tuple[Column, ...]
