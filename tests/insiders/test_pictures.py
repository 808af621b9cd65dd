"""Figures as pictures."""

from __future__ import annotations

import base64
from pathlib import Path

from matplotlib.figure import Figure

from insiders import pictures


def chart() -> Figure:
    """A figure with two titles."""
    figure = Figure(figsize=(2, 2))
    left, right = figure.subplots(1, 2)
    left.set_title("What sells")
    right.set_title("and when", loc="left")
    return figure


def test_the_same_figure_gives_the_same_bytes(tmp_path: Path) -> None:
    """A picture holds no date and no version, so that equal runs have equal files."""
    first, second = (pictures.write_figure(tmp_path / name, chart()).read_bytes() for name in ("a.png", "b.png"))
    assert first == second
    assert base64.b64decode(pictures.data_uri(chart()).partition(",")[2]) == first


def test_titles_are_the_words_of_a_picture() -> None:
    """Who cannot see it reads every title, that of the whole first."""
    figure = chart()
    figure.suptitle("Sales")
    assert pictures.caption(figure) == "Sales; What sells; and when"
