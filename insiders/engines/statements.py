"""SELECTs that lie as ``.sql`` files beside the Python that asks for them, with choices where it says ``$name``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from functools import cache
from importlib.resources import files


class Sql(str):
    """A piece of SQL, which stands in a statement as it is."""

    __slots__ = ()


Choice = str | int | float | bool | date | Sequence[str] | None


def statement(room: str, name: str, **choices: Choice) -> str:
    """The SELECT of ``insiders/ROOM/NAME.sql``, every ``$name`` replaced by what was chosen, as SQL writes it."""

    def literal_of(match: re.Match[str]) -> str:
        return literal(choices[match[1]])

    return re.sub(r"\$([a-z]\w*)", literal_of, _written(room, name))


def literal(value: Choice) -> str:
    """A value as SQL writes it, a piece of SQL as it is.

    A list is written as ``('a', 'b')``, an empty one as a list in which nothing is found.
    """
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, date):
        return f"DATE '{value:%Y-%m-%d}'"
    if isinstance(value, Sql):
        return value
    if isinstance(value, str):
        quoted = value.replace("'", "''")
        return f"'{quoted}'"
    return f"({', '.join(map(literal, value))})" if value else "(NULL)"


def name(column: str) -> str:
    """The name of a column as SQL writes it."""
    quoted = column.replace('"', '""')
    return f'"{quoted}"'


@cache
def _written(room: str, name: str) -> str:
    text = files("insiders").joinpath(room, f"{name}.sql").read_text(encoding="utf-8")
    return re.sub(r"^\s*--.*\n", "", text, flags=re.MULTILINE)
