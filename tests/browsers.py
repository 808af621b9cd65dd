"""A real browser for the tests of a module; two at once cannot be driven from one thread."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.dashboard.browser import MISSING, browsing, program


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, or a skip that says how to get it."""
    path = program()
    if path is None:
        pytest.skip(MISSING)
    with browsing(path) as made:
        yield made
