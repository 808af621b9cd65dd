"""Where a run comes from, and all that decides what a step computes.

Facts of a run are its commit and uncommitted changes, packages, Python, host and user. The parts of a step's content
are kept apart in the record, so that a later run can say which of them changed.
"""

from __future__ import annotations

import ast
import getpass
import hashlib
import importlib.metadata
import json
import os
import platform
import re
import socket
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import psutil

from runner.origins.checkout import of_checkout as of_checkout
from runner.reading import magics
from runner.reading.notebooks import PARAMETERS, Cell, Notebook
from runner.records import digests
from runner.secrecy.redaction import Redactor
from runner.values.literals import literal
from runner.values.shown import shown

LOCK = "requirements.lock"
NO_DIGEST = ", no digest"
MOST_REASONS = 3
_IMPORT = re.compile(r"^\s*(?:from|import)\s+(\w+)", re.MULTILINE)
_SHORT = 40


def of_run(checkout: Path, folder: Path | None = None, redactor: Redactor | None = None) -> dict[str, Any]:
    """The facts that all steps of a run share; what differs from the commit is kept in `folder` as `changes.diff`."""
    lock = checkout / LOCK
    return {
        "git": of_checkout(checkout, folder, redactor),
        "lock_sha256": digests.of_file(lock) if lock.is_file() else None,
        "packages_sha256": packages_digest(),
        "python": platform.python_version(),
        "executable": sys.executable,
        "platform": platform.platform(),
        "machine": platform.machine(),
        "cpus": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_bytes": psutil.virtual_memory().total,
        "host": socket.gethostname(),
        "user": getpass.getuser(),
        "pid": os.getpid(),
        "process_started": psutil.Process().create_time(),
    }


def packages_digest() -> str:
    """Digest of name and version of every installed package, those outside the lock included."""
    # setuptools, once it is imported, puts packages of its own there, which nobody installed.
    places = [place for place in sys.path if not place.endswith("_vendor")]
    # Read as a whole, as `Distribution.metadata` does, they would take a quarter of a second.
    found = importlib.metadata.distributions(path=places)
    told = [one.read_text("METADATA") or one.read_text("PKG-INFO") or "" for one in found]
    installed = {(_header(one, "Name"), _header(one, "Version")) for one in told}
    lines = sorted(f"{re.sub(r'[-_.]+', '-', name).lower()}=={version}\n" for name, version in installed)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _header(metadata: str, name: str) -> str:
    found = re.search(rf"^{name}:[ \t]*(.*?)[ \t\r]*$", metadata.partition("\n\n")[0], re.MULTILINE)
    return found.group(1) if found else ""


def code_digests(places: Iterable[Path], modules: Iterable[str]) -> dict[str, str]:
    """Digest of each of those packages and modules that lies in one of the places, and of those that they import."""
    roots, found, waiting, seen = list(places), dict[str, str](), set(modules), set[str]()
    while waiting:
        name = waiting.pop()
        seen.add(name)
        files = [(root, path) for root in roots for path in _files(root, name)]
        if not files:
            continue
        digest = hashlib.sha256()
        for root, path in files:
            content = path.read_bytes()
            digest.update(f"{path.relative_to(root).as_posix()}\0{hashlib.sha256(content).hexdigest()}\n".encode())
            if path.suffix == ".py":
                waiting |= set(_IMPORT.findall(content.decode("utf-8", errors="replace"))) - seen
        found[name] = digest.hexdigest()
    return dict(sorted(found.items()))


def content_parts(
    notebook: Notebook,
    values: Mapping[str, object],
    *,
    inputs: Mapping[str, str | None],
    before: Mapping[str, Mapping[str, str]],
    checkout: Path,
    facts: Mapping[str, Any],
) -> dict[str, Any]:
    """All that decides what a step computes, in parts that JSON can hold.

    `values` are the effective parameters without those that the runner sets (`run_folder`). `inputs` gives for each
    parameter that receives an input the digest of what was fetched, None where it has none (a public name such as
    `demo`): then the name itself counts. `before` gives for each needed step the digests of the files that it wrote,
    by path; executed copies do not count. `facts` are those of `of_run`.
    """
    return {
        "notebook": notebook_digest(notebook, {*values, *inputs}),
        "parameters": {name: _told(value) for name, value in sorted(values.items()) if name not in inputs},
        "inputs": {name: digest or f"{_told(values.get(name))}{NO_DIGEST}" for name, digest in sorted(inputs.items())},
        "before": {step: _handed_on(files) for step, files in sorted(before.items())},
        "code": code_digests((notebook.path.parent, checkout), notebook.imports),
        "lock": facts["lock_sha256"],
        "packages": facts["packages_sha256"],
        "python": facts["python"],
        "kernel": notebook.kernel,
    }


def undigested(parts: Mapping[str, Any]) -> list[str]:
    """The inputs that have no digest, so that equal keys do not prove equal data."""
    return [name for name, told in parts["inputs"].items() if told.endswith(NO_DIGEST)]


def content_key(parts: Mapping[str, Any]) -> str:
    """Digest of a step's parts: equal keys, equal work."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def why(earlier: Mapping[str, Any] | None, now: Mapping[str, Any]) -> str:
    """Why a step runs, in one line: what is not as it was when it last ran."""
    if earlier is None:
        return "no earlier run of it is there"
    changed = list(_changed(earlier, now))
    if not changed:
        return "nothing changed"
    more = [f"and {len(changed) - MOST_REASONS} more"] if len(changed) > MOST_REASONS else []
    return "; ".join(changed[:MOST_REASONS] + more)


def notebook_digest(notebook: Notebook, declared: Iterable[str] = ()) -> str:
    """Digest of what the code cells say to Python: comments, layout, prose and outputs do not count.

    Nor do the defaults of `declared` parameters: what counts is the value that a run uses.
    """
    said = [(PARAMETERS in cell.tags, _said(cell, set(declared) | {"run_folder"})) for cell in notebook.cells]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def _said(cell: Cell, declared: set[str]) -> str:
    try:
        tree = magics.tree(cell.source)
    except SyntaxError:
        return cell.source
    if PARAMETERS in cell.tags:
        tree.body = [node for node in tree.body if not _declares(node, declared)]
    return ast.dump(tree)


def _declares(node: ast.stmt, names: set[str]) -> bool:
    return isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id in names


def _files(root: Path, name: str) -> list[Path]:
    inside = (root / name).rglob("*") if (root / name).is_dir() else iter(())
    own = [path for path in inside if path.is_file() and "__pycache__" not in path.parts]
    module = root / f"{name}.py"
    return sorted([*own, module] if module.is_file() else own)


def _told(value: object) -> str:
    """The value as a notebook would write it, without passwords."""
    return shown(literal(value))


def _handed_on(files: Mapping[str, str]) -> dict[str, str]:
    return {path: digest for path, digest in sorted(files.items()) if not path.endswith(".ipynb")}


def _changed(earlier: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    for name, old, new in _differences(earlier, now, "parameters"):
        yield f"parameter {name} {_turned(old, new)}"
    # Another Python may write the same syntax tree in another way.
    if earlier.get("notebook") != now["notebook"] and earlier.get("python") == now["python"]:
        yield "the notebook's code changed"
    for part, words in (("inputs", "input {}"), ("code", "{}")):
        for name, old, new in _differences(earlier, now, part):
            yield f"{words.format(name)} {_turned(old, new, show=False)}"
    before, after = earlier.get("before", {}), now["before"]
    for step in sorted({*before, *after}):
        files = list(_differences(before, after, step))
        if len(files) > 1:
            yield f"{len(files)} files of {step} changed"
        else:
            yield from (f"{path} of {step} {_turned(old, new, show=False)}" for path, old, new in files)
    yield from _surroundings_changed(earlier, now)


def _surroundings_changed(earlier: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    for part, word in (("packages", "packages"), ("lock", LOCK)):
        if earlier.get(part) != now[part]:
            yield f"{word} changed"
    for part, word in (("python", "Python"), ("kernel", "kernel")):
        if earlier.get(part) != now[part]:
            yield f"{word} changed {earlier.get(part)} → {now[part]}"


def _differences(
    earlier: Mapping[str, Any], now: Mapping[str, Any], part: str
) -> Iterator[tuple[str, str | None, str | None]]:
    old, new = earlier.get(part, {}), now.get(part, {})
    for name in sorted({*old, *new}):
        if old.get(name) != new.get(name):
            yield name, old.get(name), new.get(name)


def _turned(old: str | None, new: str | None, *, show: bool = True) -> str:
    if old is None:
        return f"is new: {_brief(new)}" if show else "is new"
    if new is None:
        return "is gone"
    return f"changed {_brief(old)} → {_brief(new)}" if show else "changed"


def _brief(text: str | None) -> str:
    text = text or ""
    return text if len(text) <= _SHORT else f"{text[: _SHORT - 1]}…"
