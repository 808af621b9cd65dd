"""What ran, and what stands in the working tree."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from runner.comparison.against import against_source
from runner.comparison.difference import SourceDifference
from runner.settings import Settings
from tests.runner.comparison.sides import code, markdown, printed, side, step

CELLS = [markdown("# Sales"), code("k: int = 8", metadata={"tags": ["parameters"]}), code("print(k)", printed("10"))]
INJECTED = code("k = 10", metadata={"tags": ["injected-parameters"]})
Comparison = Callable[[], SourceDifference]


@pytest.fixture
def notebooks(tmp_path: Path) -> Path:
    """A folder of notebooks outside of version control, with a pipeline of one step."""
    place = tmp_path / "checkout" / "notebooks"
    place.mkdir(parents=True)
    (place / "small.yml").write_text("name: small\ntitle: Small\nsteps:\n  - {name: eda, notebook: eda.ipynb}\n")
    write(place, [{**cell, **({"outputs": []} if cell["cell_type"] == "code" else {})} for cell in CELLS])
    return place


@pytest.fixture
def compared(notebooks: Path, tmp_path: Path) -> Comparison:
    """How a run of that notebook compares with what stands there when it is asked."""
    ran = [CELLS[0], CELLS[1], INJECTED, CELLS[2]]
    run = side(
        tmp_path / "output",
        step(cells=ran, content={"kernel": "python3", "code": {}}),
        pipeline_file={"path": str(notebooks / "small.yml"), "sha256": "0"},
    )
    settings = Settings(checkout=tmp_path / "checkout", output=tmp_path / "output", database_url="")
    return lambda: against_source(run, settings)


def write(place: Path, cells: list[dict[str, object]]) -> None:
    (place / "eda.ipynb").write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))


def test_what_ran_is_what_stands_there(compared: Comparison) -> None:
    """The cell that the runner wrote, and outputs, do not count."""
    found = compared()
    assert found.empty
    assert found.commit is None


def test_an_edited_cell_is_told(compared: Comparison, notebooks: Path) -> None:
    """Before is what ran, after what stands there now."""
    write(notebooks, [CELLS[0], CELLS[1], code("print(k + 1)")])
    found = compared()
    (cell,) = found.notebooks[0].cells
    assert [(line.sign, line.text) for line in cell.lines] == [("-", "print(k)"), ("+", "print(k + 1)")]
    assert found.to_json()["empty"] is False


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        ("notebook", "eda: eda.ipynb cannot be read"),
        ("pipeline", "cannot be read now"),
        ("step", "eda: the pipeline has no such step now"),
    ],
)
def test_what_is_gone_is_one_sentence(compared: Comparison, notebooks: Path, damage: str, words: str) -> None:
    """The notebook, the pipeline, or the step in it."""
    if damage == "notebook":
        (notebooks / "eda.ipynb").unlink()
    elif damage == "pipeline":
        (notebooks / "small.yml").unlink()
    else:
        text = (notebooks / "small.yml").read_text()
        (notebooks / "small.yml").write_text(text.replace("name: eda", "name: other"))
    (gap,) = compared().gaps
    assert words in gap
    assert "\n" not in gap


def test_another_package_is_told(notebooks: Path, tmp_path: Path) -> None:
    """By its digest, as the run recorded it."""
    (tmp_path / "checkout" / "shop.py").write_text("price = 2\n")
    run = side(
        tmp_path / "output",
        step(cells=CELLS, content={"kernel": "python3", "code": {"shop": "0" * 64}}),
        pipeline_file={"path": str(notebooks / "small.yml"), "sha256": "0"},
    )
    (found,) = against_source(
        run, Settings(checkout=tmp_path / "checkout", output=tmp_path / "output", database_url="")
    ).modules
    assert (found.name, found.before) == ("shop", "0" * 64)
    assert found.after not in (None, found.before)
