"""Kinds of columns of a hand-off table: how each is stored, what it may hold, and what it means."""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

TEXT = pd.StringDtype("pyarrow")
TIME = "datetime64[ns]"

Checks = pa.Check | list[pa.Check] | None


def text(meaning: str, *, nullable: bool = False, checks: Checks = None, required: bool = True) -> pa.Column:
    """A text column, stored as Arrow strings."""
    return pa.Column(TEXT, checks, nullable=nullable, coerce=True, required=required, description=meaning)


def number(meaning: str, *, nullable: bool = False, checks: Checks = None) -> pa.Column:
    """A float64 column; the meaning names the unit."""
    return pa.Column("float64", checks, nullable=nullable, coerce=True, description=meaning)


def count(meaning: str, *, at_least: int = 0) -> pa.Column:
    """An int64 column that counts something, never below ``at_least``."""
    return pa.Column("int64", pa.Check.ge(at_least), coerce=True, description=meaning)


def yes_no(meaning: str) -> pa.Column:
    """A boolean column without missing values."""
    return pa.Column("bool", coerce=True, description=meaning)


def moment(meaning: str, *, nullable: bool = False) -> pa.Column:
    """A time stamp in the shop's local time, without zone."""
    return pa.Column(TIME, nullable=nullable, coerce=True, description=meaning)


def share(meaning: str, *, nullable: bool = False) -> pa.Column:
    """A float64 column between 0 and 1; the meaning names the denominator."""
    return number(meaning, nullable=nullable, checks=[pa.Check.ge(-1e-9), pa.Check.le(1 + 1e-9)])


def table(columns: dict[str, pa.Column], *, key: list[str] | None = None) -> pa.DataFrameSchema:
    """A contract: exactly these columns, in this order, unique in ``key``."""
    return pa.DataFrameSchema(columns, strict=True, ordered=True, unique=key)
