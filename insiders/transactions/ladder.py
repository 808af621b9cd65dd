"""The ladder: which filters were applied, in order, and the rows and customers that each left."""

from __future__ import annotations

import pandas as pd

from insiders.errors import AnalysisError
from insiders.handoff import TEXT


class Ladder:
    """Applies filters one after the other and writes down what is left."""

    def __init__(self) -> None:
        self._rungs: list[tuple[str, int, int]] = []

    def mark(self, step: str, rows: pd.DataFrame) -> None:
        """Write down the rows and customers there are."""
        self._rungs.append((step, len(rows), int(rows["customer_id"].nunique())))

    def note(self, step: str, rows: int, customers: int) -> None:
        """Write down what a filter left that was applied elsewhere; an `AnalysisError` where it is nothing."""
        self._rungs.append((step, rows, customers))
        self._refuse_nothing()

    def keep(self, step: str, rows: pd.DataFrame, which: pd.Series) -> pd.DataFrame:
        """The rows that meet the filter; an `AnalysisError` where there are none."""
        kept = rows[which.fillna(False).astype(bool)]
        self.mark(step, kept)
        self._refuse_nothing()
        return kept

    def table(self) -> pd.DataFrame:
        """One row per step: step, rows, customers; hand-off table ``ladder``."""
        return pd.DataFrame(self._rungs, columns=["step", "rows", "customers"]).astype({"step": TEXT})

    def _refuse_nothing(self) -> None:
        step, rows, _ = self._rungs[-1]
        if not rows:
            before = "\n".join(f"  {count:>10,} rows: {name}" for name, count, _ in self._rungs[:-1])
            raise AnalysisError(f"no row is left after the filter: {step}\n{before}\nchange that filter or the source")
