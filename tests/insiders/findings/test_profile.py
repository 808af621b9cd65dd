"""Fifths and cohorts of the segments, as a reader sees them."""

from __future__ import annotations

import pandas as pd

from insiders.findings import profile
from insiders.segments.traits import INSIDERS
from tests.insiders.demo_customers import customers


def test_every_segment_has_its_fifths_and_quarters() -> None:
    """Two tables with a row per segment; what share of the Insiders is best in all three respects is said."""
    best = customers()["gross_revenue"].rank(ascending=False) <= 20
    found = profile.told(customers(), pd.Series("others", customers().index).mask(best, INSIDERS))
    fifths, cohorts = found.tables.values()
    assert fifths["segment"].tolist() == [INSIDERS, "others"]
    assert fifths["value"].tolist()[0] == "5.00"
    assert len(cohorts) == 2
    assert "Of the Insiders, " in found.text
