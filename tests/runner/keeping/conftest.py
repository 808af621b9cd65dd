"""What the tests of keeping share."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.settings import Settings
from tests.runner import runs


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """An installation with an SQLite database that is not there yet."""
    made = runs.settings(tmp_path, f"sqlite:///{tmp_path / 'output_notebooks' / 'insiders.db'}")
    made.output.mkdir()
    return made
