"""Every page in a real browser, on a small published shop whose names are hostile; numbers are compared with SQL.

The same pages on the databases of real runs, SQLite and PostgreSQL: `tests.monthly`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, Position, expect

from tests.dashboard import browser, shop
from tests.dashboard.browser import metric, settled, turn

LIVE = f"run_id = '{shop.LIVE}'"
FIRST_ROW: Position = {"x": 18, "y": 52}
"""Where a table has the mark of its first row (pixels): what is in a table is drawn, and no element of the page."""
STORES = "run_id = :run AND level = 'store' AND series IN ('north', 'south')"


@pytest.fixture(scope="module")
def address(shop_folder: Path) -> Iterator[str]:
    """One server for all tests here."""
    if browser.program() is None:
        pytest.skip(browser.MISSING)
    with browser.serving(shop_folder, f"sqlite:///{shop_folder}/insiders.db") as url:
        yield url


@pytest.fixture(scope="module")
def opened(address: str) -> Iterator[Page]:
    """One browser for all tests here, on the page of the Insiders; from then on only the menu is used."""
    with browser.browsing(str(browser.program())) as one:
        made = one.new_page(viewport={"width": 1280, "height": 1200})
        made.set_default_timeout(20_000)
        with browser.faultless(made):
            made.goto(address)
            settled(made)
        yield made


@pytest.fixture
def page(opened: Page) -> Iterator[Page]:
    """The page, which is faultless in each test."""
    with browser.faultless(opened):
        yield opened


def one(engine: sa.Engine, query: str, **values: object) -> float:
    """The single number that a query finds."""
    with engine.connect() as connection:
        return float(connection.execute(sa.text(query), {"run": shop.LIVE, **values}).scalar_one())


def test_every_page_opens(page: Page) -> None:
    """From the menu: its title and its numbers, no fault, no trace, nothing asked of any other host."""
    for title in reversed(browser.TITLES):
        turn(page, title)
        assert page.locator('[data-testid="stMetricValue"]').count() >= 3, title
        if title == "Product":
            _names_are_no_markup(page)


def _names_are_no_markup(page: Page) -> None:
    """A script, a picture and a formula as names of products are text, in the list and in the figure."""
    page.get_by_label("Clear all").click()
    page.get_by_role("combobox").first.click()
    for name in shop.LEVELS["product"]:
        expect(page.get_by_role("option", name=name, exact=True)).to_have_count(1)
    page.get_by_role("option", name=shop.PICTURE, exact=True).click()
    page.keyboard.press("Escape")
    expect(page.locator(".legendtext", has_text=shop.PICTURE)).not_to_have_count(0)
    settled(page)


def test_the_numbers_of_the_insiders_are_those_of_the_database(page: Page, shop_engine: sa.Engine) -> None:
    """Size, shares and revenue, who came and went and who is at risk, each by a query; answers are no markup."""
    turn(page, "Insiders")
    rows = f"FROM customers WHERE {LIVE}"
    insiders = one(shop_engine, f"SELECT COUNT(*) {rows} AND is_insider")
    share = insiders / one(shop_engine, f"SELECT COUNT(*) {rows}")
    assert metric(page, "Insiders (customers)") == f"{insiders:,.0f}"
    assert metric(page, "Share of customers") == f"{100 * share:.1f} %"
    revenue = one(shop_engine, f"SELECT gross_revenue FROM segments WHERE {LIVE} AND is_insiders")
    assert metric(page, "Gross revenue") == f"€{revenue:,.0f}"
    page.get_by_role("tab", name="Entered and left").click()
    assert metric(page, "Became Insiders") == metric(page, "No longer Insiders") == "1 customer"
    page.get_by_role("tab", name="At risk").click()
    risk = one(shop_engine, f"SELECT COUNT(*) {rows} AND is_insider AND at_risk IS NOT NULL")
    assert metric(page, "Insiders at risk of leaving") == f"{risk:.0f} customers"
    page.get_by_role("tab", name="Answers").click()
    expect(page.get_by_text(f"Some. {shop.PICTURE}")).to_be_visible()
    assert page.locator('img[src*="evil"]').count() == 0


def test_customers_are_found_and_taken_away(page: Page, shop_engine: sa.Engine, tmp_path: Path) -> None:
    """The filters find whom SQL finds; the file has all of them, and no cell that a spreadsheet would run."""
    turn(page, "Insiders")
    page.get_by_role("tab", name="Customers").click()
    everybody = one(shop_engine, f"SELECT COUNT(*) FROM customers WHERE {LIVE}")
    expect(page.get_by_text(f"{everybody:,.0f} customers found")).to_be_visible()
    page.get_by_text("others only", exact=True).click()
    others = one(shop_engine, f"SELECT COUNT(*) FROM customers WHERE {LIVE} AND NOT is_insider")
    expect(page.get_by_text(f"{others:,.0f} customers found")).to_be_visible()
    with shop_engine.connect() as connection:
        number = connection.execute(sa.text(f"SELECT MIN(customer_id) FROM customers WHERE {LIVE}")).scalar_one()
    beginning = number[:3]
    page.get_by_label("Customer number begins with").fill(beginning)
    page.keyboard.press("Enter")
    query = f"SELECT COUNT(*) FROM customers WHERE {LIVE} AND NOT is_insider AND customer_id LIKE :asked"
    found = one(shop_engine, query, asked=f"{beginning}%")
    expect(page.get_by_text(f"{found:,.0f} customers found")).to_be_visible()
    settled(page)
    page.locator('[data-testid="stDataFrame"] .dvn-scroller').first.click(position=FIRST_ROW)
    expect(page.get_by_text("high value next quarter")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download this list (CSV)").click()
    download.value.save_as(tmp_path / "list.csv")
    with (tmp_path / "list.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == found
    assert all(line["customer_id"].startswith(beginning) for line in lines)
    assert {line["why"] for line in lines} == {"'=1+1, less than that"}


def test_stores_are_chosen_and_added_up(page: Page, shop_engine: sa.Engine) -> None:
    """Two stores by month: what they sold and what is expected is what SQL adds up; the verdict has its bounds."""
    turn(page, "Store")
    page.get_by_label("Clear all").click()
    expect(page.get_by_text("Choose one store at least.")).to_be_visible()
    for store in ("north", "south"):
        page.get_by_role("combobox").first.fill(store)
        page.get_by_role("option", name=store, exact=True).click()
    page.keyboard.press("Escape")
    page.get_by_text("month", exact=True).click()
    sold = one(shop_engine, f"SELECT SUM(value) FROM sales WHERE {STORES}")
    expected = one(shop_engine, f"SELECT SUM(mean) FROM forecasts WHERE {STORES}")
    expect(page.locator('[data-testid="stMetricValue"]').first).to_have_text(f"{sold:,.0f} {shop.UNIT}")
    settled(page)
    assert metric(page, "Expected in the horizon") == f"{expected:,.0f} {shop.UNIT}"
    assert metric(page, "Accuracy") == "high"
    assert metric(page, "Error of a period's sum") == "8.0 %"
    expect(page.get_by_text("by 25 % at most")).not_to_have_count(0)
