"""How far the Insiders return with other seeds and on other customers, by the way they are chosen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType

import numpy as np
import pandas as pd

from insiders.segments import stability
from insiders.segments.classic import classic
from insiders.segments.consensus import consensus
from insiders.segments.groups import Flags, jaccard

Way = Callable[[pd.DataFrame, int], Flags]

REPEATS = 20
ENOUGH = 0.9
"""The Jaccard similarity that the Insiders are to keep."""


def by_column(name: str, share: float = 0.10) -> Way:
    """The given share of the customers with the highest values of a column: a sort, which has no seed."""

    def choose(customers: pd.DataFrame, _seed: int) -> Flags:
        flags = np.zeros(len(customers), dtype=bool)
        flags[np.argsort(-customers[name].to_numpy("float64"), kind="stable")[: round(share * len(customers))]] = True
        return flags

    return choose


WAYS: Mapping[str, Way] = MappingProxyType(
    {
        "consensus": lambda table, seed: consensus(table, seed=seed).is_insider,
        "policy year_revenue": by_column("revenue_365"),
        "policy revenue": by_column("gross_revenue"),
        "policy faded_revenue": by_column("faded_revenue"),
    }
)
"""Ways to choose, by name; the tables are those of `snapshots.customers_at`."""


def published(source: pd.DataFrame) -> Way:
    """The published method; ``source``: all rows as loaded, since it depends on their order."""
    return lambda table, seed: classic(table, source, seed=seed).is_insider


def study(customers: pd.DataFrame, ways: Mapping[str, Way], *, reference: int, repeats: int = REPEATS) -> pd.DataFrame:
    """One row per way and kind of repetition (other seeds; subsamples of 80 %), index ``way``.

    Jaccard similarity with the group of the seed ``reference`` on all customers (lowest, mean, how many repetitions
    reach .9), and from the lowest to the highest number of Insiders and share of the customers' revenue.
    """
    rows, seeds = [], range(1, repeats + 1)
    sort = by_column("gross_revenue")(customers, reference)
    for name, way in ways.items():
        told = stability.of_insiders(customers, way, seeds=seeds, reference=reference)
        alike = jaccard(way(customers, reference), sort)
        for kind, each in told.groupby("kind", sort=False):
            found = each["jaccard"]
            enough = f"{(found >= ENOUGH).sum()} of {len(found)}"
            spans = [partial(_span, each[column]) for column in ("insiders", "revenue_share")]
            rows.append((name, kind, found.min(), found.mean(), enough, spans[0]("{:.0f}"), spans[1]("{:.1%}"), alike))
    columns = ["way", "repeated over", "lowest Jaccard", "mean", f"at least {ENOUGH:g}", "Insiders", "share of revenue"]
    return pd.DataFrame(rows, columns=[*columns, "Jaccard with the sort"]).round(3).set_index("way")


def _span(values: pd.Series, form: str) -> str:
    low, high = form.format(values.min()), form.format(values.max())
    return low if low == high else f"{low} to {high}"
