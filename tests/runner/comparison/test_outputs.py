"""Outputs side by side."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from runner.comparison import code, executed, outputs
from runner.comparison.outputs import Ways
from runner.comparison.pictures import Allowance
from runner.comparison.shown import Output
from tests.runner.comparison import sides
from tests.runner.comparison.sides import frame, picture, printed, shown, step

WHITE, BLACK = Image.new("RGB", (4, 4), "white"), Image.new("RGB", (4, 4))


def changes(place: Path, old: Sequence[Any], new: Sequence[Any], **ways: Any) -> list[Output]:
    """What differs in the outputs of one cell."""
    pair = sides.sides(place, step(cells=[sides.code("x", *old)]), step(cells=[sides.code("x", *new)]))
    before, after = (executed.copy_of(side, side.steps["eda"]) for side in pair)
    used = Ways(pair[0].noise, pair[1].noise, Allowance(drawn=False), **ways)
    return list(outputs.changes(before, after, code.pairs(before, after), used))


def error(*trace: str, name: str = "ValueError") -> dict[str, Any]:
    return {"output_type": "error", "ename": name, "evalue": "no", "traceback": list(trace)}


def widget(number: int) -> dict[str, Any]:
    view = {"model_id": f"{number:032x}", "version_major": 2}
    return shown(**{"application_vnd.jupyter.widget-view+json": view, "text_plain": f"Bar({number})"})


def metric(value: float) -> dict[str, Any]:
    return shown(**{"application_vnd.insiders.metric+json": {"name": "a", "value": value}, "text_plain": f"a {value}"})


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([printed("a 0x7f01aa\n"), printed("b")], [printed("a 0x7f99cc\nb")]),
        ([printed("took 3.1 s")], [printed("took 2.9 s")]),
        ([shown(text_html=frame("k", [("a", "1.2 s")]))], [shown(text_html=frame("k", [("a", "3 s")]))]),
        ([shown(text_html="<b>x</b>", text_plain="<A at 1>")], [shown(text_html="<i>x</i>", text_plain="<A at 2>")]),
        ([picture(WHITE)], [shown(image_png=sides.png(WHITE, compress_level=0), text_plain="<Figure size 1>")]),
        ([metric(1)], [metric(2)]),
        ([widget(1)], [widget(2)]),
        ([printed(" 10%|#  | 1/9", "stderr")], [printed(" 50%|## | 5/9", "stderr")]),
        ([error("Cell In[3], line 1", "\x1b[31mno\x1b[0m")], [error("Cell In[4], line 1", "no")]),
        ([{"output_type": 7}, {"output_type": "x", "data": 8}], []),
    ],
)
def test_what_says_the_same_is_no_difference(tmp_path: Path, before: list[Any], after: list[Any]) -> None:
    """Addresses, durations, markup, bytes of pictures, progress, colours; metrics are told as metrics."""
    assert before != after
    assert changes(tmp_path, before, after) == []


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (printed("k = 8"), printed("k = 9"), "text"),
        (printed("a", "stdout"), printed("a", "stderr"), "text"),
        (shown(text_html=frame("k", [("a", 1)])), shown(text_html=frame("k", [("a", 2)])), "table"),
        (picture(WHITE), picture(BLACK), "picture"),
        (error("a"), error("b"), "error"),
        (shown(application_json={"a": 1}), shown(application_json={"a": 2}), "data"),
        (shown(**{"image_svg+xml": "<svg>1</svg>"}), shown(**{"image_svg+xml": "<svg>2</svg>"}), "text"),
        (shown(text_markdown="**1**"), shown(text_markdown="**2**"), "text"),
        (shown(text_latex="$a$"), shown(text_latex="$b$"), "text"),
        (shown(text_plain="1"), shown(text_plain="2"), "text"),
        (shown(text_html="<p>1</p>"), shown(text_html="<p>2</p>"), "text"),
    ],
)
def test_what_differs_is_told_by_its_kind(tmp_path: Path, before: Any, after: Any, kind: str) -> None:
    """With the number and the heading of its cell."""
    found = changes(tmp_path, [before], [after])
    assert {one.kind for one in found} == {kind}
    assert found[0].number_after == 1


def test_outputs_come_and_go(tmp_path: Path) -> None:
    """Those that stay are not told, wherever they stand now."""
    found = changes(tmp_path, [printed("a"), picture(WHITE)], [picture(WHITE), shown(text_markdown="new")])
    assert [(one.turn, one.kind) for one in found] == [("gone", "text"), ("new", "text")]
    assert found[1].lines[0].text == "new"


def test_a_cell_that_is_gone_takes_its_outputs_along(tmp_path: Path) -> None:
    """They are told as gone."""
    pair = sides.sides(tmp_path, step(cells=[sides.code("x", printed("a"))]), step(cells=[]))
    before, after = (executed.copy_of(side, side.steps["eda"]) for side in pair)
    ways = Ways(pair[0].noise, pair[1].noise, Allowance())
    (found,) = outputs.changes(before, after, code.pairs(before, after), ways)
    assert (found.turn, found.number_before, found.number_after) == ("gone", 1, None)


def test_a_broken_picture_is_told_with_the_reason(tmp_path: Path) -> None:
    """One that came, and one that was another picture before."""
    assert "cannot be read" in changes(tmp_path, [], [shown(image_png="AAAA")])[0].note
    assert "cannot be read" in changes(tmp_path, [picture(WHITE)], [shown(image_png="AAAA")])[0].note


def test_there_is_an_end_to_looking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Past the time, what differs is told and not looked into; a text without end is not shown."""
    (late,) = changes(tmp_path, [printed("a")], [printed("b")], ends=-1.0)
    assert "take longer" in late.note
    monkeypatch.setattr(outputs, "LONGEST", 1000)
    long = "a" * (outputs.LONGEST + 1)
    (found,) = changes(tmp_path, [printed(long)], [printed(f"{long}b")])
    assert "its lines are not shown" in found.note


def test_anything_may_stand_in_an_output(tmp_path: Path) -> None:
    """Whatever JSON can hold in any place gives an answer, and no traceback."""
    chance = random.Random(1)
    odd: list[Any] = [None, 7, "x", [], [1, "a"], {}, {"a": [1]}, True, "<table>", "\ud800", "\0"]
    names = ["output_type", "data", "text", "name", "traceback", "ename"]
    kinds = ["text/plain", "text/html", "image/png", "application/json", "", "x" * 99]
    for _ in range(150):
        made = [
            {
                **{name: chance.choice(odd) for name in chance.sample(names, 3)},
                "output_type": chance.choice(["stream", "error", "display_data", "execute_result", *odd]),
                "data": {kind: chance.choice(odd) for kind in chance.sample(kinds, 2)},
            }
            for _ in range(2)
        ]
        changes(tmp_path, made[:1], made[1:])
