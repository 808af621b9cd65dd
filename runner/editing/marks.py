"""What a notebook that was brought back says of the run: where it stopped, and the error that it stopped with.

JupyterLab drops the fragment of an address, so a cell cannot be opened by it. Instead everything before the cell is
folded, by the headings that JupyterLab folds anyway: the cell stands on the first screen, and "Run All Above Selected
Cell" runs what is folded too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import nbformat

from runner import copies
from runner.reading.marks import INJECTED, MARK

STOPPED = "stopped-here"
"""Tag of the cell in which the run stopped."""
RUNNERS_OWN = frozenset({INJECTED, MARK})
"""Tags of cells that the runner adds to a notebook, and that never go home."""
FOLDED = "jp-MarkdownHeadingCollapsed"
"""JupyterLab's word, in the metadata of a cell with a heading, for what stands below it being out of sight."""
_TITLE = re.compile(r"\s*#\s")


@dataclass(frozen=True)
class Stop:
    """Where a step of a run stopped."""

    number: int
    """Of the cell, among those that hold code, as the run's copy shows it: `In [n]`."""
    id: str
    """Of the cell; empty where the record does not say."""
    status: str
    reason: str

    @property
    def told(self) -> str:
        """In words, for a terminal."""
        name = f" ({self.id})" if self.id else ""
        return f"cell {self.number}{name}: {self.reason or self.status.replace('_', ' ')}"


def stop_of(step: Mapping[str, Any]) -> Stop | None:
    """Where a step stopped; None for one that came to its end, or never began."""
    number = step["stopped_at"]
    if not isinstance(number, int):
        return None
    ids = {one["number"]: str(one["id"]) for one in step["cells"]}
    return Stop(number, ids.get(number, ""), str(step["status"]), " ".join(str(step["reason"] or "").split()))


def mark(
    notebook: nbformat.NotebookNode,
    manifest: Mapping[str, Any],
    step: Mapping[str, Any],
    stop: Stop | None,
    executed: nbformat.NotebookNode | None,
) -> None:
    """Tag the cell in which a run stopped, show its error, fold what stands before it, and say so at the top.

    Whatever comes from the record stands in the notebook as text that nothing interprets.
    """
    for cell in notebook.cells:
        cell.metadata = {name: one for name, one in cell.metadata.items() if name != "papermill" and one != []}
    notebook.metadata.pop("papermill", None)
    cell = None if stop is None else _cell(notebook, stop)
    way = f"What you change and save goes home by `runner attach {manifest['run_id']} {step['name']} --copy-back`."
    note = f"Scratch copy of step {step['name']} of run {manifest['run_id']}: nothing here changes the archive. {way}"
    if stop is None or cell is None:
        _insert(notebook, 0, "runner-attached", f"> {note}")
        return
    cell.metadata["tags"] = [*cell.metadata.get("tags", ()), STOPPED]
    cell.outputs = _outputs(executed, stop)
    place = next(position for position, one in enumerate(notebook.cells) if one is cell)
    for before in notebook.cells[:place]:
        if _is_title(before):
            before.metadata[FOLDED] = True
    how = "Select the cell below, then *Run → Run All Above Selected Cell*."
    # Four spaces make text of whatever an error says.
    _insert(notebook, place, "runner-stopped", f"# The run stopped in the cell below\n\n    {stop.told[:500]}\n\n{how}")
    titled = place > 0 and _is_title(notebook.cells[0])
    _insert(notebook, 0, "runner-attached", f"> {note}" if titled else f"# The cells before it\n\n{note}", not titled)


def _is_title(cell: nbformat.NotebookNode) -> bool:
    return cell.cell_type == "markdown" and bool(_TITLE.match(cell.source))


def _cell(notebook: nbformat.NotebookNode, stop: Stop) -> nbformat.NotebookNode | None:
    """The cell in which the run stopped, by its id, else by its number."""
    by_id = [cell for cell in notebook.cells if stop.id and cell.get("id") == stop.id]
    return by_id[0] if len(by_id) == 1 else dict(copies.numbered(notebook)).get(stop.number)


def _outputs(executed: nbformat.NotebookNode | None, stop: Stop) -> list[nbformat.NotebookNode]:
    """What the cell had shown in the run."""
    shown = None if executed is None else _cell(executed, stop)
    return [] if shown is None or shown.cell_type != "code" else list(shown.get("outputs", []))


def _insert(notebook: nbformat.NotebookNode, place: int, name: str, text: str, folded: bool = False) -> None:
    metadata = {"tags": [MARK], **({FOLDED: True} if folded else {})}
    notebook.cells.insert(place, nbformat.v4.new_markdown_cell(text, id=name, metadata=metadata))
