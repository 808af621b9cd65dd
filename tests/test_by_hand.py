"""The notebooks as a data scientist runs them: every default parameter, the folder of the notebooks, no runner."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = ("01_eda.ipynb", "02_clustering.ipynb", "03_forecast.ipynb", "04_report.ipynb")


@pytest.fixture(scope="module")
def executed(
    checkout: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch_module: pytest.MonkeyPatch
) -> dict[str, Any]:
    """The four notebooks run one after the other on a small shop, in a folder laid out as the checkout is."""
    desk = tmp_path_factory.mktemp("desk")
    shutil.copytree(checkout / "notebooks", desk / "notebooks")
    for name, value in {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}.items():
        monkeypatch_module.setenv(name, value)
    done = {}
    for name in NOTEBOOKS:
        notebook = nbformat.read(desk / "notebooks" / name, as_version=4)
        for cell in notebook.cells:
            cell.source = cell.source.replace('source: str = "auto"', 'source: str = "demo:300"')
        done[name] = NotebookClient(notebook, resources={"metadata": {"path": str(desk / "notebooks")}}).execute()
    return done


@pytest.fixture(scope="module")
def monkeypatch_module() -> Any:
    """A monkeypatch that lasts as long as the module's fixtures."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("INSIDERS_SPOOL", raising=False)
        yield patch


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_publish_shows_and_delivers_nothing(executed: dict[str, Any], name: str) -> None:
    """By hand the last cell shows what would be delivered, with digests, and delivers nothing."""
    (shown,) = [output for output in executed[name].cells[-1].outputs if "text/plain" in output.get("data", {})]
    assert "this would be delivered by the runner; nothing was" in shown.data["text/plain"]
    assert "artifacts/" in shown.data["text/plain"]
