"""What papermill shows and writes of parameters."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import papermill
import pytest
from papermill.exceptions import PapermillException
from papermill.translators import PythonTranslator, papermill_translators

from runner.reading import notebooks
from runner.values import declarations
from runner.values.translator import Translator


@pytest.fixture(autouse=True)
def registered() -> Iterator[None]:
    """The translator stands in its place, as the plugin puts it."""
    before = papermill_translators.find_translator("python3", "python")
    papermill_translators.register("python", Translator)
    yield
    papermill_translators.register("python", before)


@pytest.mark.parametrize("name", ["01_eda", "02_clustering", "03_forecast", "04_report"])
def test_papermill_shows_what_is_declared(name: str, checkout: Path) -> None:
    """Every parameter, also one that may be None, with the type, default, limits and meaning of its line."""
    path = checkout / "notebooks" / f"{name}.ipynb"
    told = papermill.inspect_notebook(path)
    declared = declarations.declared(notebooks.read(path))
    assert list(told) == list(declared)
    for one, fact in told.items():
        assert fact["inferred_type_name"] == declared[one].type_text
        assert fact["help"] == f"{declared[one].limits} {declared[one].meaning}".strip()


def test_a_cell_of_another_style_is_shown_as_papermill_would() -> None:
    """A notebook that declares nothing loses nothing."""
    cell = {"source": "k = 5  # clusters"}
    assert Translator.inspect(cell) == PythonTranslator.inspect(cell)


def test_what_papermill_injects_is_vetted() -> None:
    """Values are literals; a name that is none, and a value without a literal, are refused."""
    assert Translator.codify({"k": 5, "word": "a'\n"}) == '# Parameters\nk = 5\nword = "a\'\\n"\n'
    for wrong in ({"k=1; import os": 5}, {"k": {1}}, {"k": object()}):
        with pytest.raises(PapermillException):
            Translator.codify(wrong)
