"""Parameters by maximum likelihood, and how sure they are: one optimiser for every model with an exact gradient.

Parameters are positive and sought as logarithms. A normal prior on these, too wide to matter where the data say
anything, keeps estimates finite where they do not; the covariance is Laplace's, from the curvature at the optimum.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import minimize

from insiders.errors import AnalysisError

Floats = npt.NDArray[np.float64]
Likelihood = Callable[[Floats], tuple[float, Floats]]
"""Logarithm of the likelihood, and its gradient, by the logarithms of the parameters."""

PRIOR_DEVIATION = 5.0
"""Standard deviation of the prior on the logarithm of a parameter: four orders of magnitude either way are likely."""

BOUNDS = (-12.0, 16.0)
"""Of the logarithms: beyond, a model is one of its limits already."""


@dataclass(frozen=True)
class Estimate:
    """Parameters that make the data likeliest, and how sure that is."""

    names: tuple[str, ...]
    logs: Floats
    """Logarithms of the parameters."""
    covariance: Floats
    """Of the logarithms, by Laplace's approximation."""
    log_likelihood: float

    @property
    def parameters(self) -> dict[str, float]:
        """The parameters by name."""
        return dict(zip(self.names, np.exp(self.logs).tolist(), strict=True))

    def table(self, *, confidence: float = 0.95) -> pd.DataFrame:
        """Index ``parameter``; columns ``estimate``, ``lower``, ``upper`` (equal tails of a log-normal)."""
        draws = np.exp(self.draws(4000, seed=0))
        tails = np.quantile(draws, [0.5 - confidence / 2, 0.5 + confidence / 2], axis=0)
        index = pd.Index(self.names, name="parameter")
        return pd.DataFrame({"estimate": np.exp(self.logs), "lower": tails[0], "upper": tails[1]}, index=index)

    def draws(self, number: int, *, seed: int) -> Floats:
        """Logarithms of parameters that the data do not rule out, one set a row."""
        return np.random.default_rng(seed).multivariate_normal(self.logs, self.covariance, size=number, method="eigh")


def fit(names: tuple[str, ...], start: Floats, likelihood: Likelihood) -> Estimate:
    """The estimate of the parameters, sought from ``start`` (logarithms) and from both sides of it.

    Raises AnalysisError where no parameters make the data likely at all.
    """

    def against(logs: Floats) -> tuple[float, Floats]:
        value, gradient = likelihood(logs)
        return float(logs @ logs) / (2 * PRIOR_DEVIATION**2) - value, -gradient + logs / PRIOR_DEVIATION**2

    search = {"jac": True, "method": "L-BFGS-B", "bounds": [BOUNDS] * len(start)}
    options = {"maxiter": 2000, "ftol": 1e-13, "gtol": 1e-6}
    tries = [minimize(against, start + shift, **search, options=options) for shift in (0.0, 1.0, -1.0)]
    best = min(tries, key=lambda one: one.fun)
    if not np.isfinite(best.fun):
        raise AnalysisError(f"no parameters {', '.join(names)} make the customers' histories likely at all")
    return Estimate(names, best.x, _covariance(against, best.x), float(likelihood(best.x)[0]))


def _covariance(against: Likelihood, at: Floats, step: float = 1e-4) -> Floats:
    """The inverse curvature; a direction the data leave open is as wide as the prior."""
    moves = step * np.eye(len(at))
    rows = [(against(at + move)[1] - against(at - move)[1]) / (2 * step) for move in moves]
    values, vectors = np.linalg.eigh((np.array(rows) + np.array(rows).T) / 2)
    return (vectors / np.maximum(values, PRIOR_DEVIATION**-2)) @ vectors.T
