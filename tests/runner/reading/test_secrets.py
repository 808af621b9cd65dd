"""Secrets that stand in a notebook."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.reading.notebooks import Cell, Notebook
from runner.reading.secrets import held


def book(source: str, prose: str = "") -> Notebook:
    """A notebook of one cell, and perhaps one of prose."""
    return Notebook(Path("a.ipynb"), (Cell(1, source, ()),), "python3", "", (Cell(0, prose, (), "markdown"),))


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("\nx = 'AKIA" + "IOSFODNN7EXAMPLE'", "an AWS access key"),
        ("x = 1\ntext = '''-----BEGIN " + "RSA PRIVATE KEY-----\n'''", "a private key"),
        ("\nengine('postgresql://me:hunter22!@db/shop')", "the password of an address"),
        ("\npassword = 'hunter22!'", "the value of password"),
        ("\nsettings['api_key'] = 'x9-11-22'", "the value of api_key"),
        ("\nlogin(token='x9-11-22')", "the value of token"),
        ("\nlogin({'secret': 'x9-11-22'})", "the value of secret"),
        ("\n# x9-of-the-host-77", "a secret of this environment"),
    ],
)
def test_a_secret_is_found_by_form_by_name_or_in_the_environment(source: str, what: str) -> None:
    """With its line, and never with its text."""
    found = held(book(source), {"SHOP_TOKEN": "x9-of-the-host-77"})
    assert [(one.cell, one.line, one.what) for one in found] == [(1, 2, what)]


@pytest.mark.parametrize(
    "source",
    [
        "sort_key = 'customer_id'",
        "password = 'env:SHOP_PASSWORD'",
        "keys = ['AKIA', 'a']",
        "token = None",
        "url = 'https://example.org/a?b=c'",
        "tokens = text.split(' ')",
    ],
)
def test_ordinary_texts_are_none(source: str) -> None:
    """Columns, references and addresses without a password keep nobody out."""
    assert held(book(source), {}) == []


def test_prose_is_read_too() -> None:
    """A pasted key is as public there."""
    (found,) = held(book("1", "use gh" + "p_" + "a1" * 18), {})
    assert (found.cell, found.what) == (0, "a GitHub token")
