"""Lines that stay in the files of a run, asked by the day: only what is counted of each customer is in memory.

The lines are read once and added up by customer and day (`visits.sql`, `days.sql` and their like), in temporary files;
a day is counted from these. Kinds are those of today there. What a later cancellation netted is a purchase again for
some customers of a day, and these are counted from their lines as in memory.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from threading import RLock

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from insiders.customers import histories, snapshots
from insiders.customers.aside import folder_of
from insiders.customers.features import NOBODY
from insiders.customers.kept import Kept
from insiders.customers.snapshots import HALF_LIFE_DAYS, NETTING_DAYS, PURCHASE_DAYS
from insiders.engines.duck import MEMORY, Duck, duck
from insiders.engines.statements import Choice, statement
from insiders.errors import AnalysisError
from insiders.handoff import TEXT

TABLES = ("transactions", "once")
ADDED_UP = ("visits", "days", "shelves", "stays")
"""What the lines are added up to, each the name of a SELECT."""

AT_ONCE = 4_000_000
"""Lines whose customers are added up together: they have room in the memory given."""

AS_TEXT = {pa.string(): TEXT}.get


@dataclass(frozen=True)
class Counted:
    """Lines in files; see `insiders.customers.history.History`."""

    folder: Path
    """Of the run."""
    _days: Kept = field(default_factory=Kept, repr=False, compare=False)
    _asking: RLock = field(default_factory=RLock, repr=False, compare=False)

    @cached_property
    def first(self) -> pd.Timestamp:
        """Time of the first line."""
        return pd.Timestamp(self._span["first"])

    @cached_property
    def end(self) -> pd.Timestamp:
        """Midnight after the last day."""
        return pd.Timestamp(self._span["last"]).normalize() + pd.Timedelta(days=1)

    def customers_at(self, day: pd.Timestamp, least_days: int = PURCHASE_DAYS) -> pd.DataFrame:
        """The customers known then; those of a day are counted once."""
        known = snapshots.with_days(self._customers(day), least_days)
        return known.assign(customer_id=self._names[known["customer_id"].to_numpy()])

    def histories(self, day: pd.Timestamp) -> pd.DataFrame:
        """What a model of buying needs to know."""
        known = self._customers(day)
        days = pd.DataFrame(
            {
                "first": known["first_purchase"].dt.normalize(),
                "late": known["last_purchase"].dt.normalize(),
                "days": known["n_purchase_days"],
                "revenue": known["gross_revenue"],
            }
        )
        names = pd.Index(self._names[known["customer_id"].to_numpy()], name="customer_id")
        return histories.histories_of(days.set_index(names), day)

    def later_revenue(self, customers: pd.Series, day: pd.Timestamp, days: int) -> pd.Series:
        """What each brought."""
        return customers.map(self._later(day, days)["revenue"]).fillna(0.0).astype("float64")

    def bought(self, customers: pd.Series, day: pd.Timestamp, days: int) -> pd.Series:
        """Who bought."""
        later = self._later(day, days)["bought"]
        return customers.isin(later.index[later])

    def _customers(self, day: pd.Timestamp) -> pd.DataFrame:
        """All with a purchase before the day, by number: their names are held once for all days."""
        return self._days.table(day, lambda: snapshots.completed_at(self._counted(day), day))

    def _counted(self, day: pd.Timestamp) -> pd.DataFrame:
        counts = self._found("counted", day=day.date(), end=self.end.date(), half_life=HALF_LIFE_DAYS)
        counts = counts.rename(columns={"customer": "customer_id"})
        times = dict.fromkeys(("first_purchase", "last_purchase"), "datetime64[ns]")
        counts = counts.astype({**times, "main_category": TEXT, "category_revenue": "float64"})
        again = self._reopened(day)
        if len(again):
            counts = counts[~counts["customer_id"].isin(again["customer_id"])]
            counts = pd.concat([counts, again[counts.columns]]).sort_values("customer_id", ignore_index=True)
        if counts.empty:
            raise AnalysisError(NOBODY)
        return counts

    def _reopened(self, day: pd.Timestamp) -> pd.DataFrame:
        """The counts of those of whom something was not netted yet, from their lines, by number."""
        since, lately = (day - pd.Timedelta(days=times * NETTING_DAYS) for times in (2, 1))
        lines = self._asked("doubtful", day=day.date(), since=since.date(), lately=lately.date())
        changed = snapshots.before(lines, day)["kind"].ne(lines["kind"])
        names = sorted(set(lines.loc[changed, "customer_id"]))
        if not names:
            return pd.DataFrame()
        theirs = self._asked("lines_of", day=day.date(), customers=names)
        known = snapshots.before(theirs, day)
        if not known["kind"].eq("purchase").any():  # they had only brought something back
            return pd.DataFrame()
        counts = snapshots.counted_at(known, day)
        return counts.assign(customer_id=pd.Index(self._names).get_indexer(pd.Index(counts["customer_id"])))

    def _later(self, day: pd.Timestamp, days: int) -> pd.DataFrame:
        """By customer_id: revenue, bought."""
        found = self._found("later", day=day.date(), until=(day + pd.Timedelta(days=days)).date())
        return found.set_index(pd.Index(self._names[found.pop("customer").to_numpy()], name="customer_id"))

    def _asked(self, question: str, **choices: Choice) -> pd.DataFrame:
        """What a SELECT finds among the lines."""
        with self._opened() as engine:
            engine.files("kinds", self._files)
            return _text(engine.table(statement("customers", question, **choices)))

    def _found(self, question: str, **choices: Choice) -> pd.DataFrame:
        """What a SELECT finds among what the lines were added up to: of some customers after the others."""
        with self._asking:
            place = self._aside
        found = []
        with self._opened() as engine:
            engine.files("people", [str(place / "people.parquet")])
            for part in sorted(place.glob("part-*")):
                for name in ADDED_UP:
                    engine.files(name, [str(part / f"{name}.parquet")])
                found.append(engine.table(statement("customers", question, **choices)))
        return _text(pa.concat_tables(found).sort_by("customer"))

    @property
    def _files(self) -> list[str]:
        return [str(self.folder / "tables" / f"{name}.parquet") for name in TABLES]

    @cached_property
    def _span(self) -> pd.Series:
        return self._asked("span").iloc[0]

    @cached_property
    def _names(self) -> npt.NDArray[np.object_]:
        """The names of all customers, in their order."""
        people = pq.read_table(self._aside / "people.parquet", columns=["customer_id"])
        return people["customer_id"].to_pandas().to_numpy()

    @cached_property
    def _aside(self) -> Path:
        """The folder with everybody's name and what the lines were added up to, some customers after the others."""
        place, parts = folder_of(self), math.ceil(self._span["lines"] / AT_ONCE)
        chosen: dict[str, Choice] = {"end": self.end.date(), "half_life": HALF_LIFE_DAYS}
        with self._opened() as engine:
            engine.files("kinds", self._files)
            engine.write(statement("customers", "people"), place / "people.parquet")
            engine.files("people", [str(place / "people.parquet")])
            engine.write(statement("customers", "coded"), place / "coded.parquet")
            engine.files("coded", [str(place / "coded.parquet")])
            for part in range(parts):
                engine.keep("lines", statement("customers", "some", part=part, parts=parts))
                for name in ADDED_UP:
                    engine.write(statement("customers", name, **chosen), place / f"part-{part:04}" / f"{name}.parquet")
        (place / "coded.parquet").unlink()
        return place

    @contextmanager
    def _opened(self) -> Iterator[Duck]:
        """An engine; threads wait for each other, since each would take as much memory again."""
        with self._asking, duck(memory=MEMORY) as engine:
            yield engine


def _text(table: pa.Table) -> pd.DataFrame:
    return table.to_pandas(types_mapper=AS_TEXT)
