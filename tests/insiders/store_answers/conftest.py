"""One small panel for all answers."""

from __future__ import annotations

import pytest

from insiders import store_answers
from insiders.store_answers import Panel
from tests.insiders import small_panel


@pytest.fixture(scope="session")
def panel(tmp_path_factory: pytest.TempPathFactory) -> Panel:
    """A panel with every level."""
    return store_answers.read(small_panel.write(tmp_path_factory.mktemp("output") / "stores" / "run"))


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Panel:
    """A panel of products alone, known for less than a year."""
    folder = tmp_path_factory.mktemp("output") / "stores" / "run"
    return store_answers.read(small_panel.write(folder, levels=("product",), days=small_panel.DAYS[-120:]))
