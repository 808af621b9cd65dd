"""What a run needs, looked at before its first cell: notebooks, kernels, packages, inputs, disk and places."""

from __future__ import annotations

import importlib.util
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

from runner import inputs
from runner.delivery import database, stores
from runner.errors import InputError, PreflightError, RunnerError, listed
from runner.notebooks import Notebook
from runner.settings import Settings, masked
from runner.wording import memory

LEAST_FREE_BYTES = 500 << 20
"""A run's copies, tables and models take a few tens of megabytes; a disk this full breaks more than a run."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    subject: str
    fault: str | None = None
    """What is wrong, and what to do; None where all is well."""
    detail: str = ""


def look(
    notebooks: Iterable[Notebook], sources: Mapping[str, str], parameters: Iterable[str], settings: Settings
) -> list[Finding]:
    """All findings, good and bad. `sources` are the inputs to fetch, `parameters` the notebooks that receive values."""
    books = list(notebooks)
    return [
        *(_notebook(book, receives=book.path.name in set(parameters)) for book in books),
        *_kernels(books),
        *_packages(books, settings.checkout),
        _folder(settings.output),
        *(_input(name, source, settings.output, settings) for name, source in sources.items()),
        _database(settings),
        _bucket(settings),
    ]


def require(findings: Iterable[Finding]) -> None:
    """Raise a `PreflightError` that names every fault, if there is one."""
    faults = [f"{finding.subject}: {finding.fault}" for finding in findings if finding.fault]
    if faults:
        raise PreflightError(listed("refused before the first cell, and nothing was started:", faults))


def _notebook(notebook: Notebook, *, receives: bool) -> Finding:
    subject = notebook.path.name
    if not notebook.cells:
        return Finding(subject, "has no cell with code")
    if notebook.parameters is None and receives:
        return Finding(subject, "has no cell tagged `parameters`, but parameters are given to it")
    return Finding(subject, detail=f"{len(notebook.cells)} cells with code")


def _kernels(notebooks: Iterable[Notebook]) -> Iterator[Finding]:
    for name in sorted({notebook.kernel for notebook in notebooks}):
        subject = f"kernel {name}"
        try:
            program = KernelSpecManager().get_kernel_spec(name).argv[0]
        except NoSuchKernel:
            known = ", ".join(sorted(KernelSpecManager().find_kernel_specs())) or "none"
            yield Finding(subject, f"is not installed (installed: {known}); `python -m ipykernel install` adds one")
            continue
        found = shutil.which(program) or program.startswith("python")
        yield Finding(subject, None if found else f"its program {program} is missing", detail=program)


def _packages(notebooks: Iterable[Notebook], checkout: Path) -> Iterator[Finding]:
    """Modules that the notebooks import: installed, in the checkout, or beside the notebook."""
    for notebook in notebooks:
        places = (notebook.path.parent, checkout)
        missing = [name for name in sorted(notebook.imports) if not _installed(name, places)]
        fault = f"not installed: {', '.join(missing)}; `make run` installs the lock" if missing else None
        yield Finding(f"packages of {notebook.path.name}", fault, detail=f"{len(notebook.imports)} imported")


def _installed(name: str, places: Iterable[Path]) -> bool:
    if name in sys.builtin_module_names or any((p / name).is_dir() or (p / f"{name}.py").is_file() for p in places):
        return True
    return importlib.util.find_spec(name) is not None


def _folder(output: Path) -> Finding:
    subject = f"output folder {output}"
    try:
        output.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=output):
            free = shutil.disk_usage(output).free
    except OSError as error:
        return Finding(subject, f"cannot be written to: {error.strerror}")
    if free < LEAST_FREE_BYTES:
        return Finding(subject, f"only {memory(free)} of disk are free; a run wants {memory(LEAST_FREE_BYTES)}")
    return Finding(subject, detail=f"{memory(free)} free")


def _input(name: str, source: str, folder: Path, settings: Settings) -> Finding:
    """A file or folder must be there now; what lies elsewhere is asked for when the run fetches it."""
    subject, shown = f"input {name}", inputs.shown(source)
    if "://" in source:
        return Finding(subject, detail=f"{shown}, to be fetched")
    try:
        inputs.fetch(source, folder, settings)
    except InputError as error:
        return Finding(subject, str(error))
    return Finding(subject, detail=shown)


def _database(settings: Settings) -> Finding:
    subject, engine = "database", database.engine(settings.database_url)
    try:
        database.ping(engine)
    except RunnerError as error:
        return Finding(subject, str(error))
    finally:
        engine.dispose()
    return Finding(subject, detail=masked(settings.database_url))


def _bucket(settings: Settings) -> Finding:
    subject = f"bucket {settings.bucket}" if settings.bucket else "archive"
    try:
        stores.store_of(settings).ping()
    except RunnerError as error:
        return Finding(subject, str(error))
    return Finding(subject, detail=settings.endpoint_url or ("AWS" if settings.bucket else "the output folder itself"))
