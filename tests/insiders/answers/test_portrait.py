"""Who the Insiders are, held against figures computed another way."""

from __future__ import annotations

import numpy as np
import pytest

from insiders.answers import portrait
from insiders.answers.evidence import Evidence


def test_who(run: Evidence) -> None:
    """The list begins with the Insider with most revenue, and counts all of them."""
    answer = portrait.who(run)
    first = run.insiders.loc[run.insiders["gross_revenue"].idxmax(), "customer_id"]
    assert answer.table is not None
    assert answer.table["customer"].tolist() == answer.figures["first_customers"]
    assert answer.table["customer"].iloc[0] == first
    assert answer.figures["insiders"] == run.customers["is_insider"].sum()
    assert answer.sentence.startswith(f"{len(run.insiders)} customers are Insiders")


def test_how_many_has_two_denominators(run: Evidence) -> None:
    """The share of the segmented customers is larger than that of all buyers, who also came once."""
    figures = portrait.how_many(run).figures
    assert figures["share_of_segmented"] == np.mean(run.customers["is_insider"])
    assert figures["share_of_buyers"] == len(run.insiders) / int(run.buyers["customers"])
    assert figures["identified_buyers"] > figures["segmented_customers"]  # type: ignore[operator]


def test_traits_are_of_customers(run: Evidence) -> None:
    """Means and medians are taken over customers: the mean ticket is no ratio of sums; every segment has its row."""
    answer, ours = portrait.traits(run), run.insiders
    assert answer.figures["mean_avg_ticket"]["Insiders"] == pytest.approx(ours["avg_ticket"].mean())  # type: ignore[index]
    assert answer.figures["median_n_invoices"]["Insiders"] == np.median(ours["n_invoices"])  # type: ignore[index]
    assert ours["avg_ticket"].mean() != pytest.approx(ours["gross_revenue"].sum() / ours["n_invoices"].sum())
    assert answer.table is not None
    assert answer.table.iloc[:, 0].tolist() == run.segments["segment"].tolist()
