"""Figures of what is sold, and when."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.container import BarContainer

from insiders.charts import sales, style
from insiders.exploration.bulk import bulk_lines, bulk_products
from insiders.exploration.cohorts import cohort_retention
from insiders.exploration.cycles import daily_sales, monthly_cycle, weekly_cycle
from insiders.exploration.pareto import pareto
from tests.insiders.small_shop import prepared

style.use()

BOOKS = prepared(
    *(
        {"invoice": str(n), "time": day, "customer_id": str(n % 5), "product": str(10001 + n % 3)}
        for n, day in enumerate(pd.bdate_range("2024-01-01", "2024-03-08"))
    )
)


def test_curves_end_with_everything() -> None:
    """Each known ranking has a curve that ends at 100 %; an unknown one has none."""
    tables = {"products": pareto(BOOKS, "product"), "categories": pareto(BOOKS, "category")}
    figure = sales.pareto_curves(tables)
    best_first = [line for line in figure.axes[0].lines if line.get_label() == "products"]
    assert np.asarray(best_first[0].get_ydata())[-1] == 1.0
    assert "categories" not in {line.get_label() for axes in figure.axes for line in axes.lines}


def test_partial_months_are_hatched() -> None:
    """The month that the data cut is hatched, the whole ones are not."""
    daily = daily_sales(BOOKS)
    figure = sales.cycles(weekly_cycle(daily), monthly_cycle(daily), "€")
    (bars,) = [container for container in figure.axes[1].containers if isinstance(container, BarContainer)]
    assert [bar.get_hatch() for bar in bars] == [None, None, "///"]
    assert figure.axes[0].get_ylabel() == "gross revenue per open day"


def test_daily_shows_open_days() -> None:
    """One bar per open day."""
    figure = sales.daily(daily_sales(BOOKS), "€")
    assert len(figure.axes[0].patches) == BOOKS["time"].nunique()


def test_retention_in_percent() -> None:
    """Cells hold the share of the cohort in percent, and its size stands at its row."""
    figure = sales.retention(cohort_retention(BOOKS))
    axes = figure.axes[0]
    assert {text.get_text() for text in axes.texts} == {"100"}
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["Jan 2024 (5)"]


def test_bulk_with_and_without() -> None:
    """A bulk product is named with its share; without any the figure is empty, not broken."""
    many = prepared(*({"invoice": str(n)} for n in range(20)), {"quantity": 80})
    axes = sales.bulk(bulk_products(many, bulk_lines(many))).axes[0]
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["10001 RED MUG"]
    sales.bulk(bulk_products(BOOKS, bulk_lines(BOOKS))).draw_without_rendering()
