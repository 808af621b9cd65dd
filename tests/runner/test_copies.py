"""Executed copies."""

from datetime import date
from pathlib import Path
from typing import Any

import nbformat
import pytest

from runner import copies
from runner.outcomes import Status
from runner.reading.marks import METRIC
from runner.secrecy.redaction import REDACTED, Redactor
from tests.runner.bench import NOTEBOOKS


def book_with(*outputs: Any) -> nbformat.NotebookNode:
    cell = nbformat.v4.new_code_cell("1", outputs=list(outputs))
    return nbformat.v4.new_notebook(cells=[cell])


def metric(name: Any, value: Any, unit: Any = "") -> nbformat.NotebookNode:
    return nbformat.v4.new_output("display_data", data={METRIC: {"name": name, "value": value, "unit": unit}})


def test_values_stand_in_a_cell_behind_the_parameters() -> None:
    """The injected cell holds one literal for each value, and is tagged."""
    book = copies.prepare(NOTEBOOKS / "values.ipynb", {"number": 4, "day": date(2011, 12, 9), "word": "a\nb"})
    assert [cell.id for cell in book.cells] == ["title", "parameters", "injected-parameters", "show"]
    lines = book.cells[2].source.splitlines()[1:]
    assert lines == ["number = 4", "day = date(2011, 12, 9)", "word = 'a\\nb'"]
    assert book.cells[2].metadata.tags == ["injected-parameters"]


def test_without_values_nothing_is_injected() -> None:
    """A notebook to which nothing is given runs as it stands."""
    assert [cell.id for cell in copies.prepare(NOTEBOOKS / "fails.ipynb", {}).cells] == [
        "title",
        "before",
        "fail",
        "after",
    ]


def test_a_copy_can_be_run_again(tmp_path: Path) -> None:
    """Of a copy, the injected cell, the marks and the outputs are left out."""
    book = copies.prepare(NOTEBOOKS / "values.ipynb", {"number": 4})
    book.cells[3].outputs = [nbformat.v4.new_output("stream", text="old")]
    copies.mark_stop(book, book.cells[3], "cell 3: no reason")
    copies.write(book, tmp_path / "copy.ipynb")
    again = copies.prepare(tmp_path / "copy.ipynb", {"number": 5})
    assert [cell.id for cell in again.cells] == ["title", "parameters", "injected-parameters", "show"]
    assert again.cells[2].source.endswith("number = 5")
    assert again.cells[3].outputs == []


def test_metrics_are_read_from_displays() -> None:
    """The last of two with one name counts; what is neither text nor a finite number has no value."""
    text = nbformat.v4.new_output("display_data", data={"text/plain": "x"})
    shown = [metric("a", 1), metric("b", 0.5, "share"), metric("a", 2), metric("c", float("nan")), metric(3, 3), text]
    shown += [metric("d", True), metric("e", "5")]
    found = copies.metrics(book_with(*shown))
    assert [(one.name, one.value, one.unit) for one in found] == [
        ("a", 2, ""),
        ("b", 0.5, "share"),
        ("c", None, ""),
        ("d", None, ""),
        ("e", "5", ""),
    ]


def test_a_cell_without_a_status_did_not_run() -> None:
    """What nobody settled is not taken for completed."""
    assert copies.cells(book_with())[0].status is Status.NOT_RUN


@pytest.mark.parametrize(
    ("evalue", "line"),
    [("the shop is closed\nand more", "ValueError: the shop is closed"), ("", "ValueError"), ("\n", "ValueError")],
)
def test_an_error_is_one_line(evalue: str, line: str) -> None:
    """Name and first line of the text."""
    book = book_with(nbformat.v4.new_output("error", ename="ValueError", evalue=evalue, traceback=[]))
    assert copies.error_of(book.cells[0]) == line


def test_half_a_character_does_not_break_a_copy(tmp_path: Path) -> None:
    """What a cell printed comes back as it was, even where it is no text."""
    copies.write(book_with(nbformat.v4.new_output("stream", text="\ud800 é")), tmp_path / "copy.ipynb")
    assert nbformat.read(tmp_path / "copy.ipynb", as_version=4).cells[0].outputs[0].text == "\ud800 é"


def test_a_copy_is_written_without_secrets(tmp_path: Path) -> None:
    """In sources, outputs and metadata; the notebook in memory, which still runs, stays as it is."""
    book = book_with(nbformat.v4.new_output("stream", text="it is hunter22"))
    book.cells[0].source = "key = 'hunter22'"
    book.cells.append(nbformat.v4.new_code_cell("2"))
    book.metadata["reason"] = "no hunter22"
    copies.mark_stop(book, book.cells[0], "hunter22 is wrong")
    copies.write(book, tmp_path / "copy.ipynb", Redactor.of(["hunter22"]))
    assert "hunter22" not in (tmp_path / "copy.ipynb").read_text()
    written = nbformat.read(tmp_path / "copy.ipynb", as_version=4)
    nbformat.validate(written)
    assert [cell.metadata.get("papermill", {}).get("source_redacted") for cell in written.cells] == [
        True,
        True,
        True,
        None,
    ]
    assert written.cells[2].source == f"key = '{REDACTED}'"
    assert written.cells[2].outputs[0].text == f"it is {REDACTED}"
    assert written.metadata.reason == f"no {REDACTED}"
    assert book.cells[2].source == "key = 'hunter22'"


def test_a_copy_reads_as_one_of_jupyter(tmp_path: Path) -> None:
    """Short texts stand in lines, as nbformat writes them, and only very long ones as they are."""
    picture = nbformat.v4.new_output("display_data", data={"text/html": "<p>\n</p>", "application/json": {"a": ["b"]}})
    book = book_with(nbformat.v4.new_output("stream", text="a\nb"), picture)
    book.metadata["orig_nbformat"] = 4
    copies.write(book, tmp_path / "copy.ipynb")
    assert (tmp_path / "copy.ipynb").read_text() == nbformat.writes(book) + "\n"
    book = book_with(nbformat.v4.new_output("stream", text="a\n" * 100_000))
    copies.write(book, tmp_path / "copy.ipynb")
    assert (tmp_path / "copy.ipynb").stat().st_size < 400_000
    assert nbformat.read(tmp_path / "copy.ipynb", as_version=4).cells[0].outputs[0].text == "a\n" * 100_000
