"""Parameters as papermill shows and writes them: by the notebook's own declarations, and as vetted literals.

Papermill's translator for Python reads the parameters cell by a regular expression, which passes over every `T | None`,
and writes whatever name it is given. Registered in its place (see `runner.kernel.plugin`), this one lets plain
`papermill --help-notebook` say what `runner params` says.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from papermill.exceptions import PapermillException
from papermill.models import Parameter
from papermill.translators import PythonTranslator

from runner.errors import ParameterError
from runner.reading.notebooks import PARAMETERS, Cell, Notebook
from runner.values import declarations
from runner.values.literals import literal


class Translator(PythonTranslator):
    """What papermill asks about parameters in Python."""

    @classmethod
    def inspect(cls, parameters_cell: Any) -> list[Parameter]:  # noqa: ANN401 - a cell of nbformat
        """The parameters of a cell; where a line is no declaration, papermill's own reading of the whole."""
        cell = Cell(1, parameters_cell["source"], (PARAMETERS,))
        found, faults = declarations.read(Notebook(path=Path("notebook"), cells=(cell,), kernel="", sha256=""))
        if faults:
            return super().inspect(parameters_cell)
        return [
            Parameter(one.name, one.type_text, literal(one.default), f"{one.limits} {one.meaning}".strip())
            for one in found.values()
        ]

    @classmethod
    def translate(cls, val: object) -> str:
        """A value as a literal; what has none is refused."""
        try:
            return literal(val)
        except ParameterError as error:
            raise PapermillException(str(error)) from None

    @classmethod
    def assign(cls, name: str, str_val: str) -> str:
        """One line of the injected cell."""
        if not name.isidentifier():
            raise PapermillException(f"{name!r} is no name of a parameter")
        return f"{name} = {str_val}"
