"""Notebooks as they lie in the checkout: read and looked at, never run and never changed."""

from __future__ import annotations

import ast
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runner.errors import PipelineError

PARAMETERS = "parameters"
_MAGIC = re.compile(r"^\s*[%!?]")


@dataclass(frozen=True)
class Cell:
    """One code cell."""

    number: int
    """Position among the code cells that hold code, from 1; a fresh run shows it as `In [n]` until parameters come."""
    source: str
    tags: tuple[str, ...]


@dataclass(frozen=True)
class Notebook:
    """A notebook file: its code cells and what they ask for."""

    path: Path
    cells: tuple[Cell, ...]
    kernel: str
    """Name of the kernel specification, `python3` where the file names none."""
    sha256: str
    """Digest of the sources of all cells, in order; outputs and metadata do not count."""

    @property
    def parameters(self) -> Cell | None:
        """The first cell tagged `parameters`."""
        return next((cell for cell in self.cells if PARAMETERS in cell.tags), None)

    @property
    def imports(self) -> frozenset[str]:
        """Top-level names of the modules that the cells import."""
        return frozenset(name for cell in self.cells for name in _imports(cell.source))


def read(path: Path) -> Notebook:
    """Read a notebook, or raise a `PipelineError` that says in one line what is wrong with the file."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise PipelineError(f"{path}: cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise PipelineError(f"{path}: is not a notebook: {error}") from None
    if fault := _fault_of_form(content):
        raise PipelineError(f"{path}: is not a notebook: {fault}")
    sources = [(cell.get("cell_type"), _source(cell), _tags(cell)) for cell in content["cells"]]
    code = [(source, tags) for kind, source, tags in sources if kind == "code" and source.strip()]
    return Notebook(
        path=path,
        cells=tuple(Cell(number, source, tags) for number, (source, tags) in enumerate(code, start=1)),
        kernel=content["metadata"].get("kernelspec", {}).get("name", "python3"),
        sha256=hashlib.sha256(json.dumps([source[:2] for source in sources]).encode()).hexdigest(),
    )


def read_all(paths: Mapping[str, Path]) -> tuple[dict[str, Notebook], list[str]]:
    """The notebooks that can be read, under the names given, and what is wrong with the others."""
    books, faults = {}, []
    for name, path in paths.items():
        try:
            books[name] = read(path)
        except PipelineError as error:
            faults.append(str(error))
    return books, faults


def without_magics(source: str) -> str:
    """The source with IPython's line magics blanked, as `ast` can read it; a cell magic blanks the whole cell."""
    if source.lstrip().startswith("%%"):
        return ""
    return "\n".join("" if _MAGIC.match(line) else line for line in source.splitlines())


def _fault_of_form(content: object) -> str | None:
    """What keeps a JSON file from being a notebook of format 4, as far as the runner relies on it."""
    if not isinstance(content, dict) or not isinstance(content.get("cells"), list):
        return "it has no list of cells"
    if content.get("nbformat") != 4:
        return f"it has format {content.get('nbformat')}; open and save it in JupyterLab for format 4"
    if not isinstance(content.get("metadata"), dict):
        return "it has no metadata"
    for number, cell in enumerate(content["cells"], start=1):
        if not isinstance(cell, dict) or cell.get("cell_type") not in ("code", "markdown", "raw"):
            return f"cell {number} of the file is neither code nor markdown nor raw"
        if not isinstance(cell.get("metadata"), dict) or not isinstance(cell.get("source"), str | list):
            return f"cell {number} of the file has no source or no metadata"
    return None


def _imports(source: str) -> Iterator[str]:
    try:
        tree = ast.parse(without_magics(source))
    except SyntaxError:  # The kernel will say so, with the cell; a preflight of imports is no syntax check.
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def _source(cell: dict[str, Any]) -> str:
    source = cell["source"]
    return source if isinstance(source, str) else "".join(source)


def _tags(cell: dict[str, Any]) -> tuple[str, ...]:
    return tuple(cell["metadata"].get("tags", ()))
