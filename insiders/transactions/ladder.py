"""The ladder: which filters were applied, in order, and the rows and customers that each left."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from insiders.errors import AnalysisError
from insiders.handoff import TEXT

NUMBER = "number of the customer"
"""A column that is much quicker to count than names; -1 stands for no customer."""


class Ladder:
    """Applies filters one after the other and writes down what is left."""

    def __init__(self) -> None:
        self._rungs: list[tuple[str, int, int]] = []

    def mark(self, step: str, rows: pd.DataFrame) -> None:
        """Write down the rows and customers there are, by the column `NUMBER`."""
        self._rungs.append((step, len(rows), _customers(rows[NUMBER].to_numpy())))

    def note(self, step: str, rows: int, customers: int) -> None:
        """Write down what a filter left that was applied elsewhere; an `AnalysisError` where it is nothing."""
        self._rungs.append((step, rows, customers))
        self._refuse_nothing()

    def keep(self, rows: pd.DataFrame, *steps: tuple[str, pd.Series]) -> pd.DataFrame:
        """The rows that meet all filters, counted after each of them; an `AnalysisError` where one leaves none."""
        left, numbers = np.ones(len(rows), bool), rows[NUMBER].to_numpy()
        for step, which in steps:
            left &= which.fillna(False).to_numpy(bool)
            self.note(step, int(left.sum()), _customers(numbers[left]))
        return rows[left] if steps else rows

    def table(self) -> pd.DataFrame:
        """One row per step: step, rows, customers; hand-off table ``ladder``."""
        return pd.DataFrame(self._rungs, columns=["step", "rows", "customers"]).astype({"step": TEXT})

    def _refuse_nothing(self) -> None:
        step, rows, _ = self._rungs[-1]
        if not rows:
            before = "\n".join(f"  {count:>10,} rows: {name}" for name, count, _ in self._rungs[:-1])
            raise AnalysisError(f"no row is left after the filter: {step}\n{before}\nchange that filter or the source")


def _customers(numbers: npt.NDArray[np.int64]) -> int:
    return int(np.count_nonzero(np.bincount(numbers[numbers >= 0])))
