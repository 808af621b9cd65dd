"""Fixtures of the fault suite."""

from __future__ import annotations

import os

import pytest

DEFAULT_ROUNDS = 100


@pytest.fixture(scope="session")
def rounds() -> int:
    """How often what happens at random moments is tried: 100 times, or `FAULTS_ROUNDS`."""
    return int(os.environ.get("FAULTS_ROUNDS", DEFAULT_ROUNDS))
