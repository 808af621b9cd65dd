"""Fixtures of the tests of kernels."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.runner.kernel.processes import Marked


@pytest.fixture
def marked() -> Iterator[Marked]:
    """Processes known by their mark; none is left behind the test."""
    processes = Marked()
    yield processes
    processes.end()
