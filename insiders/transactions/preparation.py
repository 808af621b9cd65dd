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
from insiders.transactions.filters import Filters, chosen
from insiders.transactions.ladder import NUMBER, Ladder

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
    rows = _identified(raw.assign(**{NUMBER: pd.factorize(raw["customer_id"])[0]}), as_of, ladder)
    rows = _typed(rows, filters)
    undone = (
        netting.whole_invoices(_by_number(rows)) if filters.net_cancellations else pd.Series(False, index=rows.index)
    )
    rows = _goods(rows, filters, ladder)
    if filters.duplicates == "drop":
        rows = ladder.keep(rows, (choices.ONCE_STEP, ~repeats.repeated(rows)))
    if filters.net_cancellations:
        rows = _netted(rows, undone.loc[rows.index], filters, ladder)
    rows = _customers(rows, filters, ladder)
    netted = rows["kind"].eq("netted")
    return Prepared(
        transactions=rows[list(HANDOFF["transactions"].columns)].reset_index(drop=True),
        ladder=ladder.table(),
        filters=filters,
        netted_lines=int(netted.sum()),
        netted_value=float(rows.loc[netted & rows["quantity"].gt(0), "revenue"].sum()),
    )


def _identified(raw: pd.DataFrame, as_of: date | None, ladder: Ladder) -> pd.DataFrame:
    ladder.mark("rows of the source", raw)
    steps = [(choices.KNOWN_STEP, raw["customer_id"].notna())]
    if as_of is not None:
        end = pd.Timestamp(as_of) + pd.Timedelta(days=1)
        steps.insert(0, (choices.AS_OF_STEP.format(as_of), raw["time"] < end))
    return ladder.keep(raw, *steps)


def _by_number(rows: pd.DataFrame) -> pd.DataFrame:
    """What netting looks at, with numbers for the customers' names, by which rows are grouped sooner."""
    found = rows[["invoice", "product", "quantity", "time", "unit_price", NUMBER]]
    return found.rename(columns={NUMBER: "customer_id"})


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
    steps = [
        (filters.price_step, price.gt(0) & price.ge(filters.min_unit_price)),
        (filters.code_step, rows["product"].str.match(filters.product_pattern)),
    ]
    if filters.exclude_countries:
        steps.append((filters.country_step, ~rows["country"].isin(filters.exclude_countries)))
    steps += [
        (choices.CUSTOMER_STEP.format(customer), rows["customer_id"].ne(customer))
        for customer in filters.exclude_customers
    ]
    return ladder.keep(rows, *steps)


def _netted(rows: pd.DataFrame, undone: pd.Series, filters: Filters, ladder: Ladder) -> pd.DataFrame:
    """Purchases undone in full, and what undoes them, marked; no row goes."""
    taken_back = netting.lines(_by_number(rows)[~undone], days=filters.netting_days)
    netted = undone | taken_back.reindex(rows.index, fill_value=False)
    ladder.mark(choices.NETTED_STEP.format(int(netted.sum())), rows)
    return rows.assign(kind=rows["kind"].mask(netted, "netted"))


def _customers(rows: pd.DataFrame, filters: Filters, ladder: Ladder) -> pd.DataFrame:
    who = rows[NUMBER]
    steps = [(choices.BOUGHT_STEP, who.isin(who[rows["kind"].eq("purchase")].unique()))]
    if filters.min_days >= 2:
        kinds = ["purchase"] if filters.days_of == "purchase" else ["purchase", "return"]
        active = rows["kind"].isin(kinds)
        days = rows.loc[active, "time"].dt.normalize().groupby(who[active]).nunique()
        steps.append((filters.days_step, who.isin(days.index[days >= filters.min_days])))
    return ladder.keep(rows, *steps)
