"""A visit to every page in a real browser, on the database of a run; what is read there is compared with SQL."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from tests.dashboard import browser
from tests.dashboard.browser import metric, settled, turn

OURS = "pipeline = 'monthly'"
INSIDERS = f"FROM current_customers WHERE {OURS} AND is_insider"
MODEL = f"(SELECT model FROM current_totals WHERE {OURS} AND level = 'product' ORDER BY periods DESC LIMIT 1)"
"""The model in use for products: where two made a forecast, the one that was judged on more periods."""
BEST = (
    f"SELECT SUM(mean) AS expected FROM current_forecasts WHERE {OURS} AND level = 'product' AND model = {MODEL} "
    "GROUP BY series ORDER BY expected DESC LIMIT 1"
)
"""What the product is expected to sell that should sell most: it is chosen before the reader has chosen."""


def visit(output: Path, engine: sa.Engine) -> None:
    """Open all pages, use a filter, and find the numbers of the database there; or skip where there is no browser."""
    program = browser.program()
    if program is None:
        pytest.skip(browser.MISSING)
    url = engine.url.render_as_string(hide_password=False)
    with browser.serving(output, url) as address, browser.browsing(program) as one, engine.connect() as connection:
        page = one.new_page(viewport={"width": 1280, "height": 1200})
        page.set_default_timeout(20_000)
        with browser.faultless(page):
            page.goto(address)
            settled(page)
            _insiders(page, connection)
            for title in browser.TITLES[1:]:
                turn(page, title)
                if title == "Product":
                    expected = _one(connection, BEST)
                    assert _digits(metric(page, "Expected in the horizon")) == pytest.approx(expected, abs=1)


def _insiders(page: Page, connection: sa.Connection) -> None:
    """The first page: how many they are, their revenue, how many the filter finds of the others, who is at risk."""
    number = _one(connection, f"SELECT COUNT(*) {INSIDERS}")
    everybody = _one(connection, f"SELECT COUNT(*) FROM current_customers WHERE {OURS}")
    assert metric(page, "Insiders (customers)") == f"{number:,.0f}"
    assert metric(page, "Share of customers") == f"{100 * number / everybody:.1f} %"
    revenue = _one(connection, f"SELECT SUM(gross_revenue) {INSIDERS}")
    assert _digits(metric(page, "Gross revenue")) == pytest.approx(revenue, abs=1)
    page.get_by_role("tab", name="Customers").click()
    page.get_by_text("others only", exact=True).click()
    expect(page.get_by_text(f"{everybody - number:,.0f} customers found")).to_be_visible()
    page.get_by_role("tab", name="At risk").click()
    risk = _one(connection, f"SELECT COUNT(*) {INSIDERS} AND at_risk IS NOT NULL")
    assert _digits(metric(page, "Insiders at risk of leaving")) == risk


def _one(connection: sa.Connection, query: str) -> float:
    """The single number that a query finds."""
    return float(connection.execute(sa.text(query)).scalar_one())


def _digits(text: str) -> float:
    """The number in a text, whatever its unit."""
    return float(re.sub(r"\D", "", text))
