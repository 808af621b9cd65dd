"""Texts of a record as they may be shown."""

from __future__ import annotations

import pytest

from runner.visible import visible


@pytest.mark.parametrize(
    "hidden", ["\x1b[31m", "\a", "\u202e", "\u200b", "\ud800", "\u2028", "\ue000", "\n", "\r", "\0"]
)
def test_what_does_not_show_is_marked(hidden: str) -> None:
    """Escapes, marks of direction, zero widths, half characters, ends of lines."""
    assert visible(f"a{hidden[0]}b") == "a�b"


@pytest.mark.parametrize("text", ["Insiders’ share: 12 %", "1\u202f234\xa0€", "größer → ∑", "", "顧客"])
def test_what_shows_stays(text: str) -> None:
    """Spaces of any width too."""
    assert visible(text) == text


def test_ends_of_lines_may_be_kept() -> None:
    """Where they are meant."""
    assert visible("a\nb\tc\a", kept="\n\t") == "a\nb\tc�"
