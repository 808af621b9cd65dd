"""Fixtures that every room's tests share."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

CHECKOUT = Path(__file__).resolve().parents[1]
REAL_FILES = ("online_retail.parquet", "online_retail_II.parquet", "store_panel.parquet")

LONGEST = ("storm/test_storm.py", "test_by_hand.py", "faults/test_sigkill.py", "test_monthly_real.py",
           "storm/test_schedules.py", "test_monthly_demo.py", "dashboard/test_app.py",
           "infra/test_bootstrap.py", "infra/test_scheduled.py")  # fmt: skip
"""Files of tests that take minutes: they begin first, so that no worker waits for one of them at the end."""

MAIN = sys.modules["__main__"]

pytest_plugins = ["tests.servers", "tests.browsers"]
pytest.register_assert_rewrite("tests.monthly")

# How long an example takes to make or to try is the machine's business: two workers share its processors.
settings.register_profile("shared", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("shared")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first; `make test` tells xdist to keep this order."""
    first = {CHECKOUT / "tests" / name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: first.get(item.path, len(first)))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """Streamlit's pages leave themselves as `__main__`, which a process that is started later would run again."""
    sys.modules["__main__"] = MAIN


@pytest.fixture(scope="session")
def checkout() -> Path:
    """The root of the checkout."""
    return CHECKOUT


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder with the real files, or a skip that says where they are looked for."""
    places = [Path(os.environ["INSIDERS_DATA"])] if os.environ.get("INSIDERS_DATA") else []
    places += [CHECKOUT / "data", CHECKOUT.parent / "shared" / "data"]
    for place in places:
        if all((place / name).is_file() for name in REAL_FILES):
            return place
    looked = ", ".join(str(place) for place in places)
    pytest.skip(f"the real files ({', '.join(REAL_FILES)}) are in none of {looked}; set INSIDERS_DATA to their folder")
