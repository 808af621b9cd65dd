"""Executed copies of notebooks: what is written into them before they run, and what is read out of them afterwards."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import nbformat
from papermill.iorw import load_notebook_node

from runner.files import write_aside
from runner.outcomes import Status
from runner.reading.marks import INJECTED, MARK, METRIC
from runner.reading.notebooks import PARAMETERS
from runner.records.record import CellRecord, Metric
from runner.secrecy.redaction import Redactor
from runner.values.literals import literal

NO_SECRETS = Redactor()
LONG_TEXT = 2**16
_ENCODER = json.JSONEncoder(ensure_ascii=False, indent=1, sort_keys=True, separators=(",", ": "))
_TRANSIENT = ("signature", "orig_nbformat", "orig_nbformat_minor")
"""Metadata that nbformat keeps in memory only."""
COMPLETED = "completed"
"""Papermill's word for a cell that succeeded, kept in copies for the tools that read it."""


def prepare(path: Path, values: Mapping[str, object]) -> nbformat.NotebookNode:
    """The notebook as it will run: without outputs, with the values in a cell behind the one tagged `parameters`."""
    notebook = load_notebook_node(str(path))
    notebook.cells = [cell for cell in notebook.cells if not {INJECTED, MARK} & set(cell.metadata.tags)]
    for cell in notebook.cells:
        cell.metadata.papermill = {}
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    if values:
        tagged = [position for position, cell in enumerate(notebook.cells) if PARAMETERS in cell.metadata.tags]
        notebook.cells.insert(tagged[0] + 1 if tagged else 0, _injected(values))
    notebook.metadata.papermill["parameters"] = {name: literal(value) for name, value in values.items()}
    notebook.metadata.papermill["input_path"] = path.name
    return notebook


def _injected(values: Mapping[str, object]) -> nbformat.NotebookNode:
    lines = [f"{name} = {literal(value)}" for name, value in values.items()]
    source = "\n".join(["# The values of this run; the runner wrote this cell.", *lines])
    return nbformat.v4.new_code_cell(source, id=INJECTED, metadata={"tags": [INJECTED], "papermill": {}})


def write(notebook: nbformat.NotebookNode, path: Path, redactor: Redactor = NO_SECRETS) -> None:
    """Write a copy without its secrets aside, and move it into place."""
    content = bytearray()
    for piece in _ENCODER.iterencode(_written(notebook, redactor)):
        # Half a character, which has no bytes in UTF-8, stands in JSON as the escape that it came from.
        content += piece.encode("utf-8", errors="backslashreplace")
    content += b"\n"
    write_aside(path, bytes(content))


def _written(notebook: nbformat.NotebookNode, redactor: Redactor) -> dict[str, Any]:
    """A notebook as its file holds it: without secrets, and texts as lists of lines.

    nbformat's own writer splits every text, and takes ten times the memory of a long one that is made of short lines.
    """
    content: dict[str, Any] = redactor.tree(dict(notebook))
    content["metadata"] = {name: told for name, told in content["metadata"].items() if name not in _TRANSIENT}
    content["cells"] = [
        {
            **cell,
            "source": cell["source"].splitlines(keepends=True),
            "metadata": {**cell["metadata"], **_redacted(original, cell)},
            **({"outputs": list(map(_in_lines, cell["outputs"]))} if "outputs" in cell else {}),
        }
        for original, cell in zip(notebook.cells, content["cells"], strict=True)
    ]
    return content


def _in_lines(output: Mapping[str, Any]) -> dict[str, Any]:
    """An output with its texts in lines, as Jupyter writes them; a very long text stays one."""
    found = dict(output)
    if "text" in found:
        found["text"] = _lines(found["text"])
    if "data" in found:
        data = found["data"].items()
        found["data"] = {kind: shape if kind.endswith("json") else _lines(shape) for kind, shape in data}
    return found


def _lines(text: str) -> str | list[str]:
    return text.splitlines(keepends=True) if len(text) <= LONG_TEXT else text


def _redacted(original: Mapping[str, Any], cell: Mapping[str, Any]) -> dict[str, Any]:
    """What the metadata of a cell says when a secret stood in its source, so that it is not the source that ran."""
    if cell["source"] == original["source"]:
        return {}
    return {"papermill": {**cell["metadata"].get("papermill", {}), "source_redacted": True}}


def runs_code(cell: nbformat.NotebookNode) -> bool:
    """Whether a kernel has anything to do for a cell."""
    return cell.cell_type == "code" and bool(cell.source.strip())


def numbered(notebook: nbformat.NotebookNode) -> Iterator[tuple[int, nbformat.NotebookNode]]:
    """The cells that run code, with their numbers from 1: the ones that Jupyter shows as `In [n]`."""
    return enumerate((cell for cell in notebook.cells if runs_code(cell)), start=1)


def mark_stop(notebook: nbformat.NotebookNode, stopped_at: nbformat.NotebookNode | None, line: str) -> None:
    """Tell the reader of a copy, at its top and before the cell where it stopped, that it did not run to its end."""
    marks = [(0, "stopped", f"> **This copy stopped before its end:** {line}")]
    if stopped_at is not None:
        place = next(position for position, cell in enumerate(notebook.cells) if cell is stopped_at)
        marks.insert(
            0, (place, "stopped-here", f'<a id="stopped-here"></a>\n\n> **It stopped in the cell below:** {line}')
        )
        marks[1] = (0, "stopped", f"{marks[1][2]} [Go to the cell](#stopped-here)")
    for place, name, text in marks:
        metadata = {"tags": [MARK], "papermill": {"status": COMPLETED}}
        notebook.cells.insert(place, nbformat.v4.new_markdown_cell(text, id=name, metadata=metadata))


def error_of(cell: nbformat.NotebookNode) -> str | None:
    """The error that a cell shows, in one line: its name and the first line of its text."""
    for output in cell.get("outputs", []):
        if output.output_type == "error":
            text = str(output.evalue).strip().splitlines()
            return f"{output.ename}: {text[0]}" if text else str(output.ename)
    return None


def cells(notebook: nbformat.NotebookNode) -> tuple[CellRecord, ...]:
    """What became of each cell that holds code."""
    return tuple(_cell_record(number, cell) for number, cell in numbered(notebook))


def _cell_record(number: int, cell: nbformat.NotebookNode) -> CellRecord:
    told: Mapping[str, Any] = cell.metadata.get("papermill", {})
    word = told.get("status") or Status.NOT_RUN
    status = Status.SUCCEEDED if word == COMPLETED else Status(word)
    return CellRecord(number=number, id=cell.get("id", ""), status=status, seconds=told.get("duration"))


def metrics(notebook: nbformat.NotebookNode) -> tuple[Metric, ...]:
    """The metrics that the cells display, in order; of two with one name the later one counts."""
    found: dict[str, Metric] = {}
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            shown = output.get("data", {}).get(METRIC)
            if isinstance(shown, Mapping) and isinstance(shown.get("name"), str):
                found[shown["name"]] = Metric(shown["name"], _value(shown.get("value")), str(shown.get("unit") or ""))
    return tuple(found.values())


def _value(value: object) -> float | int | str | None:
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return value
