"""JupyterLab and a console on a step that was brought back."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests

from runner.editing import jupyter
from runner.settings import Settings
from tests.runner.editing.conftest import Stopped

START_S = 60
SECRET = "hunter22-of-the-host"
HELD = {"AWS_SECRET_ACCESS_KEY": SECRET, "INSIDERS_DATABASE_URL": f"sqlite:///{SECRET}", "INSIDERS_SPOOL": SECRET}
"""What the runner's environment may hold, and nothing that it starts for a person."""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """The environment of a person who calls the runner."""
    places = {"JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime"), "JUPYTER_CONFIG_DIR": str(tmp_path / "config")}
    return {**os.environ, **HELD, **places, "BROWSER": "true", "IPYTHONDIR": str(tmp_path / "ipython")}


def become_lab(ran: Stopped, target: Path) -> list[str]:
    """The command that becomes JupyterLab on the failed step."""
    attached = ran.attach("item", target)
    said = (
        "import os; from pathlib import Path; from runner.editing import jupyter, scratch; "
        "from runner.settings import Settings; "
        f"at = scratch.Attached(Path({str(attached.folder)!r}), Path({str(attached.notebook)!r}), "
        f"Path({str(attached.source)!r}), None, (), {{}}); "
        "places = Settings(Path('/'), Path('/'), 'sqlite://'); "
        "jupyter.lab(at, jupyter.environment(places, 'item', {})).become()"
    )
    return [sys.executable, "-c", said]


@pytest.fixture
def lab(ran: Stopped, environment: dict[str, str], tmp_path: Path) -> Iterator[tuple[psutil.Process, dict[str, Any]]]:
    """The process of a JupyterLab, and what it tells of itself."""
    started = subprocess.Popen(
        become_lab(ran, tmp_path / "at"), env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    told = tmp_path / "runtime" / f"jpserver-{started.pid}.json"
    deadline = time.monotonic() + START_S
    while not (told.is_file() and told.read_text().endswith("}")):
        assert started.poll() is None, "JupyterLab ended by itself"
        assert time.monotonic() < deadline, "JupyterLab does not answer"
        time.sleep(0.1)
    process = psutil.Process(started.pid)
    yield process, json.loads(told.read_text())
    for one in [*process.children(recursive=True), process]:
        one.kill()
    started.wait()


def test_lab_opens_the_notebook_in_a_kernel_without_credentials(
    lab: tuple[psutil.Process, dict[str, Any]], ran: Stopped
) -> None:
    """The scratch folder is what it shows; its kernel works beside the notebooks, as in a run."""
    process, told = lab
    ask = requests.Session()
    ask.headers["Authorization"] = f"token {told['token']}"
    address = f"http://127.0.0.1:{told['port']}"
    page = ask.get(address, timeout=60, allow_redirects=False)
    assert page.headers["Location"].startswith("/lab/tree/item.ipynb")
    settings = json.loads(
        re.findall(
            r'id="jupyter-config-data"[^>]*>(.*?)</script>', ask.get(f"{address}/lab", timeout=60).text, re.DOTALL
        )[0]
    )
    assert "@jupyterlab/apputils-extension:announcements" in settings["disabledExtensions"], "it would look for news"
    listed = ask.get(f"{address}/api/contents", timeout=60).json()["content"]
    assert {"item.ipynb", "artifacts"} == {one["name"] for one in listed}
    session = {"path": "item.ipynb", "name": "item.ipynb", "type": "notebook", "kernel": {"name": "python3"}}
    assert ask.post(f"{address}/api/sessions", json=session, timeout=60).status_code == 201
    living = [one for one in process.children() if one.status() != psutil.STATUS_ZOMBIE]
    (kernel,) = [one for one in living if "ipykernel_launcher" in one.cmdline()]
    assert kernel.cwd() == str(ran.notebooks)
    for one in (process, kernel):
        assert SECRET not in "".join(one.environ().values())
        assert one.environ()["INSIDERS_STEP"] == "item"


def test_a_console_has_run_the_cells_before_the_stop(
    ran: Stopped, environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their names are there, the failed cell has not run, and no credential is in reach."""
    asked = (
        "import os\nprint([level, os.getcwd(), os.environ.get('AWS_SECRET_ACCESS_KEY'), 'Path' in globals()])\nexit\n"
    )
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    given = jupyter.environment(Settings(tmp_path, tmp_path, "sqlite://"), "item", {})
    start = jupyter.console(ran.attach("item", tmp_path / "at"), given)
    done = subprocess.run(
        start.command,
        cwd=start.folder,
        env=dict(start.environment),
        input=asked,
        capture_output=True,
        text=True,
        timeout=START_S,
    )
    assert f"['bad', '{ran.notebooks}', None, False]" in done.stdout, done.stderr
    waiting = json.loads((tmp_path / "at" / ".attached" / jupyter.UP_TO_HERE).read_text())["cells"][-1]["source"]
    assert waiting.startswith("get_ipython().set_next_input('import os\\nfrom pathlib import Path")


def test_the_environment_is_that_of_a_runs_kernel(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """With a screen, the data folder, and the secrets that a person has allowed."""
    for name, value in {**HELD, "DISPLAY": ":0"}.items():
        monkeypatch.setenv(name, value)
    places = Settings(tmp_path, tmp_path, "sqlite://", data=tmp_path / "data")
    found = jupyter.environment(places, "item", {"SHOP_WORD": "given"})
    assert not found.keys() & HELD.keys()
    assert (found["DISPLAY"], found["INSIDERS_DATA"], found["SHOP_WORD"]) == (":0", str(tmp_path / "data"), "given")
