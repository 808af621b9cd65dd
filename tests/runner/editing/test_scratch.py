"""The scratch folder of a step."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from runner.editing import scratch
from runner.errors import RecordError, UsageError
from runner.records import digests
from tests.runner.editing.conftest import Stopped


def test_a_stopped_step_lies_ready(ran: Stopped, tmp_path: Path) -> None:
    """Its values, what it needs and its error are there; the archive stays as it was."""
    before = digests.of_folder(ran.folder)
    attached = ran.attach("item", tmp_path / "at")
    book = nbformat.read(attached.notebook, as_version=4)
    nbformat.validate(book)
    cells = {cell.id: cell for cell in book.cells}
    assert f"run_folder = {str(attached.folder)!r}\nlevel = 'bad'" in cells["injected-parameters"].source
    assert cells["work"].metadata.tags == ["stopped-here"]
    assert cells["work"].outputs[0].evalue == "no such level"
    assert "ValueError: no such level" in cells["runner-stopped"].source
    assert cells["title"].metadata["jp-MarkdownHeadingCollapsed"] is True
    assert (attached.folder / "artifacts" / "sum.txt").read_text() == "6"
    assert not (attached.folder / "writes.ipynb").exists()
    assert (attached.stop.number, attached.stop.id) == (3, "work") if attached.stop else False
    assert digests.of_folder(ran.folder) == before
    assert [path.name for path in tmp_path.iterdir()] == ["at"]


def test_a_finished_step_has_no_marks(ran: Stopped, tmp_path: Path) -> None:
    """Its cells are as they were, without outputs, and nothing is folded."""
    attached = ran.attach("writes", tmp_path / "at")
    book = nbformat.read(attached.notebook, as_version=4)
    assert attached.stop is None
    assert not any(cell.get("outputs") for cell in book.cells)
    assert not any("jp-MarkdownHeadingCollapsed" in cell.metadata for cell in book.cells)


def test_what_a_person_has_done_is_found_again(ran: Stopped, tmp_path: Path) -> None:
    """A second call changes nothing in the folder."""
    attached = ran.attach("item", tmp_path / "at")
    attached.notebook.write_text("mine")
    again = ran.attach("item", tmp_path / "at")
    assert (again.reopened, again.notebook.read_text()) == (True, "mine")


def test_a_person_loses_nothing_where_a_fresh_folder_cannot_be_made(
    copied: Callable[[], Stopped], tmp_path: Path
) -> None:
    """And a folder whose own notebook is gone says what makes it anew."""
    run = copied()
    attached = run.attach("item", tmp_path / "at")
    attached.notebook.write_text("mine")
    (run.folder / "artifacts" / "sum.txt").unlink()
    with pytest.raises(RecordError, match="were removed or altered"):
        run.attach("item", tmp_path / "at", fresh=True)
    assert attached.notebook.read_text() == "mine"
    attached.base.unlink()
    with pytest.raises(RecordError, match=r"--fresh makes .* anew"):
        run.attach("item", tmp_path / "at")


def test_tables_that_are_gone_are_named(copied: Callable[[], Stopped], tmp_path: Path) -> None:
    """With what brings them back; no half of a folder is left."""
    run = copied()
    (run.folder / "artifacts" / "sum.txt").unlink()
    with pytest.raises(RecordError, match="the tables of step writes, which it needs, were removed or altered"):
        run.attach("item", tmp_path / "at")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([run.folder.name, "notebooks"])


def test_a_step_behind_a_failed_one_names_that(ran: Stopped, tmp_path: Path) -> None:
    """There is nothing to open it on."""
    with pytest.raises(RecordError, match=r"step item, which it needs, ended as failed: `runner attach \S+ item`"):
        ran.attach("reads", tmp_path / "at")


def test_a_record_that_leads_out_of_the_folder_is_refused(ran: Stopped, tmp_path: Path) -> None:
    """A path of a file is followed only within the run."""
    manifest = copy.deepcopy(ran.manifest)
    manifest["steps"][0]["files"] = [{"path": "artifacts/../../../x", "bytes": 1, "sha256": "0" * 64}]
    run = Stopped(ran.folder, manifest, ran.notebooks)
    with pytest.raises(RecordError, match="no file of the folder"):
        run.attach("item", tmp_path / "at")


def test_which_step_is_meant(ran: Stopped) -> None:
    """The one at which the run stopped; of a run that succeeded, the one that is named."""
    assert scratch.choose(ran.manifest, None)["name"] == "item"
    assert scratch.choose(ran.manifest, "writes")["name"] == "writes"
    with pytest.raises(UsageError, match=r"there is no step nothing; run .* has writes, item, reads"):
        scratch.choose(ran.manifest, "nothing")
    good = {**ran.manifest, "steps": [{**ran.step("writes"), "name": name} for name in ("a", "b", "../c")]}
    with pytest.raises(UsageError, match=r"every step of the run succeeded; say which one: run .* has a, b$"):
        scratch.choose(good, None)


def test_its_name_is_no_runs(ran: Stopped, tmp_path: Path) -> None:
    """So that neither history nor verification takes it for one."""
    assert scratch.place(tmp_path, ran.manifest, ran.step("item")).name == f"{ran.folder.name}.item"
