"""JupyterLab as `make lab` starts it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

START_S = 60
TOKEN = "only-for-this-test"


@pytest.fixture(scope="module")
def lab(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running JupyterLab."""
    if not (checkout / ".venv" / "installed").is_file():
        pytest.skip("there is no .venv in the checkout; `make lab` would install one, as `make test` does")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = f"--no-browser --allow-root --ServerApp.port={port} --IdentityProvider.token={TOKEN}"
    home = {"JUPYTER_CONFIG_DIR": str(tmp_path_factory.mktemp("lab")), "MAKEFLAGS": ""}
    started = subprocess.Popen(
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
        assert started.poll() is None, "JupyterLab ended by itself"
        assert time.monotonic() < deadline, "JupyterLab does not answer"
        time.sleep(0.2)
    yield address
    os.killpg(started.pid, signal.SIGKILL)
    started.wait()


def test_lab_opens_on_the_notebooks(lab: str) -> None:
    """The file browser shows the four notebooks and the pipeline."""
    listed = requests.get(f"{lab}/api/contents", params={"token": TOKEN}, timeout=10).json()
    names = {entry["name"] for entry in listed["content"]}
    assert {"01_eda.ipynb", "02_clustering.ipynb", "03_forecast.ipynb", "04_report.ipynb", "monthly.yml"} <= names


def test_lab_has_the_kernel_of_the_notebooks(lab: str) -> None:
    """The kernel that the notebooks name is offered."""
    offered = requests.get(f"{lab}/api/kernelspecs", params={"token": TOKEN}, timeout=10).json()
    assert "python3" in offered["kernelspecs"]


def _answers(address: str) -> bool:
    try:
        return requests.get(f"{address}/api", timeout=1).ok
    except requests.RequestException:
        return False
