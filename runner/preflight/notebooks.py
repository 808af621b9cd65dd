"""What is found of the notebooks of a run: their cells and parameters, their kernels, the packages they import."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

from runner import wording
from runner.preflight.findings import Finding
from runner.reading import lint
from runner.reading.notebooks import Notebook


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


def of_kernels(notebooks: Iterable[Notebook]) -> Iterator[Finding]:
    """Whether the kernels that the notebooks ask for are installed, and run Python."""
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


def of_packages(notebooks: Iterable[Notebook], checkout: Path) -> Iterator[Finding]:
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
