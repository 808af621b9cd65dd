"""Notebooks as they lie in the checkout."""

import json
from pathlib import Path

import pytest

from runner.errors import PipelineError
from runner.reading.notebooks import read, read_all
from tests.runner.bench import NOTEBOOKS


def test_code_cells_kernel_and_imports_are_read() -> None:
    """A notebook tells its cells that hold code, its parameters cell, its kernel and what it imports."""
    book = read(NOTEBOOKS / "values.ipynb")
    assert [cell.number for cell in book.cells] == [1, 2]
    assert book.parameters == book.cells[0]
    assert book.kernel == "python3"
    assert book.imports == {"datetime", "json"}


def test_outputs_do_not_change_the_digest(tmp_path: Path) -> None:
    """Two notebooks with equal sources have equal digests; another source gives another digest."""
    content = json.loads((NOTEBOOKS / "values.ipynb").read_text())
    content["cells"][1]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "1"}]
    content["cells"][1]["source"] = "".join(content["cells"][1]["source"])
    path = tmp_path / "run.ipynb"
    path.write_text(json.dumps(content))
    assert read(path).sha256 == read(NOTEBOOKS / "values.ipynb").sha256
    content["cells"][1]["source"] += "\n1"
    path.write_text(json.dumps(content))
    assert read(path).sha256 != read(NOTEBOOKS / "values.ipynb").sha256


def test_magics_do_not_hide_imports(tmp_path: Path) -> None:
    """Cells with magics are read; a cell of another language imports nothing."""
    sources = ["%matplotlib inline\nimport numpy.linalg\nfrom . import near", "%%bash\nimport nothing", "import ("]
    cells = [{"cell_type": "code", "source": source, "metadata": {}} for source in sources]
    path = tmp_path / "magics.ipynb"
    path.write_text(json.dumps({"nbformat": 4, "cells": cells, "metadata": {}}))
    assert read(path).imports == {"numpy"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "is empty"),
        ("[]", "no object with cells"),
        ('{"nbformat": 4, "metadata": {}, "cells": {}}', "no list of cells"),
        ('{"cells": [], "nbformat": 3}', "format 3"),
        ("\x00\xff", "is not a notebook"),
        ('{"nbformat": 4, "metadata": {}, "cells": [3]}', "cell 1"),
        ('{"nbformat": 4, "metadata": [], "cells": []}', "metadata"),
    ],
)
def test_a_broken_file_is_one_line(tmp_path: Path, content: str, words: str) -> None:
    """What is no notebook is refused in one line that names the file."""
    path = tmp_path / "broken.ipynb"
    path.write_text(content, encoding="latin-1")
    with pytest.raises(PipelineError, match=r"broken\.ipynb") as refused:
        read(path)
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


def test_cells_without_code_are_kept_apart(tmp_path: Path) -> None:
    """Prose and empty cells have no number, but their tags are known; outputs that the file keeps are told."""
    cells = [
        {"cell_type": "markdown", "source": "k", "metadata": {"tags": ["parameters"]}},
        {"cell_type": "code", "source": " \n", "metadata": {}},
        {"cell_type": "code", "source": "1", "metadata": {}, "execution_count": 3},
    ]
    path = tmp_path / "a.ipynb"
    path.write_text(json.dumps({"nbformat": 4, "cells": cells, "metadata": {}}))
    book = read(path)
    assert [(cell.number, cell.has_outputs) for cell in book.cells] == [(1, True)]
    assert [(cell.kind, cell.tags) for cell in book.others] == [("markdown", ("parameters",)), ("code", ())]


def test_a_notebook_of_many_steps_is_read_once(tmp_path: Path) -> None:
    """The items of a `for_each` share one notebook; its fault is told once."""
    books, faults = read_all({"a.1": NOTEBOOKS / "fails.ipynb", "a.2": NOTEBOOKS / "fails.ipynb"})
    assert books["a.1"] is books["a.2"]
    assert faults == []
    assert len(read_all({"a.1": tmp_path / "a.ipynb", "a.2": tmp_path / "a.ipynb"})[1]) == 1


def test_every_notebook_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """One bad notebook does not hide another."""
    books, faults = read_all({"a": tmp_path / "a.ipynb", "b": NOTEBOOKS / "fails.ipynb", "c": tmp_path / "c.ipynb"})
    assert list(books) == ["b"]
    assert [("a.ipynb" in faults[0]), ("c.ipynb" in faults[1])] == [True, True]
