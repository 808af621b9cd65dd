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

from runner import wording
from runner.errors import InputError, PreflightError, RunnerError, listed
from runner.intake import accepted, inputs
from runner.reading import lint
from runner.reading.notebooks import Notebook
from runner.settings import Settings, masked
from runner.stores.s3 import S3Store
from runner.stores.store import store_of
from runner.tables import database
from runner.wording import memory

LEAST_FREE_BYTES = 500 << 20
"""A run's copies, tables and models take a few tens of megabytes; a disk this full breaks more than a run."""

UNLOCKED = "has no Object Lock (a bucket gets it when it is made), or does not let us ask: INSIDERS_RETENTION_DAYS ="


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    subject: str
    fault: str | None = None
    """What is wrong, and what to do; a run is refused because of it. None where all is well."""
    detail: str = ""
    remark: str | None = None
    """What is wrong, and what to do, although a run may go ahead."""

    advice: str | None = None
    """What could be better; nothing depends on it."""

    @property
    def wrong(self) -> str | None:
        """The fault or the remark."""
        return self.fault or self.remark


def look(
    notebooks: Iterable[Notebook], sources: Mapping[str, str], parameters: Iterable[str], settings: Settings
) -> list[Finding]:
    """All findings, good and bad. `sources` are the inputs to fetch, `parameters` the notebooks that receive values."""
    books = list({book.path: book for book in notebooks}.values())
    receive = set(parameters)
    return [
        *(finding for book in books for finding in of_notebook(book, receives=book.path.name in receive)),
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


def of_notebook(notebook: Notebook, *, receives: bool) -> Iterator[Finding]:
    """What is found of one notebook, without its kernel and its packages."""
    subject = notebook.path.name
    remarks = lint.remarks(notebook)
    yield from (Finding(subject, fault=one.text) if one.stops else Finding(subject, remark=one.text) for one in remarks)
    if not notebook.cells:
        yield Finding(subject, "has no cell with code; write one, or take its step out of the pipeline")
    elif notebook.parameters is None and receives:
        yield Finding(
            subject, "has no cell tagged `parameters`, but parameters are given to it; tag the one that declares"
        )
    elif not remarks:
        yield Finding(subject, detail=f"{len(notebook.cells)} cells with code")


def _kernels(notebooks: Iterable[Notebook]) -> Iterator[Finding]:
    manager = KernelSpecManager()
    for name in sorted({notebook.kernel for notebook in notebooks}):
        subject = f"kernel {name}"
        try:
            spec = manager.get_kernel_spec(name)
        except (NoSuchKernel, ValueError, OSError):
            known = sorted(manager.find_kernel_specs())
            hint = wording.nearest(name, known) or f"; installed: {', '.join(known) or 'none'}"
            yield Finding(subject, f"is not installed; choose another in JupyterLab, or install it{hint}")
            continue
        program = spec.argv[0] if spec.argv else "nothing"
        fault = None
        if spec.language.lower() not in ("python", ""):
            fault = f"runs {spec.language}; choose a Python kernel in JupyterLab"
        elif not (shutil.which(program) or program.startswith("python")):
            fault = f"its program {program} is missing; install the kernel again: `python -m ipykernel install --user`"
        yield Finding(subject, fault, detail=program)


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
    try:
        return importlib.util.find_spec(name) is not None
    except ValueError:  # a module that is there, but was not loaded in the usual way, such as `__main__`
        return True


def _folder(output: Path) -> Finding:
    """Whether files can be made in the folder, or where it is still to be made; nothing is left behind."""
    subject = f"output folder {output}"
    there = next(place for place in (output, *output.parents) if place.exists())
    try:
        with tempfile.TemporaryFile(dir=there):
            free = shutil.disk_usage(there).free
    except OSError as error:
        return Finding(subject, f"cannot be written to: {error.strerror}; set INSIDERS_OUTPUT to another")
    if free < LEAST_FREE_BYTES:
        said = f"only {memory(free)} of disk are free; a run wants {memory(LEAST_FREE_BYTES)}: make room"
        return Finding(subject, f"{said}, or set INSIDERS_OUTPUT to a folder on another disk")
    return Finding(subject, detail=f"{memory(free)} free")


def _input(name: str, source: str, folder: Path, settings: Settings) -> Finding:
    """A file or folder must be there now; what lies elsewhere is asked for when the run fetches it."""
    subject, shown = f"input {name}", inputs.shown(source)
    if source == accepted.NAME:
        return Finding(subject, detail="the accepted run before this one, where there is one")
    if "://" in source:
        return Finding(subject, detail=f"{shown}, to be fetched")
    try:
        inputs.fetch(source, folder, settings)
    except InputError as error:
        return Finding(subject, str(error))
    return Finding(subject, detail=shown)


def _database(settings: Settings) -> Finding:
    subject, url = "database", settings.database_url
    path = Path(url.removeprefix("sqlite:///").partition("?")[0])
    if url.startswith("sqlite:///") and not path.exists():
        return Finding(subject, detail=f"{url}, to be made")
    engine = database.engine(url)
    try:
        database.ping(engine)
    except RunnerError as error:
        return Finding(subject, str(error))
    finally:
        engine.dispose()
    return Finding(subject, detail=masked(url))


def _bucket(settings: Settings) -> Finding:
    if not settings.bucket:
        return Finding("archive", detail="the output folder itself")
    subject = f"bucket {settings.bucket}"
    store = store_of(settings)
    try:
        store.ping()
        unlocked = settings.retention_days is not None and isinstance(store, S3Store) and store.retention is None
    except RunnerError as error:
        return Finding(subject, str(error))
    remark = f"{UNLOCKED} {settings.retention_days} locks nothing" if unlocked else None
    return Finding(subject, detail=settings.endpoint_url or "AWS", remark=remark)
