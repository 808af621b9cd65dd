"""Notebooks as they lie in the checkout: read and looked at, never run and never changed."""

from __future__ import annotations

import ast
import codecs
import hashlib
import json
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from runner import wording
from runner.errors import PipelineError
from runner.reading import form, magics

PARAMETERS = "parameters"
LARGEST_BYTES = 50 << 20
"""A notebook without outputs has a few tens of kilobytes."""
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True)
class Cell:
    """One cell."""

    number: int
    """Position among the code cells that hold code, from 1; a fresh run shows it as `In [n]` until parameters come."""
    source: str
    tags: tuple[str, ...]
    kind: str = "code"
    """`code`, `markdown` or `raw`."""
    has_outputs: bool = False
    """Whether the file keeps outputs of the cell, or the count of an execution."""

    @property
    def holds_code(self) -> bool:
        """Whether a kernel has anything to do for it."""
        return self.kind == "code" and bool(self.source.strip())


@dataclass(frozen=True)
class Notebook:
    """A notebook file: its code cells and what they ask for."""

    path: Path
    cells: tuple[Cell, ...]
    """The code cells that hold code."""
    kernel: str
    """Name of the kernel specification, `python3` where the file names none."""
    sha256: str
    """Digest of the sources of all cells, in order; outputs and metadata do not count."""
    others: tuple[Cell, ...] = ()
    """The other cells: prose, and code cells without code. They have no number."""

    @property
    def parameters(self) -> Cell | None:
        """The first cell tagged `parameters`."""
        return next((cell for cell in self.cells if PARAMETERS in cell.tags), None)

    @property
    def imports(self) -> frozenset[str]:
        """Top-level names of the modules that the cells import."""
        return frozenset(name for cell in self.cells for name in _imports(cell.source))

    @property
    def metrics(self) -> frozenset[str] | None:
        """Names of the metrics that the cells show, by `metric("name", …)`; None where a name is computed."""
        names = [name for cell in self.cells for name in _metrics(cell.source)]
        return None if None in names else frozenset(filter(None, names))


def read(path: Path) -> Notebook:
    """Read a notebook, or raise a `PipelineError` that says in one line what is wrong with the file."""
    try:
        content = form.content(_text(path))
        fault = form.fault(content)
    except OSError as error:
        raise PipelineError(f"{path}: cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise PipelineError(f"{path}: is not a notebook: {error}") from None
    if fault:
        raise PipelineError(f"{path}: is not a notebook: {fault}")
    cells = [_cell(cell) for cell in content["cells"]]
    code = [cell for cell in cells if cell.holds_code]
    said = [(cell.kind, cell.source) for cell in cells]
    return Notebook(
        path=path,
        cells=tuple(replace(cell, number=number) for number, cell in enumerate(code, start=1)),
        kernel=content["metadata"].get("kernelspec", {}).get("name", "python3"),
        sha256=hashlib.sha256(json.dumps(said).encode()).hexdigest(),
        others=tuple(cell for cell in cells if not cell.holds_code),
    )


def read_all(paths: Mapping[str, Path]) -> tuple[dict[str, Notebook], list[str]]:
    """The notebooks that can be read, under the names given, and what is wrong with the others, once for each file."""
    books: dict[Path, Notebook] = {}
    faults: dict[Path, str] = {}
    for path in dict.fromkeys(paths.values()):
        try:
            books[path] = read(path)
        except PipelineError as error:
            faults[path] = str(error)
    return {name: books[path] for name, path in paths.items() if path in books}, list(faults.values())


def _text(path: Path) -> str:
    """The text of a file, or an OSError, a ValueError or a `PipelineError` that says why there is none."""
    try:
        facts = path.stat()
    except FileNotFoundError:
        what = "is a link to nothing" if path.is_symlink() else "there is no such notebook"
        known = sorted(one.name for one in path.parent.glob("*.ipynb") if one.is_file())
        hint = wording.nearest(path.name, known) or f"; there are: {', '.join(known) or 'none'}"
        raise PipelineError(f"{path}: {what}{hint}") from None
    if not stat.S_ISREG(facts.st_mode):
        kind = "a folder" if stat.S_ISDIR(facts.st_mode) else "a device or a pipe"
        raise ValueError(f"it is {kind}; name an .ipynb file")
    if facts.st_size > LARGEST_BYTES:
        raise ValueError(f"it has {wording.memory(facts.st_size)}, mostly outputs perhaps; {form.CLEAR}")
    content = path.read_bytes()
    if content.startswith(codecs.BOM_UTF8):
        raise ValueError("it begins with a byte-order mark; save it as UTF-8 without one")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        what = "it is text in UTF-16" if content.startswith(_UTF_16) else f"byte {error.start} is no UTF-8"
        raise ValueError(f"{what}; save it as UTF-8") from None


def _cell(cell: Mapping[str, Any]) -> Cell:
    source = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
    has_outputs = bool(cell.get("outputs") or cell.get("execution_count"))
    return Cell(0, source, tuple(cell["metadata"].get("tags", ())), cell["cell_type"], has_outputs)


def _metrics(source: str) -> Iterator[str | None]:
    """The first argument of every call of `metric`, if it is a text as it stands."""
    try:
        tree = magics.tree(source)
    except SyntaxError:  # A fault of its own, which `runner.reading.lint` tells.
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "metric":
            first = node.args[0] if node.args else None
            yield first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else None


def _imports(source: str) -> Iterator[str]:
    try:
        tree = magics.tree(source)
    except SyntaxError:  # A fault of its own, which `runner.reading.lint` tells.
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]
