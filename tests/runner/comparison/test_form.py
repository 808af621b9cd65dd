"""The form of a manifest."""

from __future__ import annotations

import copy
import json
import random
from pathlib import Path
from typing import Any

import pytest

from runner.comparison import form
from runner.comparison.comparing import compare
from runner.comparison.page import page
from runner.comparison.side import Side
from runner.errors import RecordError
from tests.runner.comparison.sides import code, given, metrics, printed, side, step

ODD: list[Any] = [
    None,
    7,
    -1,
    "x",
    "<b>",
    [],
    {},
    [1],
    {"a": 1},
    True,
    float("nan"),
    float("inf"),
    10**400,
    "\ud800",
    "../..",
]


def whole(place: Path) -> Side:
    """A run with something in every part."""
    return side(
        place,
        step(
            cells=[code("a = 1", printed("a"))],
            parameters=given(k=8, names=["a"]),
            metrics=metrics(score=0.5, model="ets"),
            files=[{"path": "eda.ipynb", "sha256": "1", "bytes": 7}, {"path": "a.csv", "sha256": "1", "bytes": 7}],
            tables={"members": {"id": ["1"], "x": [1]}},
            content={"kernel": "python3", "code": {"shop": "a"}},
        ),
        inputs=[{"parameter": "source", "value": "a", "sha256": "1", "version": None, "rows": 1, "bytes": 2}],
        policy={"gates": ["score >= 0.1"]},
    )


def places(tree: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every value of a tree."""
    found = [at] if at else []
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    return found + [place for name, value in items for place in places(value, (*at, name))]


def test_what_the_runner_writes_is_in_form(tmp_path: Path) -> None:
    """As it comes back from its file."""
    assert list(form.faults(Side.of(whole(tmp_path).folder).manifest)) == []


@pytest.mark.parametrize(
    ("way", "value", "named"),
    [
        (("steps", 0, "metrics", 0, "value"), float("nan"), "steps[0].metrics[0].value"),
        (("steps", 0, "status"), "good", "steps[0].status"),
        (("seconds",), "long", "seconds"),
        (("provenance", "git"), [], "provenance.git"),
        (("steps", 0, "parameters", "k"), 8, "steps[0].parameters.k"),
    ],
)
def test_what_is_not_in_form_is_named(tmp_path: Path, way: tuple[Any, ...], value: object, named: str) -> None:
    """In one sentence with the file and the place."""
    folder = whole(tmp_path).folder
    manifest = json.loads((folder / "run.json").read_text())
    inner = manifest
    for name in way[:-1]:
        inner = inner[name]
    inner[way[-1]] = value
    (folder / "run.json").write_text(json.dumps(manifest))
    with pytest.raises(RecordError, match="is not as the runner writes it, at ") as told:
        Side.of(folder)
    assert str(told.value).endswith(named)


def test_whatever_a_record_says_there_is_an_answer(tmp_path: Path) -> None:
    """Any value in any place is refused as out of form, or compared and shown; nothing else ever happens."""
    before = whole(tmp_path)
    plain = json.loads((before.folder / "run.json").read_text())
    ways = places(plain)
    chance = random.Random(8)
    refused = 0
    for _ in range(200):
        manifest = copy.deepcopy(plain)
        *way, last = chance.choice(ways)
        inner = manifest
        for name in way:
            inner = inner[name]
        if chance.random() < 0.2 and isinstance(inner, dict):
            del inner[last]
        else:
            inner[last] = chance.choice(ODD)
        if list(form.faults(manifest)):
            refused += 1
            continue
        told = compare(before, Side(before.folder, manifest))
        json.dumps(told.to_json(), allow_nan=False)
        page(told)
    assert 50 < refused < 180
