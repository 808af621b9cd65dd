"""SELECTs beside the Python that asks for them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from insiders.engines.statements import Choice, Sql, literal, name, statement


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, "NULL"),
        (True, "TRUE"),
        (3, "3"),
        (0.04, "0.04"),
        ("O'Neill; DROP", "'O''Neill; DROP'"),
        (date(2011, 12, 9), "DATE '2011-12-09'"),
        (["a", "b'c"], "('a', 'b''c')"),
        ((), "(NULL)"),
    ],
)
def test_choices_become_literals(value: Choice, written: str) -> None:
    """No text of a choice is ever read as SQL."""
    assert literal(value) == written


def test_a_piece_of_sql_stands_as_it_is() -> None:
    """What the code itself says is SQL is written without quotes, also where it holds some."""
    assert literal(Sql("upper('a')")) == "upper('a')"


def test_names_are_quoted() -> None:
    """A column of a file may be called anything."""
    assert name('odd "name"') == '"odd ""name"""'


def test_a_choice_that_is_not_made_is_an_error() -> None:
    """A statement is never run with a choice left open."""
    with pytest.raises(KeyError, match="min_days"):
        statement("transactions", "steps")


def test_every_statement_says_what_it_finds(checkout: Path) -> None:
    """Each file of SQL opens with a comment and lies beside Python that asks for it."""
    files = sorted((checkout / "insiders").glob("*/*.sql"))
    assert files
    for path in files:
        text = path.read_text(encoding="utf-8")
        assert text.startswith("-- "), path
        beside = "".join(python.read_text(encoding="utf-8") for python in path.parent.glob("*.py"))
        assert f'"{path.stem}"' in beside, path
