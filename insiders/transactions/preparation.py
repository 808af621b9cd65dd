"""Raw transactions made ready for analysis: filtered by named choices, each with what it leaves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from insiders.handoff import HANDOFF, TEXT
from insiders.transactions import duplicates as repeats
from insiders.transactions import filters as choices
from insiders.transactions import netting
from insiders.transactions.duplicates import Evidence
from insiders.transactions.filters import Filters, chosen
from insiders.transactions.ladder import Ladder

UNKNOWN_COUNTRY = "Unspecified"
"""What stands for a missing country."""


@dataclass(frozen=True)
class Prepared:
    """Prepared transactions and how they came about."""

    transactions: pd.DataFrame
    """Rows of identified customers, in the order of the source; hand-off table ``transactions``."""
    ladder: pd.DataFrame
    """Rows and customers left after each filter; hand-off table ``ladder``."""
    filters: Filters
    """The filters used: the preset's and what was said otherwise."""
    duplicates: Evidence
    """What the data say about repeated lines."""
    netted_lines: int
    """Rows of kind ``netted``."""
    netted_value: float
    """Value of the purchases among them, in the shop's currency."""


def prepare(
    raw: pd.DataFrame,
    *,
    preset: str = "strict",
    as_of: date | None = None,
    min_unit_price: float | None = None,
    product_pattern: str | None = None,
    fold_codes: bool | None = None,
    exclude_countries: Sequence[str] | None = None,
    exclude_customers: Sequence[str] | None = None,
    duplicates: str | None = None,
    net_cancellations: bool | None = None,
    netting_days: int | None = None,
    min_days: int | None = None,
    days_of: str | None = None,
) -> Prepared:
    """Filter raw transactions (`insiders.columns.RAW`) by a preset; whatever else is said overrides it.

    ``as_of`` is the last day that counts: what came after it is cut first, so that no later cancellation is known. The
    other filters are those of `transactions.filters.Filters`. An `AnalysisError` names a filter that leaves nothing.
    """
    filters = chosen(
        preset,
        min_unit_price=min_unit_price,
        product_pattern=product_pattern,
        fold_codes=fold_codes,
        exclude_countries=exclude_countries,
        exclude_customers=exclude_customers,
        duplicates=duplicates,
        net_cancellations=net_cancellations,
        netting_days=netting_days,
        min_days=min_days,
        days_of=days_of,
    )
    ladder = Ladder()
    rows = _identified(raw, as_of, ladder)
    rows = _typed(rows, filters)
    undone = netting.whole_invoices(rows) if filters.net_cancellations else pd.Series(False, index=rows.index)
    rows = _goods(rows, filters, ladder)
    evidence = repeats.evidence(rows)
    if filters.duplicates == "drop":
        rows = ladder.keep(choices.ONCE_STEP, rows, ~repeats.repeated(rows))
    if filters.net_cancellations:
        rows = _netted(rows, undone.loc[rows.index], filters, ladder)
    rows = _customers(rows, filters, ladder)
    netted = rows["kind"].eq("netted")
    return Prepared(
        transactions=rows[list(HANDOFF["transactions"].columns)].reset_index(drop=True),
        ladder=ladder.table(),
        filters=filters,
        duplicates=evidence,
        netted_lines=int(netted.sum()),
        netted_value=float(rows.loc[netted & rows["quantity"].gt(0), "revenue"].sum()),
    )


def _identified(raw: pd.DataFrame, as_of: date | None, ladder: Ladder) -> pd.DataFrame:
    ladder.mark("rows of the source", raw)
    if as_of is not None:
        end = pd.Timestamp(as_of) + pd.Timedelta(days=1)
        raw = ladder.keep(choices.AS_OF_STEP.format(as_of), raw, raw["time"] < end)
    return ladder.keep(choices.KNOWN_STEP, raw, raw["customer_id"].notna())


def _typed(rows: pd.DataFrame, filters: Filters) -> pd.DataFrame:
    """The columns of the contract; kind by the sign of the quantity."""
    code = rows["product"].str.strip().str.upper() if filters.fold_codes else rows["product"]
    return rows.assign(
        product=code,
        description=rows["description"].str.strip(),
        revenue=rows["quantity"] * rows["unit_price"],
        kind=pd.array(np.where(rows["quantity"] > 0, "purchase", "return"), dtype=TEXT),
        country=rows["country"].fillna(UNKNOWN_COUNTRY),
    )


def _goods(rows: pd.DataFrame, filters: Filters, ladder: Ladder) -> pd.DataFrame:
    """What was sold: at a price, a product, in a country and to a customer that are not left out."""
    price = rows["unit_price"]
    rows = ladder.keep(filters.price_step, rows, price.gt(0) & price.ge(filters.min_unit_price))
    rows = ladder.keep(filters.code_step, rows, rows["product"].str.match(filters.product_pattern))
    if filters.exclude_countries:
        rows = ladder.keep(filters.country_step, rows, ~rows["country"].isin(filters.exclude_countries))
    for customer in filters.exclude_customers:
        rows = ladder.keep(choices.CUSTOMER_STEP.format(customer), rows, rows["customer_id"].ne(customer))
    return rows


def _netted(rows: pd.DataFrame, undone: pd.Series, filters: Filters, ladder: Ladder) -> pd.DataFrame:
    """Purchases undone in full, and what undoes them, marked; no row goes."""
    taken_back = netting.lines(rows[~undone], days=filters.netting_days)
    netted = undone | taken_back.reindex(rows.index, fill_value=False)
    ladder.mark(choices.NETTED_STEP.format(int(netted.sum())), rows)
    return rows.assign(kind=rows["kind"].mask(netted, "netted"))


def _customers(rows: pd.DataFrame, filters: Filters, ladder: Ladder) -> pd.DataFrame:
    buyers = rows.loc[rows["kind"].eq("purchase"), "customer_id"].unique()
    rows = ladder.keep(choices.BOUGHT_STEP, rows, rows["customer_id"].isin(buyers))
    if filters.min_days < 2:
        return rows
    kinds = ["purchase"] if filters.days_of == "purchase" else ["purchase", "return"]
    active = rows.loc[rows["kind"].isin(kinds), ["customer_id", "time"]]
    days = active["time"].dt.normalize().groupby(active["customer_id"]).nunique()
    regulars = days.index[days >= filters.min_days]
    return ladder.keep(filters.days_step, rows, rows["customer_id"].isin(regulars))
