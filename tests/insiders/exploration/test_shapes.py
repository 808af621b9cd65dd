"""Spread and correlation of features."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from insiders.exploration.shapes import feature_shapes, rank_correlation, strongest_pairs


def test_shapes_tell_what_a_logarithm_does() -> None:
    """The logarithm of a lognormal feature is symmetric, and zeros are counted as a share."""
    values = np.random.default_rng(1).lognormal(6, 1, 5_000)
    shapes = feature_shapes(pd.DataFrame({"a": values, "b": [0, 1] * 2_500}), ("a", "b")).set_index("feature")
    assert shapes["skew"]["a"] > 3
    assert abs(shapes["skew_of_log"]["a"]) < 0.2
    assert shapes["zeros"].to_dict() == {"a": 0.0, "b": 0.5}


def test_pairs_that_say_the_same() -> None:
    """Ranks decide, each pair is named once, and a constant feature is left out."""
    base = np.arange(1.0, 50.0)
    table = pd.DataFrame({"a": base, "b": base**3, "c": -base, "d": (base * 17) % 49, "e": 1.0})
    pairs = strongest_pairs(rank_correlation(table, ("a", "b", "c", "d", "e")), at_least=0.8)
    assert {frozenset(pair) for pair in zip(pairs["first"], pairs["second"], strict=True)} == {
        frozenset("ab"),
        frozenset("ac"),
        frozenset("bc"),
    }
    assert pairs["rho"].abs().tolist() == pytest.approx([1.0, 1.0, 1.0])
