"""Figures of two runs in words."""

from __future__ import annotations

import pytest

from runner.comparison.figures import figure, turned


@pytest.mark.parametrize(
    ("before", "after", "name", "unit", "words"),
    [
        (0.549, 0.561, "insiders_revenue_share", "", "54.9 % → 56.1 %"),
        (0.5491, 0.5494, "captured", "of later revenue", "54.91 % → 54.94 % of later revenue"),
        (0.5, 0.6, "captured", f"of {'x' * 60}", "50.0 % → 60.0 %"),
        (1.075, 0.952, "wape_last_period", "share", "107.5 % → 95.2 %"),
        (8, 10, "k", "", "8 → 10 (+25.0 %)"),
        (10800.3, 11200.4, "forecast", "€", "10,800 → 11,200 € (+3.7 %)"),
        (0.5, 0.50001, "score", "", "0.5 → 0.50001 (+0.0 %)"),
        (0, 3, "left", "customers", "0 → 3 customers"),
        (-2, 2, "change", "", "-2 → 2 (+200.0 %)"),
        ("ets", "theta", "model", "", "ets → theta"),
        (None, 0.25, "share", "", "– → 25.0 %"),
        (1.3, 1.2, "share", "", "1.3 → 1.2 (-7.7 %)"),
        (1e200, 2e200, "x", "", "1e+200 → 2e+200 (+100.0 %)"),
        (float("nan"), 1, "x", "", "nan → 1"),
    ],
)
def test_a_figure_is_told_as_a_person_would(before: object, after: object, name: str, unit: str, words: str) -> None:
    """Shares in percent, units where they are short, as many digits as tell the values apart."""
    assert turned(before, after, name, unit) == words  # type: ignore[arg-type]  # any value


def test_one_figure() -> None:
    """With its unit."""
    assert figure(12345.6, "rows", "rows") == "12,346 rows"
    assert figure(True, "x") == "True"
