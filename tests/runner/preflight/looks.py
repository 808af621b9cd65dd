"""Looking at what a run needs, for the tests of preflight."""

from __future__ import annotations

import json
from pathlib import Path

from runner.preflight.looking import look
from runner.reading import notebooks
from runner.settings import Settings
from tests.runner.bench import NOTEBOOKS


def faults(settings: Settings, *paths: Path, sources: dict[str, str] | None = None) -> dict[str, str]:
    """The faults of notebooks that all receive values, by what they are of."""
    books = [notebooks.read(path) for path in paths]
    findings = look(books, sources or {}, [path.name for path in paths], settings)
    return {finding.subject: finding.fault for finding in findings if finding.fault}


def changed(path: Path, **facts: object) -> Path:
    """A copy of `values.ipynb` with another source of its last cell, or another kernel."""
    content = json.loads((NOTEBOOKS / "values.ipynb").read_text())
    content["cells"][-1]["source"] = facts.get("source", "1")
    content["metadata"]["kernelspec"]["name"] = facts.get("kernel", "python3")
    path.write_text(json.dumps(content))
    return path
