"""The ways to choose Insiders in words that a marketing manager can repeat, by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "year_revenue": "highest gross revenue of the last 365 days",
        "revenue": "highest gross revenue so far (the plain sort)",
        "frequency": "most purchase invoices so far",
        "recent_revenue": "highest gross revenue of the last 90 days",
        "faded_revenue": "highest gross revenue, a purchase fading by half in 180 days",
        "rfm": "recency, frequency and value in fifths, added up",
        "lifetime_value": "expected revenue by BG/NBD and Gamma-Gamma",
        "neighbours": "later revenue of the most similar customers before",
        "forest": "later revenue as extremely randomised trees expect it",
        "boosting": "later revenue as LightGBM expects it",
        "hybrid": "mean rank by revenue, lifetime value and boosting",
        "cluster": "best cluster of a forest's leaves, in it by revenue",
    }
)
