"""A difference as it is told on a terminal."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from rich.console import Console

from runner.comparison import terminal
from runner.comparison.comparing import compare
from runner.comparison.difference import Difference
from tests.runner.comparison.sides import code, frame, given, metrics, printed, shown, side, sides, step
from tests.runner.comparison.test_page import hostile


def told(found: Difference, width: int = 80) -> str:
    """What a terminal of that width gets."""
    file = io.StringIO()
    terminal.show(found, Console(file=file, width=width, highlight=False, force_terminal=False))
    return file.getvalue()


def test_the_first_screen_says_what_matters(tmp_path: Path) -> None:
    """The runs by name, then what was asked otherwise and what came of it."""
    pair = sides(
        tmp_path,
        step(parameters=given(k=8), metrics=metrics(share=0.1)),
        step(parameters=given(k=10), metrics=metrics(share=0.2)),
    )
    lines = told(compare(*pair)).splitlines()
    assert lines[0] == f"- {pair[0].manifest['run_id']}  small 2026-11-15 succeeded"
    assert lines[2:4] == ["  k 8 → 10", "  share 10.0 % → 20.0 %"]
    assert any(line.split() == ["eda", "k", "8", "(default)", "10", "(default)"] for line in lines)


def test_equal_runs_say_so_in_a_line(tmp_path: Path) -> None:
    """With the time they took."""
    text = told(compare(*sides(tmp_path, step(), step())))
    assert "nothing differs\n" in text
    assert "5 min 00 s  5 min 01 s" in text


def test_eighty_columns_are_enough(tmp_path: Path) -> None:
    """Whatever the names and values."""
    long = "a rather long name of a thing " * 9
    runs = []
    for late, word in enumerate(("north", "south")):
        cells = [code(f"a = '{word}'", printed(f"{long}{word}"), shown(text_html=frame([long], [(long, word)])))]
        facts: dict[str, Any] = {"tables": {"members": {"id": [long, word], "x": [word, word], "is_in": [True, False]}}}
        one = step(
            "eda", cells, parameters=given(name=long + word), metrics=metrics(score=late, text=long + word), **facts
        )
        runs.append(side(tmp_path, one, later=bool(late)))
    text = told(compare(*runs))
    assert max(map(len, text.splitlines())) <= 80
    for part in (
        "parameters (1)",
        "metrics (2)",
        "code of eda.ipynb (1)",
        "rows of members",
        "outputs of eda.ipynb (2)",
    ):
        assert part in text


def test_nothing_in_a_record_steers_the_terminal(tmp_path: Path) -> None:
    """No escape, no bell, no turn of the direction of writing reaches it."""
    text = told(hostile(tmp_path))
    assert "[link=http://evil.test/d]" in "".join(text.split())
    assert not [letter for letter in text if not letter.isprintable() and letter != "\n"]


def test_a_long_part_says_where_the_rest_is(tmp_path: Path) -> None:
    """And ends after a few lines."""
    pair = sides(
        tmp_path,
        step(metrics=metrics(**{f"m{n}": n for n in range(50)})),
        step(metrics=metrics(**{f"m{n}": n + 1 for n in range(50)})),
    )
    text = told(compare(*pair))
    assert "and 30 more; --html FILE and --json show them" in text
    assert "m19" in text
    assert "m30 " not in text
