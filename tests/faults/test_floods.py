"""Floods of output: kept whole or cut where the copy says so, in bounded memory."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest

from runner.kernel.cell_outputs import CUT, EDGE_BYTES
from runner.kernel.outputs import DEFAULT_LIMIT_BYTES

MOST_MEMORY = 400 * 2**20
SECRET = "the-secret-of-the-shop"
LINES = "line = 'x' * 99\nfor number in range(1_500_000):\n    print(line)\nprint('the last line')"
ONE_PRINT = "print('x y\\n' * 12_500_000)\nprint('the last word')"
DISPLAYS = (
    "from IPython.display import HTML, display\nfor number in range(20_000):\n    display(HTML(f'<b>{number}</b>'))"
)
AFTER = "print('a word after the flood')"
METRIC = "display({'application/vnd.insiders.metric+json': {'name': 'rows', 'value': 7}}, raw=True)"


@dataclass(frozen=True)
class Flooded:
    """What became of a flood."""

    status: str
    seconds: float
    peak: int
    book: nbformat.NotebookNode
    copy_bytes: int


def flood(folder: Path, *cells: str) -> Flooded:
    """Run cells in a runner of their own."""
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in cells])
    book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(book, folder / "in.ipynb")
    command = [sys.executable, "-m", "tests.faults.flooding", str(folder), SECRET]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    assert done.stderr == ""
    told = json.loads(done.stdout.splitlines()[-1])
    copy = folder / "out.ipynb"
    return Flooded(told["status"], told["seconds"], told["peak"], nbformat.read(copy, 4), copy.stat().st_size)


@pytest.fixture(scope="module")
def prints_and_displays(tmp_path_factory: pytest.TempPathFactory) -> Flooded:
    """20,000 displays, then 150 MB of lines, then 50 MB in one print, and what comes after."""
    return flood(tmp_path_factory.mktemp("flood"), DISPLAYS, LINES, ONE_PRINT, AFTER, METRIC)


def test_a_flood_takes_bounded_memory_and_room(prints_and_displays: Flooded) -> None:
    """200 MB of prints and 20,000 displays: the runner stays below 400 MB, and the copy within its limit."""
    found = prints_and_displays
    assert found.status == "succeeded"
    assert found.peak < MOST_MEMORY, f"{found.peak / 2**20:.0f} MiB"
    assert found.copy_bytes < DEFAULT_LIMIT_BYTES + len(found.book.cells) * 4 * EDGE_BYTES
    nbformat.validate(found.book)


def test_displays_are_kept_whole(prints_and_displays: Flooded) -> None:
    """None of 20,000 displays is lost, and they stand in order."""
    shown = [output.data["text/html"] for output in prints_and_displays.book.cells[0].outputs]
    assert shown == [f"<b>{number}</b>" for number in range(20_000)]
    assert CUT not in prints_and_displays.book.cells[0].metadata.papermill


def test_a_cut_flood_keeps_both_ends_and_says_what_is_missing(prints_and_displays: Flooded) -> None:
    """Between the first and the last lines stands how much was cut, and the cell's metadata says it too."""
    cell = prints_and_displays.book.cells[1]
    first, note, last = cell.outputs
    assert first.text.startswith("x" * 99 + "\n")
    assert last.text.endswith("the last line\n")
    assert len(last.text) >= EDGE_BYTES // 2
    assert "cut here: the limit of this step is 16 MiB (`output_limit_mb`)" in note.data["text/plain"]
    whole = 1_500_000 * 101
    assert abs(cell.metadata.papermill[CUT] + len(first.text) * 1.01 + len(last.text) * 1.01 - whole) < 0.01 * whole


def test_cells_behind_a_flood_keep_their_ends_and_metrics(prints_and_displays: Flooded) -> None:
    """When the limit is spent, a cell still keeps its first and last output, and its metrics."""
    one_print, after, metric = prints_and_displays.book.cells[2:]
    assert one_print.outputs[0].text.startswith("x y\n")
    assert one_print.outputs[-1].text.endswith("the last word\n")
    assert one_print.metadata.papermill[CUT] > 40_000_000
    assert [output.text for output in after.outputs] == ["a word after the flood\n"]
    assert metric.outputs[0].data["application/vnd.insiders.metric+json"].value == 7


def test_what_replaces_itself_does_not_grow(tmp_path: Path) -> None:
    """Progress bars, cleared outputs and replaced displays leave their last state, whatever they went through."""
    found = flood(
        tmp_path,
        "for number in range(300_000):\n    print(f'\\r{number:07d} ' + 'x' * 100, end='')\nprint()",
        "from IPython.display import clear_output, display\n"
        "for number in range(500):\n    clear_output(wait=True)\n    print(number, 'y' * 200_000)",
        "shown = display('', display_id='it')\n"
        "for number in range(500):\n"
        "    display({'text/plain': str(number) + 'z' * 200_000}, raw=True, display_id='it', update=True)",
    )
    bar, cleared, replaced = (cell.outputs for cell in found.book.cells)
    assert [output.text[:8] for output in bar] == ["0299999 "]
    assert [output.text[:5] for output in cleared] == ["499 y"]
    assert [output.data["text/plain"][:4] for output in replaced] == ["499z"]
    assert found.copy_bytes < 2**20
    assert found.peak < MOST_MEMORY
