"""JupyterLab as `make lab` starts it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import requests

START_S = 60
TOKEN = "only-for-this-test"


@pytest.fixture(scope="module")
def started(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, psutil.Process]]:
    """The address of a running JupyterLab, and the process of `make lab`."""
    if not (checkout / ".venv" / "installed").is_file():
        pytest.skip("there is no .venv in the checkout; `make lab` would install one, as `make test` does")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = f"--no-browser --allow-root --ServerApp.port={port} --IdentityProvider.token={TOKEN}"
    home = {"JUPYTER_CONFIG_DIR": str(tmp_path_factory.mktemp("lab")), "MAKEFLAGS": ""}
    make = subprocess.Popen(
        ["make", "lab", f"ARGS={options}"],
        cwd=checkout,
        env={**os.environ, **home},
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + START_S
    while not _answers(address):
        assert make.poll() is None, "JupyterLab ended by itself"
        assert time.monotonic() < deadline, "JupyterLab does not answer"
        time.sleep(0.2)
    yield address, psutil.Process(make.pid)
    os.killpg(make.pid, signal.SIGKILL)
    make.wait()


@pytest.fixture
def lab(started: tuple[str, psutil.Process]) -> str:
    """The address of a running JupyterLab."""
    return started[0]


def test_lab_opens_on_the_notebooks(lab: str) -> None:
    """The file browser shows the four notebooks and the pipeline."""
    listed = requests.get(f"{lab}/api/contents", params={"token": TOKEN}, timeout=10).json()
    names = {entry["name"] for entry in listed["content"]}
    assert {"01_eda.ipynb", "02_clustering.ipynb", "03_forecast.ipynb", "04_report.ipynb", "monthly.yml"} <= names


def test_lab_has_the_kernel_of_the_notebooks(lab: str) -> None:
    """The kernel that the notebooks name is offered."""
    offered = requests.get(f"{lab}/api/kernelspecs", params={"token": TOKEN}, timeout=10).json()
    assert "python3" in offered["kernelspecs"]


def test_a_kernel_has_the_projects_packages_and_the_scratch_folder(
    started: tuple[str, psutil.Process], checkout: Path
) -> None:
    """It runs in `.venv`, beside the notebooks, from where the folder of their default parameters is there."""
    address, process = started
    session = {"path": "01_eda.ipynb", "name": "01_eda.ipynb", "type": "notebook", "kernel": {"name": "python3"}}
    headers = {"Authorization": f"token {TOKEN}"}
    assert requests.post(f"{address}/api/sessions", json=session, headers=headers, timeout=30).status_code == 201
    living = [one for one in process.children(recursive=True) if one.status() != psutil.STATUS_ZOMBIE]
    (kernel,) = [one for one in living if "ipykernel_launcher" in one.cmdline()]
    assert kernel.cmdline()[0].startswith(str(checkout / ".venv" / "bin"))
    assert kernel.cwd() == str(checkout / "notebooks")
    assert (checkout / "notebooks" / "../output_notebooks/scratch").is_dir()


def _answers(address: str) -> bool:
    try:
        return requests.get(f"{address}/api", timeout=1).ok
    except requests.RequestException:
        return False
