"""Gaussian mixtures with full covariances, fitted by expectation and maximisation as scikit-learn does it.

Squares and products of the coordinates are made once for a space. A step over all customers and components is then one
product of matrices each way: densities are linear in them, and so are the moments that the next densities come from.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from insiders.clusters.ground import Labels
from insiders.spaces import Points

Matrix = npt.NDArray[np.float64]

LEAST_VARIANCE = 1e-3
LEAST_PART = 1e-9
"""What is added to every variance, in the units of the space, and at least as a part of the coordinate's own: in very
large units the first is less than what rounding takes."""

STEPS = 50
TOLERANCE = 1e-2
"""Of the mean log-likelihood: a step that brings less is the last one."""


@dataclass(frozen=True)
class _Mixture:
    """What the densities of a mixture come from; a row or layer per component."""

    weights: Matrix
    means: Matrix
    covariances: Matrix

    def coefficients(self, moments: _Moments) -> Matrix:
        """Of the logarithms of the densities, each with its weight, as sums over the rows of the moments."""
        precisions = np.linalg.inv(self.covariances)
        pulls = np.einsum("kij,kj->ki", precisions, self.means)
        size = self.means.shape[1]
        log_sizes = np.linalg.slogdet(self.covariances)[1] + size * np.log(2 * np.pi)
        constant = np.log(self.weights) - (log_sizes + np.einsum("ki,ki->k", pulls, self.means)) / 2
        squares = -precisions[:, moments.first, moments.second] * np.where(moments.first == moments.second, 0.5, 1.0)
        return np.column_stack([squares, pulls, constant])


class _Moments:
    """The customers' coordinates, centred and scaled, with their squares and products: a column per customer."""

    def __init__(self, points: Points) -> None:
        plain = points.astype("float64")
        spread = plain.std(axis=0)
        self.spread = np.where(spread > 0, spread, 1.0)
        scaled = ((plain - plain.mean(axis=0)) / self.spread).T
        self.first, self.second = np.triu_indices(len(scaled))
        self.rows = np.vstack([scaled[self.first] * scaled[self.second], scaled, np.ones(len(plain))])

    def maximised(self, shares: Matrix) -> _Mixture:
        """The likeliest mixture, where each customer (column) belongs to each component (row) by these shares."""
        size, products = len(self.spread), len(self.first)
        sums = shares @ self.rows.T
        counts = sums[:, -1] + 10 * np.finfo("float64").eps
        means = sums[:, products:-1] / counts[:, None]
        squares = np.empty((len(shares), size, size))
        squares[:, self.first, self.second] = squares[:, self.second, self.first] = sums[:, :products] / counts[:, None]
        squares -= means[:, :, None] * means[:, None, :]
        squares += np.diag(np.maximum(LEAST_VARIANCE / self.spread**2, LEAST_PART))
        return _Mixture(counts / counts.sum(), means, squares)

    def expected(self, mixture: _Mixture) -> tuple[float, Matrix]:
        """The mean log-likelihood of the scaled customers, and the share of each component in each of them."""
        logs = mixture.coefficients(self) @ self.rows
        highest = logs.max(axis=0)
        logs -= highest
        shares = np.exp(logs, out=logs)
        totals = shares.sum(axis=0)
        shares /= totals
        return float(np.mean(highest + np.log(totals))), shares


class Mixtures:
    """Mixtures of the customers of one space."""

    def __init__(self, points: Points) -> None:
        self._moments = _Moments(points)

    def fit(self, start: Labels) -> tuple[npt.NDArray[np.intp], float]:
        """The likeliest component of each customer, begun from these labels, and the mixture's BIC."""
        components = np.arange(start.max() + 1)
        mixture = self._moments.maximised((start == components[:, None]).astype("float64"))
        before = -np.inf
        for _ in range(STEPS):
            likelihood, shares = self._moments.expected(mixture)
            mixture = self._moments.maximised(shares)
            if abs(likelihood - before) < TOLERANCE:
                break
            before = likelihood
        likelihood, shares = self._moments.expected(mixture)
        return shares.argmax(axis=0), self._bic(likelihood, len(components), shares.shape[1])

    def _bic(self, likelihood: float, components: int, customers: int) -> float:
        size = len(self._moments.spread)
        free = components * size * (size + 1) / 2 + components * size + components - 1
        unscaled = likelihood - np.log(self._moments.spread).sum()
        return float(-2 * unscaled * customers + free * np.log(customers))
