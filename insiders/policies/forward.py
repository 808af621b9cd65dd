"""The fair test of a group of best customers: chosen by what was known then, judged by what they bought afterwards."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from insiders.errors import AnalysisError
from insiders.significance import Comparison, Interval, compare, holm, mean_bootstrap_interval, mean_t_interval

CHOSEN, NEXT, REST = "chosen", "next best", "all others"
FEWEST = 10
"""Known customers below which nothing is judged."""


@dataclass(frozen=True)
class ForwardCheck:
    """A group chosen before a day, and everybody's revenue after it."""

    customers: pd.DataFrame
    """``customer_id``, ``before`` (score by which the choice was made), ``later`` (net revenue after it), ``group``."""
    later_mean: dict[str, Interval]
    """Mean later revenue per customer of every group, with its bootstrap interval."""
    later_mean_t: dict[str, Interval]
    """The same with Student's interval, which trusts a normality that revenue has not."""
    against_next: Comparison
    """Later revenue of the chosen against the same number of next best customers."""
    against_all: Comparison
    """Later revenue of the chosen against all other known customers."""
    p_holm: tuple[float, float]
    """P values of both comparisons, corrected for their number (Holm)."""


def forward_check(known: pd.DataFrame, *, confidence: float = 0.95, seed: int = 42) -> ForwardCheck:
    """Compare what chosen customers brought later with the same number of next best, and with all others.

    ``known``: customer_id, before (the score by which was chosen), later (net revenue of the period after the choice, 0
    for those who stayed away), chosen. The groups are cut by what was known *before*, the test is on revenue *after*:
    unlike a test on the same months it can fail. An `AnalysisError` says where there are too few customers.
    """
    ordered = known.sort_values(["chosen", "before"], ascending=False, kind="stable", ignore_index=True)
    size = int(ordered["chosen"].sum())
    if len(ordered) < FEWEST or size < 2 or len(ordered) - size < 2:
        raise AnalysisError(f"a check needs {FEWEST} known customers, two of them chosen and two not")
    place = np.arange(len(ordered))
    group = pd.Series(np.select([place < size, place < 2 * size], [CHOSEN, NEXT], REST))
    later = {name: ordered.loc[group == name, "later"] for name in (CHOSEN, NEXT, REST) if (group == name).sum() > 1}
    against_next = compare(later[CHOSEN], ordered.loc[group == NEXT, "later"], confidence=confidence)
    against_all = compare(later[CHOSEN], ordered.loc[group != CHOSEN, "later"], confidence=confidence)
    next_p, all_p = holm([against_next.p, against_all.p])
    return ForwardCheck(
        ordered[["customer_id", "before", "later"]].assign(group=group),
        {name: mean_bootstrap_interval(values, confidence=confidence, seed=seed) for name, values in later.items()},
        {name: mean_t_interval(values, confidence=confidence) for name, values in later.items()},
        against_next,
        against_all,
        (next_p, all_p),
    )
