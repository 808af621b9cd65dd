"""Changes that are taken back to the notebook in the checkout."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from runner.editing import homeward
from runner.editing.scratch import Attached
from runner.errors import UsageError
from tests.runner.editing.conftest import Stopped


def edit(path: Path, cell: str, **changes: Any) -> None:
    """Change a cell of a notebook as JupyterLab would save it."""
    book = json.loads(path.read_text())
    for one in book["cells"]:
        if one["id"] == cell:
            one.update(changes)
    path.write_text(json.dumps(book))


def sources(path: Path) -> dict[str, str]:
    """The sources of a notebook's cells, by id."""
    return {cell["id"]: "".join(cell["source"]) for cell in json.loads(path.read_text())["cells"]}


@pytest.fixture
def attached(copied: Callable[[], Stopped], tmp_path: Path) -> Attached:
    """The failed step in a scratch folder, and a checkout that may be changed."""
    return copied().attach("item", tmp_path / "at")


def test_a_mended_cell_goes_home(attached: Attached) -> None:
    """It alone: values, marks, outputs, tags and folds of the scratch copy stay behind."""
    before = sources(attached.source)
    assert homeward.take(attached).told == ""
    output = {"output_type": "stream", "name": "stdout", "text": "x"}
    edit(attached.notebook, "work", source="print(level)", outputs=[output], execution_count=4)
    edit(attached.notebook, "injected-parameters", source="level = 'other'")
    assert homeward.take(attached).told == "changed work"
    assert sources(attached.source) == {**before, "work": "print(level)"}
    text = attached.source.read_text()
    assert not [word for word in ("stopped-here", "Collapsed", "papermill", '"x"', "other") if word in text]
    assert text.endswith('"nbformat_minor": 5\n}\n')
    again = homeward.take(attached)
    assert (again.told, again.there) == ("changed work", True)
    assert attached.source.read_text() == text


def test_added_and_removed_cells_go_home(attached: Attached) -> None:
    """With the tags that the person has given; the empty cell that JupyterLab adds at the end stays behind."""
    book = json.loads(attached.notebook.read_text())
    new = {"cell_type": "code", "id": "more", "metadata": {"tags": ["mine"]}, "source": "1", "outputs": []}
    empty = {**new, "id": "empty", "metadata": {}, "source": "\n"}
    book["cells"] = [one for one in book["cells"] if one["id"] != "title"]
    book["cells"] += [{**one, "execution_count": None} for one in (new, empty)]
    attached.notebook.write_text(json.dumps(book))
    assert homeward.take(attached).told == "added more; removed title"
    assert list(sources(attached.source)) == ["parameters", "work", "more"]
    assert '"mine"' in attached.source.read_text()


def test_what_the_checkout_has_changed_since_is_kept(attached: Attached) -> None:
    """Both changes are in the notebook where they are of different cells."""
    edit(attached.notebook, "work", source="print(level)")
    edit(attached.source, "title", source="# Does it better")
    assert homeward.take(attached).told == "changed work"
    assert sources(attached.source)["title"] == "# Does it better"
    assert sources(attached.source)["work"] == "print(level)"


def test_changes_of_the_same_cell_are_left_to_the_person(attached: Attached) -> None:
    """Nothing is written, and both places are named."""
    edit(attached.notebook, "work", source="print(level)")
    edit(attached.source, "work", source="print('another')")
    before = attached.source.read_bytes()
    with pytest.raises(UsageError, match=r"item\.ipynb has other changes of the same cells since the run \(work"):
        homeward.take(attached)
    assert attached.source.read_bytes() == before


def test_a_notebook_that_is_gone_is_said(attached: Attached) -> None:
    """The person's own is named, which nobody takes away."""
    attached.source.unlink()
    with pytest.raises(UsageError, match=r"is no longer there; your notebook is .*at/item\.ipynb"):
        homeward.take(attached)
