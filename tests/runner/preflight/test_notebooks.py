"""The notebooks of a run, before it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from runner.preflight.findings import require
from runner.preflight.looking import look
from runner.reading import notebooks
from tests.runner.bench import NOTEBOOKS, Bench
from tests.runner.preflight.looks import changed, faults


def test_a_missing_package_is_named(bench: Bench, tmp_path: Path) -> None:
    """A module must be installed, in the checkout, or beside the notebook."""
    (tmp_path / "beside.py").touch()
    path = changed(
        tmp_path / "a.ipynb", source="import beside, sys, insiders, yaml, nowhere_at_all\nfrom lost import x"
    )
    assert "not installed: lost, nowhere_at_all" in faults(bench.settings, path)["packages of a.ipynb"]


def test_a_missing_kernel_is_named(bench: Bench, tmp_path: Path) -> None:
    """The message tells which kernels there are."""
    path = changed(tmp_path / "a.ipynb", kernel="julia-9")
    assert "python3" in faults(bench.settings, path)["kernel julia-9"]


def test_a_kernel_of_another_language_is_named(bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parameters become Python; so is a kernel whose program is gone."""
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    for name, language, program in (("ir", "R", "R"), ("old", "python", "/nowhere/bin/python")):
        (tmp_path / "kernels" / name).mkdir(parents=True)
        spec = {"argv": [program], "display_name": name, "language": language}
        (tmp_path / "kernels" / name / "kernel.json").write_text(json.dumps(spec))
    assert "runs R" in faults(bench.settings, changed(tmp_path / "a.ipynb", kernel="ir"))["kernel ir"]
    found = faults(bench.settings, changed(tmp_path / "a.ipynb", kernel="old"))
    assert "its program /nowhere/bin/python is missing" in found["kernel old"]


def test_habits_are_told_and_no_reason(bench: Bench, tmp_path: Path) -> None:
    """What spoils a notebook without stopping its run is a remark."""
    path = changed(tmp_path / "a.ipynb", source="number = 3")
    findings = look([notebooks.read(path)], {}, [path.name], bench.settings)
    require(findings)
    (found,) = [one for one in findings if one.wrong]
    assert "the parameter number is assigned again" in (found.remark or "")


def test_a_notebook_that_receives_values_needs_a_cell_for_them(bench: Bench) -> None:
    """A notebook without a parameters cell cannot be given any."""
    assert "no cell tagged" in faults(bench.settings, NOTEBOOKS / "fails.ipynb")["fails.ipynb"]
