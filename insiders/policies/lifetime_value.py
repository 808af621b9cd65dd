"""What a customer can be expected to spend, from a model of buying and leaving and a model of what a purchase brings.

Purchases: BG/NBD (Fader, Hardie and Lee 2005). A customer buys at a constant rate and may leave for good after any
purchase; rates are gamma, chances of leaving beta distributed over customers. Spending: Gamma-Gamma (Fader and Hardie
2013). Both are fitted by maximum likelihood (`insiders.policies.maximum_likelihood`), everything in logarithms, so that
nothing overflows. Intervals come from parameters drawn around the optimum by the curvature there. They tell how unsure
the *expected* revenue is, not how far a customer's own revenue will stray from it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import betaincinv, betaln, expit, gammaln, psi

from insiders.errors import AnalysisError
from insiders.policies import maximum_likelihood
from insiders.policies.maximum_likelihood import Estimate, Floats

FEWEST_CUSTOMERS = 50
NODES, WEIGHTS = (array / 2 for array in np.polynomial.legendre.leggauss(64))
"""Gauss-Legendre on an interval of length 1 around 0."""


@dataclass(frozen=True)
class LifetimeValue:
    """Both models, fitted to the same customers."""

    purchases: Estimate
    """``r``, ``alpha`` (days), ``a``, ``b``."""
    spending: Estimate
    """``p``, ``q_less_1``, ``v`` (currency): q is above 1, or the mean spend of the customers would not exist."""
    dependence: float
    """Rank correlation of purchases and mean spend, which the models take for 0, over customers who came back."""


def fit(customers: pd.DataFrame) -> LifetimeValue:
    """Both models from histories (see there) of *all* customers, those who bought once included.

    Raises AnalysisError where too few customers came back for the parameters to be told.
    """
    back = customers[customers["repeats"] > 0]
    if len(back) < FEWEST_CUSTOMERS:
        raise AnalysisError(
            f"a lifetime value needs at least {FEWEST_CUSTOMERS} customers who came back, and there are {len(back)}"
        )
    paid = customers[customers["spend"] > 0]
    return LifetimeValue(
        fit_purchases(customers["repeats"], customers["last"], customers["age"]),
        fit_spending(paid["repeats"] + 1, paid["spend"]),
        float(back["repeats"].corr(back["spend"], method="spearman")),
    )


def fit_purchases(repeats: pd.Series, last: pd.Series, age: pd.Series) -> Estimate:
    """BG/NBD from repeat purchases, time of the last one and time observed, in one unit of time."""
    grouped = pd.DataFrame({"x": repeats, "last": last, "age": age}).value_counts().reset_index()
    x, t, age_, count = (grouped[name].to_numpy("float64") for name in ("x", "last", "age", "count"))
    start = np.log([0.5, max(float(age.mean()) / 4, 1e-3), 0.5, 2.0])
    return maximum_likelihood.fit(
        ("r", "alpha", "a", "b"), start, lambda logs: purchase_likelihood(logs, x, t, age_, count)
    )


def fit_spending(purchases: pd.Series, spend: pd.Series) -> Estimate:
    """Gamma-Gamma from the number of purchases and their mean value."""
    x, mean = purchases.to_numpy("float64"), spend.to_numpy("float64")
    start = np.log([2.0, 2.0, max(float(np.median(mean)), 1e-6)])
    return maximum_likelihood.fit(("p", "q_less_1", "v"), start, lambda logs: spending_likelihood(logs, x, mean))


def purchase_likelihood(logs: Floats, x: Floats, last: Floats, age: Floats, count: Floats) -> tuple[float, Floats]:
    """Of BG/NBD (equation 6 of the paper): x repeat purchases, the last at ``last``, nothing more until ``age``."""
    r, alpha, a, b = np.exp(logs)
    came, less = x > 0, np.where(x > 0, b + x - 1, 1.0)
    there = -(r + x) * np.log(alpha + age)
    gone = np.where(came, logs[2] - np.log(less) - (r + x) * np.log(alpha + last), -np.inf)
    whole = np.logaddexp(there, gone)
    stays = np.exp(there - whole)
    value = gammaln(r + x) - gammaln(r) + r * logs[1] + betaln(a, b + x) - betaln(a, b) + whole
    by_r = psi(r + x) - psi(r) + logs[1] - stays * np.log(alpha + age) - (1 - stays) * np.log(alpha + last)
    by_alpha = r / alpha - (r + x) * (stays / (alpha + age) + (1 - stays) / (alpha + last))
    by_a = psi(a + b) - psi(a + b + x) + (1 - stays) / a
    by_b = psi(a + b) + psi(b + x) - psi(b) - psi(a + b + x) - (1 - stays) / less
    gradient = np.array([count @ by for by in (by_r, by_alpha, by_a, by_b)])
    return float(count @ value), gradient * np.exp(logs)


def spending_likelihood(logs: Floats, x: Floats, mean: Floats) -> tuple[float, Floats]:
    """Of Gamma-Gamma: x purchases of that mean value (equation 1a of the note; the constant in x is kept)."""
    p, more, v = np.exp(logs)
    q, total, px = 1 + more, np.log(v + x * mean), p * x
    value = gammaln(px + q) - gammaln(px) - gammaln(q) + q * logs[2] + px * np.log(x * mean) - np.log(mean)
    by_p = x * (psi(px + q) - psi(px) + np.log(x * mean) - total)
    by_q = psi(px + q) - psi(q) + logs[2] - total
    by_v = q / v - (px + q) / (v + x * mean)
    gradient = np.array([by_p.sum(), by_q.sum(), by_v.sum()])
    return float((value - (px + q) * total).sum()), gradient * np.exp(logs)


def alive(logs: Floats, customers: pd.DataFrame) -> Floats:
    """Chance that each customer has not left; who bought once cannot have left in this model."""
    r, alpha, _, b = np.exp(logs)
    x, last, age = (customers[name].to_numpy("float64") for name in ("repeats", "last", "age"))
    less = np.where(x > 0, b + x - 1, 1.0)
    odds = np.log(less) - logs[2] + (r + x) * (np.log(alpha + last) - np.log(alpha + age))
    return np.where(x > 0, expit(odds), 1.0)


def expected_purchases(logs: Floats, customers: pd.DataFrame, days: float) -> Floats:
    """Purchase days expected of each customer in the ``days`` after the cut.

    The closed form is a hypergeometric function that overflows for frequent buyers. Given that a customer is still
    there, rate and chance of leaving are gamma (r + x, alpha + age) and beta (a, b + x): the rate is integrated out by
    hand, the chance numerically over its quantiles.
    """
    r, alpha, a, b = np.exp(logs)
    x, age = customers["repeats"].to_numpy("float64"), customers["age"].to_numpy("float64")
    distinct, which = np.unique(x, return_inverse=True)
    leaves = np.maximum(betaincinv(a, b + distinct[:, None], NODES + 0.5), 1e-12)[which]
    shares = (days / (alpha + age))[:, None]
    bought = -np.expm1(-(r + x)[:, None] * np.log1p(leaves * shares)) / leaves
    return alive(logs, customers) * (bought @ WEIGHTS)


def expected_spend(logs: Floats, customers: pd.DataFrame) -> Floats:
    """Gross revenue expected of each customer's purchase day: between the customer's own mean and everybody's."""
    p, more, v = np.exp(logs)
    x = customers["repeats"].to_numpy("float64") + 1
    return p * (v + x * customers["spend"].to_numpy("float64")) / (p * x + more)


def expected_revenue(
    model: LifetimeValue, customers: pd.DataFrame, days: float, *, confidence: float = 0.95, draws: int = 200, seed: int
) -> pd.DataFrame:
    """What each customer is expected to spend in the ``days`` after the cut, in the shop's currency.

    Index as of the histories given; columns ``alive`` (chance), ``purchases`` (purchase days), ``revenue``, ``lower``,
    ``upper`` (of the expectation, see above).
    """
    revenues = np.array(
        [
            expected_purchases(one, customers, days) * expected_spend(other, customers)
            for one, other in zip(
                model.purchases.draws(draws, seed=seed), model.spending.draws(draws, seed=seed + 1), strict=True
            )
        ]
    )
    lower, upper = np.quantile(revenues, [0.5 - confidence / 2, 0.5 + confidence / 2], axis=0)
    bought = expected_purchases(model.purchases.logs, customers, days)
    revenue = bought * expected_spend(model.spending.logs, customers)
    columns = {"alive": alive(model.purchases.logs, customers), "purchases": bought, "revenue": revenue}
    return pd.DataFrame({**columns, "lower": lower, "upper": upper}, index=customers.index)
