"""Raw transactions in Parquet files made ready by an engine: the same filters as `insiders.transactions.prepare`.

Nothing but counts comes into this process, so that the files may be larger than its memory. The relations that are
left in the engine: ``kinds`` (what was sold, with its kind), ``regulars`` (a row per customer) and ``transactions``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import pandas as pd

from insiders.columns import RAW, SHEET, claim
from insiders.engines.engine import PART, ROW, Engine
from insiders.engines.statements import Choice, statement
from insiders.errors import SourceError
from insiders.handoff import TEXT
from insiders.sources.quarantine import MOST_PIECES
from insiders.transactions import filters as choices
from insiders.transactions.filters import Filters
from insiders.transactions.ladder import Ladder
from insiders.transactions.preparation import UNKNOWN_COUNTRY
from insiders.transactions.written import typed, unblanked, written

select = partial(statement, "transactions")


@dataclass(frozen=True)
class PreparedFiles:
    """How prepared transactions came about that are kept in an engine."""

    ladder: pd.DataFrame
    """Rows and customers left after each filter; hand-off table ``ladder``."""
    quarantine: pd.DataFrame
    """Rows that break the contract, with the reason; hand-off table ``quarantine``."""
    rows_read: int
    """Rows of the files: transactions, quarantine and repeated ones."""
    rows_repeated: int
    """Rows left out, because their invoice stands in a later file or sheet again, row by row."""
    netted_lines: int
    """Rows of kind ``netted``."""
    netted_value: float
    """Value of the purchases among them, in the shop's currency."""


def prepare_files(
    engine: Engine,
    paths: Sequence[str],
    filters: Filters,
    *,
    mapping: Mapping[str, str] | None = None,
    as_of: date | None = None,
    today: date | None = None,
) -> PreparedFiles:
    """Filter the transactions of Parquet files; ``mapping``, ``as_of`` and ``today`` as elsewhere.

    A `SourceError` says what the files lack, an `AnalysisError` names a filter that leaves nothing.
    """
    rows_read, repeated = read_files(engine, paths, mapping=mapping, today=today)
    _lines(engine, filters, as_of)
    fallen = engine.table(select("rungs")).to_pandas()
    quarantine = quarantined(engine, paths, any_row=fallen["rung"].eq(-1).any())
    fallen = fallen[fallen["rung"] >= 0]
    if fallen.empty:
        why = ", ".join(quarantine["reason"].value_counts().head(3).index) or "there are none"
        raise SourceError(f"no row can be used: {why}")
    ladder = Ladder()
    _first_rungs(fallen, filters, as_of, ladder)
    _kinds(engine, filters, ladder)
    engine.keep("regulars", select("regulars", days_of=filters.days_of))
    netted_lines, netted_value = _last_rungs(engine, filters, ladder)
    engine.keep("transactions", transactions(filters), computed=engine.distributed)
    return PreparedFiles(ladder.table(), quarantine, rows_read, repeated, netted_lines, netted_value)


def read_files(
    engine: Engine, paths: Sequence[str], *, mapping: Mapping[str, str] | None = None, today: date | None = None
) -> tuple[int, int]:
    """Read and check Parquet files: their rows, and how many of them repeat an invoice of an earlier file or sheet.

    The relations that are left: ``checked``, the typed rows with the ``reason`` why one cannot be a transaction, and
    ``once``, the same without what is repeated.
    """
    _read(engine, paths, mapping, today or date.today())  # noqa: DTZ011 the shop's clock has no zone
    rows = _count(engine, "SELECT count(*) AS n FROM files")
    repeated = _repeated(engine, several=len(paths) > 1 or _sheets(engine))
    engine.keep("once", select("once") if repeated else "SELECT * FROM checked", computed=False)
    return rows, repeated


def quarantined(engine: Engine, paths: Sequence[str], *, any_row: bool) -> pd.DataFrame:
    """The hand-off table ``quarantine`` of files that were read; ``any_row``: whether there is any in it."""
    columns = ["place", "row", "reason", *RAW]
    if not any_row:
        return pd.DataFrame({name: pd.Series(dtype="int64" if name == "row" else TEXT) for name in columns})
    rows = engine.table(select("quarantine")).to_pandas()
    places = {number: Path(path).name for number, path in enumerate(paths)}
    rows = rows.assign(place=rows["part"].map(places))[columns]
    return rows.astype({name: TEXT for name in columns if name != "row"})


def transactions(filters: Filters, *, enough: bool = True) -> str:
    """The SELECT of the prepared lines: of the customers who came on days enough, or of the buyers who did not."""
    return select("transactions", min_days=filters.min_days, enough=enough)


def in_order(transactions: str) -> str:
    """The same in the order of the files, which no engine promises by itself."""
    return f"{transactions} ORDER BY {PART}, {ROW}"


def _read(engine: Engine, paths: Sequence[str], mapping: Mapping[str, str] | None, today: date) -> None:
    if not paths:
        raise SourceError("there is no Parquet file to read")
    schema = engine.files("files", paths)
    claimed = claim(schema.names, mapping)
    engine.keep("written", written(schema, claimed), computed=False)
    engine.keep("typed", typed(schema, claimed), computed=False)
    engine.keep("checked", select("checked", end=today + timedelta(days=1), most=MOST_PIECES), computed=False)


def _sheets(engine: Engine) -> bool:
    return _count(engine, f"SELECT count(DISTINCT {SHEET}) AS n FROM typed") > 1


def _repeated(engine: Engine, *, several: bool) -> int:
    """The lines of invoices that stand in a later part again; the invoices are kept as ``repeated``."""
    if not several:
        return 0
    engine.keep("repeated", select("repeated"))
    return int(engine.table("SELECT coalesce(sum(lines), 0) AS n FROM repeated").column("n")[0].as_py())


def _lines(engine: Engine, filters: Filters, as_of: date | None) -> None:
    told: dict[str, Choice] = {
        "fold_codes": filters.fold_codes,
        "product": unblanked("product"),
        "description": unblanked("description"),
        "unknown_country": UNKNOWN_COUNTRY,
        "end": None if as_of is None else as_of + timedelta(days=1),
        "min_unit_price": filters.min_unit_price,
        "product_pattern": f"^(?:{filters.product_pattern})",
        "exclude_countries": filters.exclude_countries,
        "exclude_customers": filters.exclude_customers,
    }
    engine.keep("lines", select("lines", **told))


def _first_rungs(fallen: pd.DataFrame, filters: Filters, as_of: date | None, ladder: Ladder) -> None:
    """What is left after each filter that looks at a line alone."""
    left = [int(fallen["lines"].sum()), int(fallen["customers"].sum())]
    ladder.note("rows of the source", left[0], left[1])

    def step(label: str, which: pd.Series) -> None:
        left[0] -= int(fallen.loc[which, "lines"].sum())
        left[1] -= int(fallen.loc[which, "customers"].sum())
        ladder.note(label, left[0], left[1])

    if as_of is not None:
        step(choices.AS_OF_STEP.format(as_of), fallen["rung"].eq(0))
    step(choices.KNOWN_STEP, fallen["rung"].eq(1))
    step(filters.price_step, fallen["rung"].eq(2))
    step(filters.code_step, fallen["rung"].eq(3))
    if filters.exclude_countries:
        step(filters.country_step, fallen["rung"].eq(4))
    for customer in filters.exclude_customers:
        step(choices.CUSTOMER_STEP.format(customer), fallen["rung"].eq(5) & fallen["customer_id"].eq(customer))


def _kinds(engine: Engine, filters: Filters, ladder: Ladder) -> None:
    """Purchases, returns, and what was undone in full, as ``kinds``; by customer and day as ``customer_days``."""
    once = filters.duplicates == "drop"
    engine.keep("goods", select("goods_once" if once else "goods"), computed=once)
    if filters.net_cancellations:
        engine.keep("invoices_undone", select("invoices_undone"))
        engine.keep("lines_taken_back", select("lines_taken_back", days=filters.netting_days))
    engine.keep("kinds", select("kinds" if filters.net_cancellations else "kinds_by_sign"), computed=engine.distributed)
    engine.keep("customer_days", select("customer_days"))
    if once:
        left = engine.table("SELECT sum(lines) AS n, count(DISTINCT customer_id) AS m FROM customer_days").to_pylist()[
            0
        ]
        ladder.note(choices.ONCE_STEP, int(left["n"]), int(left["m"]))


def _last_rungs(engine: Engine, filters: Filters, ladder: Ladder) -> tuple[int, float]:
    """What is left of customers who bought, and came on days enough; the netted lines among it and their value."""
    counts = engine.table(select("steps", min_days=filters.min_days)).to_pandas().set_index("step")
    counts = counts.reindex(range(3), fill_value=0)
    reached = counts[::-1].cumsum()[::-1]
    if filters.net_cancellations:
        label = choices.NETTED_STEP.format(int(reached.loc[0, "netted"]))
        ladder.note(label, int(reached.loc[0, "lines"]), int(reached.loc[0, "customers"]))
    ladder.note(choices.BOUGHT_STEP, int(reached.loc[1, "lines"]), int(reached.loc[1, "customers"]))
    if filters.min_days >= 2:
        ladder.note(filters.days_step, int(counts.loc[2, "lines"]), int(counts.loc[2, "customers"]))
    return int(counts.loc[2, "netted"]), float(counts.loc[2, "netted_value"])


def _count(engine: Engine, select: str) -> int:
    return int(engine.table(select).column("n")[0].as_py())
