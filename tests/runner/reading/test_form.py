"""The form of notebook files; the many ways in which one can be bad are in `tests/faults/test_bad_notebooks.py`."""

from __future__ import annotations

from typing import Any

import pytest

from runner.reading import form


def notebook(**facts: Any) -> dict[str, Any]:
    """What a notebook file holds, with other facts."""
    cell = {"cell_type": "code", "id": "a", "metadata": {}, "source": ["x = 1\n", "x"]}
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell], **facts}


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"nbformat_minor": 2, "cells": [{"cell_type": "raw", "metadata": {}, "source": ""}]},
        {"metadata": {"kernelspec": {"name": "python3", "language": "python"}, "language_info": {"name": "ipython"}}},
        {"metadata": {"kernelspec": {"name": "xpython", "language": "Python3"}}},
        {"cells": []},
    ],
)
def test_what_the_runner_can_run_has_no_fault(facts: dict[str, Any]) -> None:
    """Older minor formats, cells of every kind and Python under its several names are all good."""
    assert form.fault(notebook(**facts)) is None


def test_the_first_fault_is_told() -> None:
    """The format comes before what only a known format can have."""
    assert "format 3" in (form.fault(notebook(nbformat=3, metadata=None, cells=None)) or "")
    assert "metadata" in (form.fault(notebook(metadata=None, cells=None)) or "")


def test_true_is_no_number_of_a_format() -> None:
    """Python takes True for 1; a file that says so is none of ours."""
    assert form.fault(notebook(nbformat_minor=True)) is not None


@pytest.mark.parametrize("text", ["", " \n", "{", '{"a": "b', '{"a": 1,}', "<<<<<<< a\n", "[" * 99_999, "1" * 9999])
def test_what_is_no_json_is_one_line(text: str) -> None:
    """Whatever a file holds, the reason fits in a line and says what to do."""
    with pytest.raises(ValueError, match=r"^[^\n]+(restore it from version control|choose one side of it)$"):
        form.content(text)
