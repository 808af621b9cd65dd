"""What of an output is shown."""

from __future__ import annotations

from typing import Any

import pytest

from runner.desk.notebook import copy, outputs
from runner.desk.notebook.copy import Copy, Output
from tests.runner.desk.archives import PNG

NOTHING = Copy(())


def shown(**data: Any) -> outputs.Shown:
    """What is shown of a display with these representations."""
    return outputs.shown(Output("data", data={kind.replace("__", "/"): one for kind, one in data.items()}), NOTHING)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        ({"text__html": "<b>x</b>", "image__png": PNG, "text__plain": "x"}, "html"),
        ({"text__html": "<script>draw()</script>", "image__png": PNG}, "picture"),
        ({"text__html": "<script>draw()</script>", "text__plain": "x"}, "html"),
        ({"image__png": "no base64!", "text__plain": "x"}, "text"),
        ({"text__markdown": "*x*"}, "html"),
        ({"text__latex": "$x$"}, "latex"),
        ({"application__javascript": "x()", "text__plain": "x"}, "script"),
        ({"application__json": {"a": [1]}}, "text"),
        ({"text__plain": "x"}, "text"),
        ({"application__x-odd": "x"}, "other"),
        ({}, "other"),
    ],
)
def test_the_best_that_needs_no_script_is_shown(data: dict[str, Any], kind: str) -> None:
    """HTML before pictures, unless it is only a script; what cannot be shown is said in words."""
    assert shown(**data).kind == kind


def test_a_script_is_told_and_not_kept_quiet() -> None:
    """An output that brings a script says that it was not run."""
    assert "not run" in shown(text__html="<SCRIPT>x</SCRIPT>", text__plain="x").note


def test_colours_of_a_terminal_are_colours_and_nothing_else() -> None:
    """Text is escaped, colours become styles, and a progress bar stands as it ended."""
    text = outputs.coloured("10 %\r100 %\n\x1b[1;31m<b>red\x1b[0m \x1b]8;;javascript:x\x1b\\link\x1b]8;;\x1b\\")
    assert text.startswith("100 %\n<span style=")
    assert "&lt;b&gt;red" in text
    assert "javascript" not in text


def test_a_flood_is_cut_in_its_middle() -> None:
    """Of a text without end both ends are shown, and that it was cut."""
    one = outputs.shown(Output("stream", "a" * 500_000 + "end"), NOTHING)
    assert one.html is not None
    assert len(one.html) < 250_000
    assert one.html.endswith("end")
    assert "500,003 characters" in one.note


def test_sizes_of_pictures_are_numbers() -> None:
    """A width that is anything else is left out."""
    for told, width in ((300, 300), ("300", None), (True, None), (-1, None), (10**9, None)):
        output = Output("data", data={"image/png": PNG}, metadata={"image/png": {"width": told}})
        assert outputs.shown(output, NOTHING).width == width


def test_a_widget_is_shown_as_it_stood() -> None:
    """Bars, texts and choices in boxes; a box that holds itself comes to an end."""
    state = {
        "bar": {"model_name": "IntProgressModel", "state": {"value": 5, "max": 10, "description": "rows"}},
        "pick": {"model_name": "DropdownModel", "state": {"_options_labels": ["a", "b"], "index": 1}},
        "html": {"model_name": "HTMLModel", "state": {"value": "<b>50 %</b>"}},
        "box": {"state": {"children": ["IPY_MODEL_bar", "IPY_MODEL_pick", "IPY_MODEL_html", "IPY_MODEL_box", 7]}},
    }
    view = {"application/vnd.jupyter.widget-view+json": {"model_id": "box"}}
    one = outputs.shown(Output("data", data=view), Copy((), widgets=state)).widget
    assert one is not None
    assert [(child.kind, child.value, child.share) for child in one.children[:3]] == [
        ("progress", "5", 0.5),
        ("choice", "b", None),
        ("text", "<b>50 %</b>", None),
    ]
    assert [child.kind for child in one.children[3:]] == ["box"]


def test_outputs_without_end_are_counted() -> None:
    """Of a cell that showed too much the first outputs are read, and the others counted."""
    cell = b'{"cell_type": "code", "outputs": [%s]}' % b",".join([b"{}"] * 2_005)
    assert copy.parsed(b'{"cells": [%s]}' % cell).cells[0].left_out == 5
