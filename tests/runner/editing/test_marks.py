"""What a notebook that was brought back says of the run."""

from __future__ import annotations

from typing import Any

import nbformat

from runner.editing import marks
from runner.editing.marks import FOLDED, Stop

MANIFEST = {"run_id": "019a"}
STEP = {"name": "a", "stopped_at": 2, "status": "failed", "reason": "ValueError: <script>\n# x", "cells": []}


def marked(*cells: nbformat.NotebookNode, step: dict[str, Any] = STEP) -> list[Any]:
    """The cells of a notebook after it was marked."""
    book = nbformat.v4.new_notebook(cells=list(cells))
    marks.mark(book, MANIFEST, step, marks.stop_of(step), None)
    nbformat.validate(book)
    return list(book.cells)


def test_a_lost_run_names_the_cell_by_its_number() -> None:
    """Its record has no ids, and its notebook may have no title to fold."""
    code = [nbformat.v4.new_code_cell(text) for text in ("1", "2", "3")]
    note, _, stopped, cell, _ = marked(*code, step={**STEP, "cells": [{"number": 2, "id": ""}]})
    assert note.metadata[FOLDED] is True
    assert note.source.startswith("# The cells before it")
    assert (cell.source, cell.metadata["tags"]) == ("2", ["stopped-here"])
    assert "run_id" not in stopped.source
    assert "goes home by `runner attach 019a a --copy-back`" in note.source


def test_a_title_is_folded_where_there_is_one() -> None:
    """So that the cell stands on the first screen; a heading of a section stays as it is."""
    title, section = nbformat.v4.new_markdown_cell("# A"), nbformat.v4.new_markdown_cell("## B")
    cells = marked(title, nbformat.v4.new_code_cell("1"), section, nbformat.v4.new_code_cell("2"))
    assert [FOLDED in cell.metadata for cell in cells] == [False, True, False, False, False, False]


def test_a_reason_is_text_and_nothing_else() -> None:
    """In one line behind four spaces, which markdown shows as they are, however long it is."""
    cells = marked(
        nbformat.v4.new_code_cell("1"), nbformat.v4.new_code_cell("2"), step={**STEP, "reason": "<b>\n# " * 999}
    )
    lines = cells[2].source.splitlines()
    assert lines[2].startswith("    cell 2: <b> # <b>")
    assert len(lines[2]) < 600
    assert len(lines) == 5


def test_a_step_that_stopped_nowhere_has_no_stop() -> None:
    """It came to its end, or never began."""
    assert marks.stop_of({**STEP, "stopped_at": None}) is None
    assert Stop(2, "work", "timed_out", "").told == "cell 2 (work): timed out"
