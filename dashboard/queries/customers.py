"""Questions about customers. A million of them: lists come by the page, and what counts them reads an index only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count as count_from
from math import isqrt
from typing import Any

import sqlalchemy as sa

from dashboard.queries.views import ANSWERS, CHANGES, CUSTOMERS, SEGMENTS

PAGE = 50
MOST_COUNTRIES = 300
MOST_ON_MAP = 4_000
MOST_ROWS = 200_000
"""Of a download: more is cut, and the page says so."""
LISTED = (
    "customer_id",
    "segment",
    "is_insider",
    "why",
    "gross_revenue",
    "n_invoices",
    "avg_ticket",
    "last_purchase",
    "recency_days",
    "country",
    "probability_high_value",
    "probability_active",
    "propensity_30_days",
    "expected_revenue_90_days",
    "at_risk",
)
DOWNLOADED = (
    "customer_id",
    "segment",
    "is_insider",
    "gross_revenue",
    "net_revenue",
    "n_invoices",
    "avg_ticket",
    "last_purchase",
    "recency_days",
    "avg_gap_days",
    "return_share",
    "is_wholesale",
    "main_category",
    "country",
    "probability_high_value",
    "probability_active",
    "propensity_30_days",
    "expected_revenue_90_days",
    "expected_revenue_lower",
    "expected_revenue_upper",
    "at_risk",
    "why",
)


@dataclass(frozen=True)
class Wanted:
    """Which customers of a run a list shows; what is empty or None asks for nothing."""

    run_id: str
    number: str = ""
    """Beginning of the customer's number."""
    insider: bool | None = None
    segments: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    at_risk: bool = False
    revenue_from: float | None = None

    @property
    def plain(self) -> bool:
        """Whether nothing is asked for but membership and segments, so that the segments themselves know the count."""
        return not (self.number or self.countries or self.at_risk) and self.revenue_from is None

    def conditions(self) -> list[sa.ColumnElement[bool]]:
        """The same in SQL."""
        one, asked = CUSTOMERS.c, [CUSTOMERS.c.run_id == self.run_id]
        if self.number:
            asked.append(one.customer_id.startswith(self.number, autoescape=True))
        if self.insider is not None:
            asked.append(one.is_insider.is_(self.insider))
        if self.segments:
            asked.append(one.segment.in_(self.segments))
        if self.countries:
            asked.append(one.country.in_(self.countries))
        if self.at_risk:
            asked.append(one.at_risk.is_not(None))
        if self.revenue_from is not None:
            asked.append(one.gross_revenue >= self.revenue_from)
        return asked


def segments(run_id: str) -> sa.Select[Any]:
    """The profiles of a live run's segments, highest value first."""
    return sa.select(SEGMENTS).where(SEGMENTS.c.run_id == run_id).order_by(SEGMENTS.c.value_rank)


def countries(run_id: str) -> sa.Select[Any]:
    """The countries of a run's customers: an index is asked for the next one again and again, and no row is read."""
    one = CUSTOMERS.c.country
    smallest = sa.select(one).where(CUSTOMERS.c.run_id == run_id).order_by(one).limit(1)
    known = sa.select(smallest.scalar_subquery().label("country")).cte("known", recursive=True)
    following = smallest.where(one > known.c.country).correlate(known).scalar_subquery()
    known = known.union_all(sa.select(following).where(known.c.country.is_not(None)))
    return sa.select(known.c.country).where(known.c.country.is_not(None)).limit(MOST_COUNTRIES)


def as_of(run_id: str) -> sa.Select[Any]:
    """One customer's last purchase and the days since: together the day that the run looks back from."""
    return sa.select(CUSTOMERS.c.last_purchase, CUSTOMERS.c.recency_days).where(CUSTOMERS.c.run_id == run_id).limit(1)


def count(wanted: Wanted) -> sa.Select[Any]:
    """How many customers a list has: customers."""
    return sa.select(sa.func.count().label("customers")).where(*wanted.conditions()).select_from(CUSTOMERS)


def numbers(wanted: Wanted, page: int) -> sa.Select[Any]:
    """Who is on one page of a list, highest gross revenue first: customer_id."""
    asked = sa.select(CUSTOMERS.c.customer_id).where(*wanted.conditions())
    asked = asked.order_by(CUSTOMERS.c.gross_revenue.desc(), CUSTOMERS.c.customer_id)
    return asked.limit(PAGE).offset(PAGE * page)


def these(run_id: str, numbers: list[str], columns: Sequence[str] = LISTED) -> sa.Select[Any]:
    """The rows of those customers, in no order: asked for one, SQLite reads all customers in that order."""
    asked = sa.select(*(CUSTOMERS.c[name] for name in columns)).where(CUSTOMERS.c.run_id == run_id)
    return asked.where(CUSTOMERS.c.customer_id.in_(numbers))


def whole_list(wanted: Wanted) -> sa.Select[Any]:
    """The list as it is downloaded, at most `MOST_ROWS`."""
    asked = sa.select(*(CUSTOMERS.c[name] for name in DOWNLOADED)).where(*wanted.conditions())
    return asked.order_by(CUSTOMERS.c.gross_revenue.desc(), CUSTOMERS.c.customer_id).limit(MOST_ROWS)


def drawn(run_id: str, customers: int) -> sa.Select[Any]:
    """About `MOST_ON_MAP` of so many customers: customer_id.

    Drawn as if by lot, and always the same: by the remainder of their gross revenue, in hundredths, over a prime. An
    index holds it, so that no row is read.
    """
    prime = _prime(-(-customers // MOST_ON_MAP))
    hundredths = sa.cast(CUSTOMERS.c.gross_revenue * 100, sa.BigInteger)
    asked = sa.select(CUSTOMERS.c.customer_id).where(CUSTOMERS.c.run_id == run_id, hundredths % prime == prime // 2)
    return asked.limit(2 * MOST_ON_MAP)


def on_map(run_id: str, numbers: list[str] | None = None) -> sa.Select[Any]:
    """Places on the map, of all customers or of those named."""
    names = ("customer_id", "segment", "map_x", "map_y")
    asked = sa.select(*(CUSTOMERS.c[name] for name in names)).where(CUSTOMERS.c.run_id == run_id)
    return asked if numbers is None else asked.where(CUSTOMERS.c.customer_id.in_(numbers))


def changes(run_id: str) -> sa.Select[Any]:
    """How many entered and left since the run that was live before: change, customers."""
    counted = sa.func.count().label("customers")
    return sa.select(CHANGES.c.change, counted).where(CHANGES.c.run_id == run_id).group_by(CHANGES.c.change)


def changed(run_id: str, change: str, page: int) -> sa.Select[Any]:
    """One page of those who entered, or left, with the rule that says why."""
    asked = sa.select(CHANGES.c.customer_id, CHANGES.c.why, CHANGES.c.previous_run_id)
    asked = asked.where(CHANGES.c.run_id == run_id, CHANGES.c.change == change)
    return asked.order_by(CHANGES.c.customer_id).limit(PAGE).offset(PAGE * page)


def answers(run_id: str) -> sa.Select[Any]:
    """The questions of the business and their answers, as the report has them."""
    return sa.select(ANSWERS).where(ANSWERS.c.run_id == run_id).order_by(ANSWERS.c.position)


def _prime(least: int) -> int:
    """The smallest prime from there on: round amounts of money share no factor with it."""
    return next(n for n in count_from(max(2, least)) if all(n % d for d in range(2, isqrt(n) + 1)))
