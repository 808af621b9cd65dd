"""Fixtures of the storm."""

from __future__ import annotations

import os

import pytest

DEFAULT_KILLS = 100
DEFAULT_SCHEDULES = 60


@pytest.fixture(scope="session")
def kills() -> int:
    """How many processes are killed beside real servers: 100, or `STORM_KILLS`."""
    return int(os.environ.get("STORM_KILLS", DEFAULT_KILLS))


@pytest.fixture(scope="session")
def schedules(kills: int) -> int:
    """How many schedules are simulated: 60, or `STORM_SCHEDULES`; more of them in a longer storm."""
    return int(os.environ.get("STORM_SCHEDULES", max(DEFAULT_SCHEDULES, 3 * kills // 10)))


@pytest.fixture(scope="session")
def seed() -> int:
    """The seed of all that happens at random, or `STORM_SEED`."""
    return int(os.environ.get("STORM_SEED", int.from_bytes(os.urandom(3), "big")))
