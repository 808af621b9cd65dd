"""What the tests of promotion share."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.settings import Settings
from tests.runner import runs


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    """An installation with that database."""
    return runs.settings(tmp_path, database_url)
