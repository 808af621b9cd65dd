"""The real shop, read and prepared once for all tests that need it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from insiders.sources import load
from insiders.transactions import prepare


@pytest.fixture(scope="session")
def real_source(real_data: Path) -> pd.DataFrame:
    """All rows of Online Retail as loaded; do not change them."""
    return load("uci:online-retail", places=[real_data]).transactions


@pytest.fixture(scope="session")
def real_shop(real_source: pd.DataFrame) -> pd.DataFrame:
    """Its prepared transactions, the preset as it is by default; do not change them."""
    return prepare(real_source).transactions
