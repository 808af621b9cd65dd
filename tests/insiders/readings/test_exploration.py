"""Sentences that read a figure: true for whatever data come in."""

from __future__ import annotations

import pandas as pd
import pytest

from insiders.exploration import bulk, hypotheses, pareto
from insiders.exploration.cohorts import cohort_retention
from insiders.exploration.cycles import closed_days, daily_sales, monthly_cycle, weekly_cycle
from insiders.readings import exploration as readings
from tests.insiders.small_shop import prepared

SOURCE = pd.Series(
    {
        "name": "demo:10",
        "rows": 1_234,
        "first_day": pd.Timestamp("2024-01-01 09:00"),
        "last_day": pd.Timestamp("2024-01-31 18:00"),
        "currency": "€",
        "synthetic": True,
        "citation": pd.NA,
    }
)
BOOKS = prepared(
    *({"invoice": str(n), "time": day} for n, day in enumerate(pd.bdate_range("2024-01-01", "2024-02-09")))
)


def test_the_source_of_a_generated_shop() -> None:
    """Generated data open with the banner; what is not known is not said."""
    text = readings.source_reading(SOURCE)
    assert text.startswith("> **⚠ GENERATED DEMO DATA")
    assert "**1,234 rows** were read from `demo:10`, from 2024-01-01 to 2024-01-31 (31 calendar days)" in text
    assert "cite" not in text


def test_the_source_of_real_data() -> None:
    """Real data have no banner; citation and note are told."""
    real = pd.Series(
        {**SOURCE.to_dict(), "synthetic": False, "citation": "Chen (2015).", "note": "Two sheets overlap."}
    )
    text = readings.source_reading(real)
    assert "DEMO" not in text
    assert text.endswith("Two sheets overlap. Source to cite: Chen (2015).")


def test_the_costliest_step_is_named() -> None:
    """The reading of the ladder names the step that loses most rows."""
    ladder = pd.DataFrame({"step": ["all", "known", "priced"], "rows": [100, 40, 30], "customers": [9, 9, 8]})
    text = readings.ladder_reading(ladder)
    assert "30 (30.0 % of them), and to 8 customers" in text
    assert "“known” (60)" in text


@pytest.mark.parametrize(
    ("rows", "said"), [([], "nothing was quarantined"), ([3, 1], "4 rows of 1,000 read (0.400 %)")]
)
def test_quarantine(rows: list[int], said: str) -> None:
    """Rows set aside are counted, and that there are none is said."""
    assert said in readings.quarantine_reading(pd.DataFrame({"rows": rows}), 1_000)


def test_groups_that_are_not_known() -> None:
    """A source without categories gets the reason instead of a number."""
    text = readings.pareto_reading(pareto.pareto(BOOKS, "category"), "category", "categories")
    assert text == "This source does not name categories, so revenue cannot be split by category."


def test_pareto_of_one_product() -> None:
    """One product is a fifth of the products, rounded up, and brings everything."""
    text = readings.pareto_reading(pareto.pareto(BOOKS, "product"), "product", "products")
    assert "The best 1 of 1 products" in text
    assert "**100.0 %**" in text


def test_bulk() -> None:
    """Without bulk orders that is said; with one its size is told beside the usual."""
    usual = [{"invoice": str(n)} for n in range(20)]
    calm, busy = prepared(*usual), prepared(*usual, {"quantity": 80})
    assert readings.bulk_reading(bulk.bulk(calm), 25, "€").startswith("No purchase line")
    text = readings.bulk_reading(bulk.bulk(busy), 25, "€")
    assert "1 purchase line (4.76 % of all) by 1 customer" in text
    assert "80 pieces of 10001, usually sold by 2" in text


def test_cycles() -> None:
    """Days on which nothing is ever sold and partial months are named."""
    daily = daily_sales(BOOKS)
    months = monthly_cycle(daily)
    assert "Nothing is ever sold on Saturday and Sunday." in readings.weekly_reading(weekly_cycle(daily), "€")
    text = readings.monthly_reading(months, closed_days(daily), "€")
    assert "January 2024 with €3" in text
    assert "**February 2024**" in text
    assert "On no usually open day" in text


def test_no_month_is_whole() -> None:
    """Where no month is whole none is called the best."""
    daily = daily_sales(prepared({"time": "2024-01-10"}, {"time": "2024-01-11"}))
    assert readings.monthly_reading(monthly_cycle(daily), closed_days(daily), "€").startswith("No month is complete.")


def test_retention() -> None:
    """One month of data shows no return; two show who came back in the second."""
    assert "too short" in readings.retention_reading(cohort_retention(BOOKS[BOOKS["time"] < "2024-02-01"]))
    assert "100.0 % of the customers buy again" in readings.retention_reading(cohort_retention(BOOKS))


@pytest.mark.parametrize(("pairs", "said"), [(0, "No two features"), (1, "1 pair of features"), (7, "the strongest")])
def test_correlation(pairs: int, said: str) -> None:
    """No pair, one pair and more pairs than are shown each read well."""
    table = pd.DataFrame({"first": ["a"] * pairs, "second": ["b"] * pairs, "rho": [-0.9] * pairs})
    assert said in readings.correlation_reading(table, 0.8)


def test_hypotheses() -> None:
    """One line per claim: the verdict with its figures and its caveat, or why there is none."""
    high, low = pd.Series(range(50, 90), dtype=float), pd.Series(range(40), dtype=float)
    stated = [
        hypotheses.Hypothesis("High is above low", "height", high, low, "it is made so"),
        hypotheses.Hypothesis("Nobody is above low", "height", high[:0], low, "nobody is there"),
    ]
    first, second = readings.hypothesis_reading(hypotheses.verdicts(stated)).splitlines()
    assert "**supported**" in first
    assert "Cliff's delta 1.00" in first
    assert first.endswith("Beware: it is made so.")
    assert "**cannot be tested** with these data (group sizes 0 and 40)" in second
