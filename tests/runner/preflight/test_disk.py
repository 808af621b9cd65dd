"""The folder of all runs, before a run."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests.runner.bench import NOTEBOOKS, Bench
from tests.runner.preflight.looks import faults


def test_an_output_folder_that_cannot_be_made_is_named(bench: Bench, tmp_path: Path) -> None:
    """A file where the folder should be is no folder."""
    (tmp_path / "file").touch()
    settings = replace(bench.settings, output=tmp_path / "file" / "output")
    assert f"output folder {settings.output}" in faults(settings, NOTEBOOKS / "values.ipynb")


def test_a_full_disk_is_named(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Below a few hundred megabytes no run is begun."""
    full = shutil.disk_usage("/")._replace(free=100 << 20)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: full)
    found = faults(bench.settings, NOTEBOOKS / "values.ipynb")
    assert found[f"output folder {bench.settings.output}"].startswith("only 100 MiB of disk are free")
