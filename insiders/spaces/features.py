"""The features that spaces are made of, straightened and scaled; the scaling is kept for customers to come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import yeojohnson
from sklearn.preprocessing import PowerTransformer

from insiders.errors import AnalysisError, ModelError
from insiders.spaces.space import Arrays, Points

BEHAVIOUR = MappingProxyType(
    {
        "recency_days": "log",
        "tenure_days": "yeo-johnson",
        "n_invoices": "log",
        "n_items": "log",
        "n_products": "log",
        "avg_basket_items": "log",
        "avg_basket_products": "log",
        "frequency": "log",
        "avg_gap_days": "log",
        "gap_regularity": "yeo-johnson",
    }
)
"""What customers do, without money, with the transform that straightens each feature.

The unit price is left out as well: a forest multiplies it with the pieces and has the revenue back. So are returns:
most customers have none, and that alone cuts every space into islands that mean little to a programme.
"""

VALUE = MappingProxyType({"gross_revenue": "log", "avg_ticket": "log", "avg_unit_price": "log"})
"""What customers spend, with the transforms; only spaces of measured features see it."""

AS_IS = "as is"
_CODES = MappingProxyType({"log": np.nan, AS_IS: np.inf})
"""How transforms without a parameter are written among the parameters of Yeo-Johnson's."""


@dataclass(frozen=True)
class Scaling:
    """How each feature becomes a coordinate: gaps filled, straightened, shifted and scaled; one entry per feature."""

    names: tuple[str, ...]
    medians: npt.NDArray[np.float64]
    """What fills a gap."""
    powers: npt.NDArray[np.float64]
    """Yeo-Johnson's parameter; not a number for the logarithm of one more, infinite for the feature as it is."""
    means: npt.NDArray[np.float64]
    deviations: npt.NDArray[np.float64]

    def apply(self, customers: pd.DataFrame) -> Points:
        """The coordinates of customers, whoever they are. A `ModelError` names the features that they lack."""
        if missing := [name for name in self.names if name not in customers.columns]:
            raise ModelError(f"the space needs {', '.join(missing)}, which the customers do not have")
        filled = customers[list(self.names)].astype("float64").fillna(dict(zip(self.names, self.medians, strict=True)))
        columns = zip(filled.to_numpy().T, self.powers, strict=True)
        straight = np.column_stack([_straight(values, power) for values, power in columns])
        return ((straight - self.means) / self.deviations).astype("float32")

    def arrays(self) -> Arrays:
        """The scaling as plain arrays."""
        return {
            "features": np.array(self.names),
            "medians": self.medians,
            "powers": self.powers,
            "means": self.means,
            "deviations": self.deviations,
        }


def kept_scaling(kept: Arrays) -> Scaling:
    """The scaling among the arrays that were kept. A `ModelError` where they do not fit together."""
    names = tuple(str(name) for name in kept["features"])
    columns = [np.asarray(kept[name], "float64") for name in ("medians", "powers", "means", "deviations")]
    if any(column.shape != (len(names),) for column in columns):
        raise ModelError("the arrays kept of a space do not fit together: fit the space again")
    return Scaling(names, *columns)


def scaling(customers: pd.DataFrame, transforms: Mapping[str, str], *, standardise: bool = True) -> Scaling:
    """The scaling of the named features, each by its transform (``log``, ``yeo-johnson`` or ``as is``).

    To mean 0 and standard deviation 1, or not shifted at all. Features that never vary are left out.
    """
    numbers = filled(customers, transforms)
    names = tuple(sorted(numbers.columns, key=lambda name: transforms[name] == "yeo-johnson"))
    powers = np.array([_power(numbers[[name]], transforms[name]) for name in names])
    columns = zip(numbers[list(names)].to_numpy().T, powers, strict=True)
    straight = np.column_stack([_straight(values, power) for values, power in columns])
    means, deviations = np.zeros(len(names)), np.ones(len(names))
    if standardise:
        means, deviations = straight.mean(axis=0), straight.std(axis=0)
    medians = customers[list(names)].astype("float64").median().to_numpy()
    return Scaling(names, medians, powers, means, np.where(deviations > 0, deviations, 1.0))


def standardised(customers: pd.DataFrame, transforms: Mapping[str, str]) -> Points:
    """The filled features, each straightened by its transform (``log`` or ``yeo-johnson``), mean 0, deviation 1."""
    return scaling(customers, transforms).apply(customers)


def filled(customers: pd.DataFrame, features: Iterable[str]) -> pd.DataFrame:
    """The features as numbers, gaps filled with the feature's median; features that never vary are left out."""
    numbers = customers[list(features)].astype("float64")
    numbers = numbers.fillna(numbers.median()).dropna(axis="columns")
    varied = numbers.loc[:, numbers.nunique() > 1]
    if varied.empty:
        raise AnalysisError("no feature of the customers varies: there is nothing to tell them apart by")
    return varied.reset_index(drop=True)


def _power(column: pd.DataFrame, transform: str) -> float:
    if transform in _CODES:
        return float(_CODES[transform])
    return float(PowerTransformer(method="yeo-johnson", standardize=False).fit(column).lambdas_[0])


def _straight(values: npt.NDArray[np.float64], power: float) -> npt.NDArray[np.float64]:
    if np.isnan(power):
        return np.log1p(np.maximum(values, 0))
    return values if np.isinf(power) else np.asarray(yeojohnson(values, lmbda=power))
