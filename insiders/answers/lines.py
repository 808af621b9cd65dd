"""What the answers ask of the lines of a run, held in memory or asked in their files where they are too many for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

import pandas as pd
import pyarrow as pa

from insiders import handoff
from insiders.customers import in_memory, on_disk
from insiders.customers.aside import folder_of
from insiders.customers.history import History
from insiders.customers.on_disk import TABLES
from insiders.customers.purchases import purchases_of
from insiders.engines.duck import MEMORY, Duck, duck
from insiders.engines.statements import Choice, statement
from insiders.exploration import cohorts
from insiders.handoff import TEXT
from insiders.lines import IN_MEMORY
from insiders.products import descriptions, most_frequent

AS_TEXT = {pa.string(): TEXT}.get


class Lines(Protocol):
    """The lines of a run: of customers who came back, and, where it says so, of all identified buyers."""

    @property
    def history(self) -> History:
        """The lines of all buyers, asked by the day."""

    @property
    def years(self) -> float:
        """From the first line to the last."""

    def knows(self, attribute: str) -> bool:
        """Whether any line names its ``store``, or its ``category``."""

    def daily(self, customers: pd.Series) -> pd.Series:
        """Gross revenue of these customers by day, of the days on which any of them bought."""

    def cohorts(self, last_month: pd.Timestamp) -> pd.DataFrame:
        """All buyers by the month of their first purchase, see `exploration.cohorts.cohort_revenue`."""

    def returned(self) -> pd.DataFrame:
        """By product of which something came back: ``value`` of that, and ``sold``, gross, missing without a sale."""

    def descriptions(self, products: Sequence[str]) -> dict[str, str]:
        """What these products are mostly called; one without a description is left out."""


def lines_of_run(run_folder: str | Path, *, most: int = IN_MEMORY) -> Lines:
    """The lines of a run folder."""
    if handoff.count(run_folder, *TABLES) <= most:
        return Loaded(*(handoff.read(run_folder, name) for name in TABLES))
    return Counted(Path(run_folder))


@dataclass(frozen=True)
class Loaded:
    """Lines in memory."""

    transactions: pd.DataFrame
    """Lines of customers who came back."""
    once: pd.DataFrame
    """Lines of buyers who came once."""

    @cached_property
    def history(self) -> in_memory.Loaded:
        """The lines of all buyers."""
        return in_memory.Loaded(handoff.together(self.transactions, self.once))

    @property
    def years(self) -> float:
        """From the first line to the last."""
        times = self.transactions["time"]
        return float((times.max() - times.min()).days / 365.25)

    def knows(self, attribute: str) -> bool:
        """Whether any line names it."""
        return not self.transactions[attribute].isna().all()

    def daily(self, customers: pd.Series) -> pd.Series:
        """Gross revenue by day."""
        bought = purchases_of(self.transactions)
        ours = bought[bought["customer_id"].isin(customers)]
        return ours.groupby(ours["time"].dt.normalize())["revenue"].sum()

    def cohorts(self, last_month: pd.Timestamp) -> pd.DataFrame:
        """All buyers."""
        return cohorts.cohort_revenue(self.history.lines, last_month)

    def returned(self) -> pd.DataFrame:
        """What came back."""
        back = self.transactions[self.transactions["kind"] == "return"]
        value = -back.groupby("product")["revenue"].sum()
        sold = purchases_of(self.transactions).groupby("product")["revenue"].sum()
        return pd.DataFrame({"value": value, "sold": sold.reindex(value.index)})

    def descriptions(self, products: Sequence[str]) -> dict[str, str]:
        """What they are called."""
        return descriptions(self.transactions[self.transactions["product"].isin(products)])


@dataclass(frozen=True)
class Counted:
    """Lines in files, of which only sums come into this process."""

    folder: Path

    @cached_property
    def history(self) -> on_disk.Counted:
        """The lines of all buyers."""
        return on_disk.Counted(self.folder)

    @property
    def years(self) -> float:
        """From the first line to the last."""
        return float((self._about["last"] - self._about["first"]).days / 365.25)

    def knows(self, attribute: str) -> bool:
        """Whether any line names it."""
        return bool(self._about[attribute] > 0)

    def daily(self, customers: pd.Series) -> pd.Series:
        """Gross revenue by day."""
        chosen = self._aside / "chosen.parquet"
        customers.astype(TEXT).to_frame("customer_id").to_parquet(chosen)
        with self._opened() as engine:
            engine.files("chosen", [str(chosen)])
            found = _found(engine, "daily")
        days = found["day"].astype("datetime64[ns]")
        return found["revenue"].set_axis(pd.Index(days, name="time"))

    def cohorts(self, last_month: pd.Timestamp) -> pd.DataFrame:
        """All buyers."""
        found = self._asked("cohorts").set_index(["first", "since"])
        return cohorts.revenue_of(found["active"], found["revenue"], cohorts.month_number(last_month))

    def returned(self) -> pd.DataFrame:
        """What came back."""
        return self._asked("returned").set_index("product").astype("float64")

    def descriptions(self, products: Sequence[str]) -> dict[str, str]:
        """What they are called."""
        return most_frequent(self._asked("called", products=list(products)))

    @cached_property
    def _about(self) -> pd.Series:
        return self._asked("about").iloc[0]

    @cached_property
    def _aside(self) -> Path:
        return folder_of(self)

    def _asked(self, question: str, **choices: Choice) -> pd.DataFrame:
        with self._opened() as engine:
            return _found(engine, question, **choices)

    @contextmanager
    def _opened(self) -> Iterator[Duck]:
        files = {name: str(self.folder / "tables" / f"{name}.parquet") for name in TABLES}
        with duck(memory=MEMORY) as engine:
            engine.files("transactions", [files["transactions"]])
            engine.files("kinds", [*files.values()])
            yield engine


def _found(engine: Duck, question: str, **choices: Choice) -> pd.DataFrame:
    return engine.table(statement("answers", question, **choices)).to_pandas(types_mapper=AS_TEXT)
