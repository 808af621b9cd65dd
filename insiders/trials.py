"""How many customers a fair trial of an offer needs, and what the customers there are could show.

A trial parts customers at random into two groups of one size, makes the offer to one of them, and compares. Sizes are
those of the normal approximation: for shares with the variance of both groups together under the hypothesis of no
effect (Fleiss, Levin and Paik, *Statistical Methods for Rates and Proportions*, 3rd edition 2003, equation 4.14), for
means with a common standard deviation (Cohen, *Statistical Power Analysis*, 2nd edition 1988). All tests are two-sided.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.optimize import brentq
from scipy.stats import norm

ALPHA, POWER = 0.05, 0.8
"""Chance of seeing an effect where there is none, and of seeing one that is there."""


def customers_for_shares(without: float, offered: float, *, alpha: float = ALPHA, power: float = POWER) -> int:
    """Customers per group to tell the share who buy after an offer from the share who buy without it."""
    middle = (without + offered) / 2
    apart = norm.ppf(1 - alpha / 2) * math.sqrt(2 * middle * (1 - middle))
    seen = norm.ppf(power) * math.sqrt(without * (1 - without) + offered * (1 - offered))
    return math.ceil(((apart + seen) / (offered - without)) ** 2)


def customers_for_means(deviation: float, difference: float, *, alpha: float = ALPHA, power: float = POWER) -> int:
    """Customers per group to tell two mean revenues apart, from the standard deviation over customers."""
    return math.ceil(2 * ((norm.ppf(1 - alpha / 2) + norm.ppf(power)) * deviation / difference) ** 2)


def smallest_lift(without: float, each: int, *, alpha: float = ALPHA, power: float = POWER) -> float:
    """The smallest share above ``without`` that groups of ``each`` can show; missing where not even 1 is enough."""
    if each < 2 or not 0 < without < 1 or customers_for_shares(without, 1.0, alpha=alpha, power=power) > each:
        return math.nan

    def beyond(offered: float) -> float:
        needed = customers_for_shares(without, offered, alpha=alpha, power=power)
        return float(np.log(needed) - np.log(each))

    return float(brentq(beyond, without + 1e-6 * (1 - without), 1.0, xtol=1e-6))
