"""JupyterLab, or a console, on a step that was brought back: how they are started, and with which environment.

They get the environment of a kernel of a run and nothing else, so neither a kernel nor a terminal in the browser holds
a credential, and `publish` shows what it would deliver. Kernels work in the folder of the notebooks, as in a run.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import nbformat

from runner.editing.marks import STOPPED
from runner.editing.scratch import OWN, Attached
from runner.kernel import process
from runner.reading import notebooks
from runner.settings import Settings

SCREEN = ("DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "BROWSER", "TERM", "COLORTERM")
"""What a browser and a terminal need to show themselves."""
UP_TO_HERE = "up_to_here.ipynb"
QUIET = {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}
"""JupyterLab's configuration of its page: it asks nobody whether it may look for news elsewhere."""


@dataclass(frozen=True)
class Start:
    """A program to become."""

    command: tuple[str, ...]
    folder: Path
    environment: Mapping[str, str]

    def become(self) -> None:
        """Replace this process by the program; nothing of the runner is left beside it."""
        sys.stdout.flush()
        os.chdir(self.folder)
        os.execve(self.command[0], list(self.command), dict(self.environment))  # noqa: S606 - that is what is asked for


def lab(attached: Attached, environment: Mapping[str, str]) -> Start:
    """JupyterLab at the notebook, in the scratch folder, with a workspace of its own."""
    folder = attached.folder
    options = {
        "ServerApp.root_dir": folder,
        "MappingKernelManager.root_dir": attached.source.parent,
        "LabApp.default_url": f"/lab/tree/{quote(attached.notebook.name)}",
        "LabApp.workspaces_dir": folder / OWN / "workspaces",
        "ServerApp.log_level": "WARN",
    }
    root = ["--allow-root"] if os.geteuid() == 0 else []
    command = (sys.executable, "-m", "jupyterlab", *root, *(f"--{name}={value}" for name, value in options.items()))
    page = folder / OWN / "labconfig" / "page_config.json"
    page.parent.mkdir(exist_ok=True)
    page.write_text(json.dumps(QUIET), encoding="utf-8")
    paths = os.pathsep.join(filter(None, (str(folder / OWN), environment.get("JUPYTER_CONFIG_PATH"))))
    return Start(command, folder, {**environment, "JUPYTER_CONFIG_PATH": paths})


def console(attached: Attached, environment: Mapping[str, str]) -> Start:
    """A console in which the cells before the stop have run, with the cell that failed waiting to be edited."""
    _up_to_here(attached)
    command = (sys.executable, "-m", "IPython", "--no-banner", "-i", str(attached.folder / OWN / UP_TO_HERE))
    return Start(command, attached.source.parent, environment)


def environment(settings: Settings, step: str, secrets: Mapping[str, str]) -> dict[str, str]:
    """The environment of a kernel of a run, without the run's spool, and with a screen."""
    additions = {"INSIDERS_STEP": step, **{name: os.environ[name] for name in SCREEN if name in os.environ}}
    if settings.data is not None:
        additions["INSIDERS_DATA"] = str(settings.data)
    return process.environment(os.environ, {**additions, **secrets})


def _up_to_here(attached: Attached) -> None:
    """Write the cells that a console runs first: those before the stop, or all of them."""
    cells = notebooks.read(attached.notebook).cells
    stop = next((cell.number for cell in cells if STOPPED in cell.tags), None)
    sources = [cell.source for cell in cells if stop is None or cell.number < stop]
    if stop is not None:
        sources.append(f"get_ipython().set_next_input({cells[stop - 1].source!r})")
    book = nbformat.v4.new_notebook(cells=list(map(nbformat.v4.new_code_cell, sources)))
    (attached.folder / OWN / UP_TO_HERE).write_text(json.dumps(book), encoding="utf-8")
