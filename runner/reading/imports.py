"""What a notebook imports of installed packages, read from its cells and from the project's own modules they import.

Nothing is imported for it. The project's own modules are not in the answer: they may change between two runs of a
kernel, and what they do at their import belongs to the notebook.
"""

from __future__ import annotations

import ast
import functools
import sysconfig
from collections.abc import Iterable, Iterator
from pathlib import Path

from runner.reading import magics
from runner.reading.notebooks import Notebook

Statement = tuple[str, tuple[str, ...]]
"""A module, and the names that are imported from it."""


def installed(notebook: Notebook, checkout: Path) -> tuple[str, ...]:
    """The modules of installed packages that running the notebook's imports would load first, in their order."""
    own = (notebook.path.parent, checkout)
    found: dict[str, None] = {}
    seen: set[Path] = set()
    waiting = [one for cell in notebook.cells for one in _of_cell(cell.source)]
    while waiting:
        module, names = waiting.pop(0)
        root = next((place for place in own if _is_there(place, module.partition(".")[0])), None)
        if root is None:
            found |= dict.fromkeys(_modules(module, names))
            continue
        new = [file for file in _files(root, module, names) if file not in seen]
        seen.update(new)
        waiting = [one for file in new for one in _of_file(file, root)] + waiting
    return tuple(found)


def _of_cell(source: str) -> tuple[Statement, ...]:
    try:
        return tuple(_statements(magics.tree(source).body, ""))
    except SyntaxError:  # a fault of its own, which `runner.reading.lint` tells
        return ()


@functools.lru_cache(maxsize=1024)
def _parsed(file: Path, package: str, changed: int) -> tuple[Statement, ...]:  # noqa: ARG001 - a part of the key
    try:
        return tuple(_statements(ast.parse(file.read_bytes()).body, package))
    except (SyntaxError, ValueError, OSError):
        return ()


def _of_file(file: Path, root: Path) -> tuple[Statement, ...]:
    return _parsed(file, ".".join(file.relative_to(root).parent.parts), file.stat().st_mtime_ns)


def _statements(body: Iterable[ast.stmt], package: str) -> Iterator[Statement]:
    """The imports that are made whenever the code runs; what stands in a function or under a condition may never be."""
    for node in body:
        if isinstance(node, ast.Import):
            yield from ((alias.name, ()) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package.split(".")[: len(package.split(".")) + 1 - node.level] if node.level else []
            yield ".".join([*base, *filter(None, [node.module])]), tuple(alias.name for alias in node.names)
        elif isinstance(node, ast.With):
            yield from _statements(node.body, package)


def _modules(module: str, names: Iterable[str]) -> Iterator[str]:
    """The module, if it is installed, with those of the names that are modules themselves."""
    for place in _site_packages():
        if _is_there(place, module):
            yield module
            yield from (f"{module}.{name}" for name in names if _is_there(place, f"{module}.{name}"))
            return


def _files(root: Path, module: str, names: Iterable[str]) -> Iterator[Path]:
    """The files that importing a module of the project runs: its packages', its own, and those of names in it."""
    parts = module.split(".")
    dotted = [".".join(parts[:count]) for count in range(1, len(parts) + 1)] + [f"{module}.{name}" for name in names]
    for one in dotted:
        path = root.joinpath(*one.split("."))
        yield from (file for file in (path / "__init__.py", path.with_name(f"{path.name}.py")) if file.is_file())


@functools.lru_cache(maxsize=4096)
def _is_there(place: Path, module: str) -> bool:
    """Whether a folder of packages holds a module."""
    path = place.joinpath(*module.split("."))
    if (path / "__init__.py").is_file() or path.with_name(f"{path.name}.py").is_file():
        return True
    return any(path.parent.glob(f"{path.name}.*.so")) or path.with_name(f"{path.name}.so").is_file()


@functools.cache
def _site_packages() -> tuple[Path, ...]:
    return tuple(dict.fromkeys(Path(sysconfig.get_path(name)) for name in ("purelib", "platlib")))
