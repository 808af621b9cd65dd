"""Fixtures of the tests of warm kernels."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from runner.kernel.warm import forest


@pytest.fixture(scope="module", autouse=True)
def _no_parents_left() -> Iterator[None]:
    """The parents that a file's tests share end behind it."""
    yield
    forest.clear()
