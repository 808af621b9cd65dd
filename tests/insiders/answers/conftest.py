"""One small run for all answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from insiders.answers import evidence, prospects
from insiders.answers.evidence import Evidence
from insiders.prospects.foreseen import Foreseen
from tests.insiders import small_run


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run folder with every table that the report reads."""
    return small_run.write(tmp_path_factory.mktemp("output") / "monthly" / "run")


@pytest.fixture(scope="session")
def run(run_folder: Path) -> Evidence:
    """Those tables, read."""
    return evidence.read(run_folder)


@pytest.fixture(scope="session")
def known(run: Evidence) -> Foreseen:
    """What is foreseen of its customers."""
    found = prospects.foresee(run)
    assert found is not None
    return found
