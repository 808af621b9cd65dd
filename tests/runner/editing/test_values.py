"""The values that a step was given."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from runner.editing import values
from runner.editing.values import Given
from runner.errors import ParameterError
from runner.reading.notebooks import Cell, Notebook
from runner.records import digests

SOURCE = """from datetime import date

run_folder: str = "../scratch"  # where
k: int = 8  # clusters
day: date | None = None  # a day
word: str = ""  # a word
source: str = "auto"  # rows"""


def given(scratch: Path, *, cell: str = SOURCE, inputs: Sequence[dict[str, Any]] = (), **recorded: Any) -> Given:
    """What a step gets whose record holds these values, `(value, origin)` each."""
    book = Notebook(Path("a.ipynb"), (Cell(1, cell, ("parameters",)),), "python3", "")
    told = {name: {"value": value, "from": origin} for name, (value, origin) in recorded.items()}
    return values.of_step(book, {"inputs": inputs}, {"parameters": told}, scratch.parent / "run", scratch)


def test_values_come_back_in_their_types(tmp_path: Path) -> None:
    """Defaults stay with the notebook, and the run folder is the scratch folder."""
    found = given(tmp_path, k=(8, "default"), day=("2011-12-09", "-p"), run_folder=("/archive", "runner"))
    assert {name: str(one) for name, one in found.values.items()} == {"run_folder": str(tmp_path), "day": "2011-12-09"}
    assert type(found.values["day"]).__name__ == "date"
    assert found.notes == []


def test_what_cannot_come_back_is_told(tmp_path: Path) -> None:
    """A value that was recorded without its secret, and one that the declaration does not take."""
    found = given(tmp_path, word=("http://a:***@b", "-p"), k=("many", "-p"))
    assert set(found.values) == {"run_folder"}
    assert "word was recorded without its secret" in found.notes[1]
    assert found.notes[0].startswith("k could not be restored")


def test_a_reference_waits_for_a_person_to_allow_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its variable is named; one that is not set, or is the runner's own, is told."""
    monkeypatch.setenv("SHOP_WORD", "hunter22!")
    monkeypatch.delenv("SHOP_NOTHING", raising=False)
    assert given(tmp_path, word=("env:SHOP_WORD", "-p")).secrets == {"SHOP_WORD": "hunter22!"}
    assert "does not set" in given(tmp_path, word=("env:SHOP_NOTHING", "-p")).notes[0]
    own = given(tmp_path, word=("env:AWS_SECRET_ACCESS_KEY", "-p"))
    assert (own.secrets, "is the runner's own" in own.notes[0]) == ({}, True)


def test_an_input_is_the_one_that_was_read(tmp_path: Path) -> None:
    """The run's copy is copied once more, a file elsewhere stays there, and one that is gone is read again."""
    (tmp_path / "run" / "inputs").mkdir(parents=True)

    def source_of(path: Path) -> Given:
        digest = digests.of(path) if path.exists() else "0" * 64
        one = {"parameter": "source", "value": "https://shop/a.csv", "injected": str(path), "sha256": digest}
        return given(tmp_path / "scratch", inputs=[one], source=(str(path), "input"))

    own, other = tmp_path / "run" / "inputs" / "a.csv", tmp_path / "b.csv"
    own.write_text("a")
    other.write_text("b")
    assert source_of(own).values["source"] == str(tmp_path / "scratch" / "inputs" / "a.csv")
    assert (tmp_path / "scratch" / "inputs" / "a.csv").read_text() == "a"
    assert source_of(other).values["source"] == str(other)
    gone = source_of(tmp_path / "run" / "inputs" / "c.csv")
    assert gone.values["source"] == "https://shop/a.csv"
    assert "input source is gone or altered since the run; https://shop/a.csv is read again" in gone.notes


@pytest.mark.parametrize("injected", [None, "/nowhere/tables"])
def test_no_earlier_run_is_none_and_never_a_name(tmp_path: Path, injected: str | None) -> None:
    """`run:accepted` is a word between the pipeline and the runner, which no notebook can read."""
    one = {"parameter": "before", "value": "run:accepted", "injected": injected, "sha256": "0" * 64, "version": "019a"}
    cell = f"{SOURCE}\nbefore: str | None = 'x'  # tables"
    found = given(tmp_path, cell=cell, inputs=[one], before=(injected, "input"))
    assert found.values["before"] is None
    assert found.notes == ([] if injected is None else ["before is None: the tables of run 019a are gone or altered"])


def test_declarations_that_cannot_be_read_are_a_fault(tmp_path: Path) -> None:
    """Nobody can say then what the recorded values are."""
    with pytest.raises(ParameterError, match="cannot be read"):
        given(tmp_path, cell="k = 8")
