"""Two texts line by line."""

from __future__ import annotations

from itertools import starmap
from time import process_time

from runner.comparison import texts
from runner.comparison.shown import Line


def told(before: str, after: str) -> list[str]:
    return [f"{line.sign}{line.text}" for line in texts.lines(before, after)]


def test_equal_texts_have_no_lines() -> None:
    """Nor have those that differ by how their lines end."""
    assert texts.lines("a\nb", "a\nb") == ()
    assert texts.lines("a\r\nb\n", "a\nb") == ()


def test_lines_that_differ_stand_between_a_few_equal_ones() -> None:
    """What is equal and far away is counted."""
    old = [str(n) for n in range(30)]
    new = [*old[:10], "ten", *old[11:]]
    assert told("\n".join(old), "\n".join(new)) == [
        "…8 equal lines",
        " 8",
        " 9",
        "-10",
        "+ten",
        " 11",
        " 12",
        "…17 equal lines",
    ]


def test_lines_come_and_go() -> None:
    """A line that only one text has stands alone."""
    assert told("a\nb\nc\nd", "a\nc\nx\nd") == [" a", "-b", " c", "+x", " d"]


def test_lines_that_differ_by_their_time_are_equal() -> None:
    """And lines beside them that differ are told."""

    def timeless(text: str) -> str:
        return text.replace("3 s", "").replace("5 s", "")

    shown = texts.lines("took 3 s\nk = 8", "took 5 s\nk = 9", (timeless, timeless))
    assert list(shown) == list(starmap(Line, [(" ", "took 3 s"), ("-", "k = 8"), ("+", "k = 9")]))
    assert texts.lines("took 3 s", "took 5 s", (timeless, timeless)) == ()


def test_a_very_long_line_is_shown_where_it_differs() -> None:
    """With a little of what stands before."""
    minus, plus = texts.lines("a" * 5000 + "b" + "c" * 5000, "a" * 5000 + "d" + "c" * 5000)
    assert minus.text[:42] == "…" + "a" * 40 + "b"
    assert plus.text[:42] == "…" + "a" * 40 + "d"
    assert len(plus.text) < 450


def test_a_hundred_thousand_lines_are_told_within_bounds() -> None:
    """Whatever differs, the answer is short and comes soon."""
    old, new = ("\n".join(f"{word} {n % 7} {n}" for n in range(100_000)) for word in ("a", "b"))
    began = process_time()
    shown = texts.lines(old, new)
    assert process_time() - began < 5
    assert len(shown) <= texts.MOST_SHOWN + 1
    assert shown[-1].sign == "…"
