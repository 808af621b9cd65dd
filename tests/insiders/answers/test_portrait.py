"""Who the Insiders are, held against figures computed another way."""

from __future__ import annotations

import numpy as np
import pytest

from insiders.answers import portrait
from insiders.answers.evidence import Evidence


def test_who(run: Evidence) -> None:
    """The list begins with the customer with most revenue, and counts all Insiders."""
    answer = portrait.who(run)
    first = run.customers.loc[run.customers["gross_revenue"].idxmax(), "customer_id"]
    assert f"customer {first}," in answer.text
    assert answer.figures["insiders"] == run.customers["is_insider"].sum()
    assert answer.table is not None
    assert answer.table["customer"].tolist() == answer.figures["first_customers"]


def test_how_many_has_two_denominators(run: Evidence) -> None:
    """The share of the segmented customers is larger than that of all buyers, who also came once."""
    figures = portrait.how_many(run).figures
    assert figures["share_of_segmented"] == np.mean(run.customers["is_insider"])
    assert figures["share_of_buyers"] == len(run.insiders) / int(run.buyers["customers"])
    assert figures["identified_buyers"] > figures["segmented_customers"]  # type: ignore[operator]


def test_traits_are_of_customers(run: Evidence) -> None:
    """Means and medians are taken over customers: the mean ticket is no ratio of sums."""
    figures = portrait.traits(run).figures
    ours = run.insiders
    assert figures["mean"]["Insiders"]["avg_ticket"] == pytest.approx(ours["avg_ticket"].mean())  # type: ignore[index]
    assert figures["median"]["Insiders"]["n_invoices"] == np.median(ours["n_invoices"])  # type: ignore[index]
    assert ours["avg_ticket"].mean() != pytest.approx(ours["gross_revenue"].sum() / ours["n_invoices"].sum())


def test_traits_show_every_segment(run: Evidence) -> None:
    """The table has a row per segment, highest value first, with the median before the mean."""
    table = portrait.traits(run).table
    assert table is not None
    assert table.iloc[:, 0].tolist() == run.segments["segment"].tolist()
    tickets = run.insiders["avg_ticket"]
    shown = table.set_index(table.columns[0])["mean ticket of the customer"]["Insiders"]
    assert shown == f"€{tickets.median():,.0f} (€{tickets.mean():,.0f})"


def test_shares(run: Evidence) -> None:
    """Shares are of the named whole; here the Insiders are those with most revenue, as the plain sort is."""
    figures = portrait.shares(run).figures
    share = run.insiders["gross_revenue"].sum() / run.customers["gross_revenue"].sum()
    of_all = run.insiders["gross_revenue"].sum() / run.buyers["gross_revenue"]
    assert figures["insiders"]["gross_of_segmented"] == pytest.approx(share)  # type: ignore[index]
    assert figures["insiders"]["gross_of_buyers"] == pytest.approx(of_all)  # type: ignore[index]
    assert figures["insiders"] == pytest.approx(figures["plain_sort"])
    assert figures["in_both_lists"] == len(run.insiders)
