"""The filters and their presets."""

from __future__ import annotations

import pytest

from insiders.errors import AnalysisError
from insiders.transactions.filters import PRESETS, chosen


def test_what_is_not_said_comes_from_the_preset() -> None:
    """None leaves a filter as the preset has it; everything else replaces it, an empty list too."""
    filters = chosen("classic", min_days=3, product_pattern=None, exclude_countries=[])
    assert filters.min_days == 3
    assert filters.product_pattern == PRESETS["classic"].product_pattern
    assert filters.exclude_countries == ()
    assert filters.exclude_customers == ("16446", "15749")


def test_everything_wrong_is_named_at_once() -> None:
    """A preset or filter that does not exist and a value that is not allowed are one error."""
    with pytest.raises(AnalysisError) as caught:
        chosen("loose", minimum=1, duplicates="maybe", days_of="moon")
    for part in ("no preset 'loose'", "no filter 'minimum'", "duplicates is 'maybe'", "days_of is 'moon'"):
        assert part in str(caught.value)
