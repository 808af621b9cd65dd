"""Outputs of real kernels, good and hostile."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
import pytest

from runner.kernel import steady
from runner.kernel.cell_outputs import CUT
from tests.runner.kernel import small_books
from tests.runner.kernel.processes import Marked

SEND = """
kernel = get_ipython().kernel
def send(kind, content):
    kernel.session.send(kernel.iopub_socket, kind, content=content, parent=kernel.get_parent('shell'))
"""
HOSTILE = [
    ("display_data", {}),
    ("display_data", {"data": "text", "metadata": 3}),
    ("display_data", {"data": {"text/plain": {"a": [1]}, "image/png": 5, "text/html": None}, "metadata": None}),
    ("display_data", {"data": {"application/json": {"a": ["x"]}}, "metadata": {}, "transient": [1]}),
    ("display_data", {"data": {"text/plain": "x"}, "metadata": {}, "transient": {"display_id": [1]}}),
    ("execute_result", {"data": {"text/plain": "x"}, "metadata": {}, "execution_count": "three"}),
    ("error", {"ename": 1, "evalue": None, "traceback": "no list"}),
    ("error", {"ename": {"a": 1}, "evalue": ["x"], "traceback": [1, None, {"b": 2}]}),
    ("stream", {"name": 7, "text": ["x"]}),
    ("stream", {}),
    ("clear_output", {"wait": "yes"}),
    ("update_display_data", {"data": 3}),
    ("execute_input", {"code": 1, "execution_count": -5}),
    ("status", {}),
    ("comm_open", {"data": 1}),
    ("no such kind", {"data": {}}),
]


def copy_of(folder: Path) -> nbformat.NotebookNode:
    book = nbformat.read(folder / "out.ipynb", as_version=4)
    nbformat.validate(book)
    return book


def run(folder: Path, marked: Marked, *cells: str, **circumstances: Any) -> list[list[nbformat.NotebookNode]]:
    done = small_books.run(folder, marked, *cells, **circumstances)
    assert set(small_books.told(done)) == {"succeeded"}, done
    return [cell.outputs for cell in copy_of(folder).cells if cell.cell_type == "code"]


def test_the_end_of_a_cell_waits_long_for_what_it_printed(tmp_path: Path, marked: Marked) -> None:
    """A slow reader makes no complaint of the kernel's appear among the outputs, as after ten seconds it would."""
    (asked,) = run(tmp_path, marked, "import sys\nprint(sys.stdout.flush_timeout, sys.stderr.flush_timeout)")
    assert asked[0].text == f"{steady.PATIENCE_S} {steady.PATIENCE_S}\n"


def test_hostile_messages_leave_a_valid_copy(tmp_path: Path, marked: Marked) -> None:
    """Whatever a cell sends in the kernel's name, the notebook goes on and its copy is valid."""
    sent = "\n".join(f"send({kind!r}, {content!r})" for kind, content in HOSTILE)
    outputs = run(tmp_path, marked, SEND, sent, "print('still here')")
    assert outputs[2][0].text == "still here\n"
    assert json.loads((tmp_path / "out.ipynb").read_text())
    assert copy_of(tmp_path).cells[1].execution_count is None or copy_of(tmp_path).cells[1].execution_count >= 0


def test_displays_are_replaced_and_cleared(tmp_path: Path, marked: Marked) -> None:
    """By later cells too; a display whose output was cleared is no longer there to be replaced."""
    first, second, third = run(
        tmp_path,
        marked,
        "from IPython.display import clear_output, display\nshown = display('one', display_id='it')\nprint('a')",
        "shown.update('two')\ndisplay('three', display_id='gone')\nclear_output()\nprint('b')",
        "display('x', display_id='gone', update=True)\nprint('c')\nclear_output(wait=True)\nprint('d')",
    )
    assert [first[0].data["text/plain"], first[1].text] == ["'two'", "a\n"]
    assert [output.text for output in second] == ["b\n"]
    assert [output.text for output in third] == ["d\n"]


def test_the_limit_counts_over_the_cells_of_a_step(tmp_path: Path, marked: Marked) -> None:
    """The first cell takes what it needs; the second is cut, and says so."""
    printing = "for _ in range(300):\n    print('x' * 999)"
    first, second = run(tmp_path, marked, printing, printing, output_limit_bytes=400_000)
    assert [len(output.text) for output in first] == [300_000]
    assert len(second) == 3
    assert copy_of(tmp_path).cells[1].metadata.papermill[CUT] > 50_000
    assert "the limit of this step is 391 KiB" in second[1].data["text/plain"]


@pytest.mark.parametrize("length", [2**18 - 1, 2**18, 2**18 + 1, 3 * 2**18 + 17])
def test_long_prints_arrive_whole(tmp_path: Path, marked: Marked, length: int) -> None:
    """A text that the kernel sends in pieces is one again, in order, and flushes keep their place."""
    (outputs,) = run(
        tmp_path,
        marked,
        f"import sys\nprint('a' * {length} + 'b')\nsys.stdout.flush()\nprint('c' * {length})\ndisplay(1)",
    )
    assert outputs[0].text == "a" * length + "b\n" + "c" * length + "\n"
    assert outputs[1].data["text/plain"] == "1"


def test_a_kernel_keeps_no_trace_of_its_steadiness(tmp_path: Path, marked: Marked) -> None:
    """What runs in the kernel at its start leaves no name behind and prints nothing."""
    (outputs,) = run(tmp_path, marked, "print({'each', 'steady', 'kernel', 'PIECE', 'zmq', 'sys'} & globals().keys())")
    assert [output.text for output in outputs] == ["set()\n"]
