"""Every space of the small shop, fitted once for all tests that need one."""

from __future__ import annotations

from functools import lru_cache

from insiders import spaces
from tests.insiders.demo_customers import customers


@lru_cache(maxsize=1)
def fitted() -> dict[str, spaces.Space]:
    """By name, seed 1; do not change them."""
    return spaces.fit(customers(), spaces.SPACES, seed=1)
