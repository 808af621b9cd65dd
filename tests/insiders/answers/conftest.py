"""One small run for all answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from insiders.answers import evidence
from insiders.answers.evidence import Evidence
from tests.insiders import small_run


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run folder with every table that the report reads."""
    return small_run.write(tmp_path_factory.mktemp("run"))


@pytest.fixture(scope="session")
def run(run_folder: Path) -> Evidence:
    """Those tables, read."""
    return evidence.read(run_folder)
