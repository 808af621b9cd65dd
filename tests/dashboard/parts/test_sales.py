"""What is expected of a choice: its sum with the bounds that the choice and the horizon allow."""

from __future__ import annotations

import sqlalchemy as sa
from streamlit.testing.v1 import AppTest

from dashboard import database
from dashboard.queries import series
from tests.dashboard import shop
from tests.dashboard.conftest import Show, texts


def metrics(shown: AppTest) -> dict[str, str]:
    """The figures of a page."""
    return {one.label: one.value for one in shown.metric}


def chosen(show: Show, page: str, *codes: str) -> AppTest:
    """A page with a choice made."""
    return show(page).multiselect(key=f"{page} chosen").set_value(list(codes)).run()


def sums(engine: sa.Engine, level: str, *codes: str) -> tuple[float, float, float]:
    """What those series should sell, and the bounds of their own sums, added up."""
    rows = database.rows(engine, series.these(shop.LIVE, level, codes))
    return rows["mean"].sum(), rows["lower"].sum(), rows["upper"].sum()


def test_one_series_has_the_bounds_of_its_own_sum(show: Show, shop_engine: sa.Engine) -> None:
    """Over the whole horizon; of a part of it the days' bounds are added up, and that is said."""
    mean, low, high = sums(shop_engine, "product", "MUG")
    shown = chosen(show, "product", "MUG")
    assert metrics(shown)["Expected in the horizon"] == f"{mean:,.0f} pieces"
    assert metrics(shown)["80 % bounds of that sum"] == f"{low:,.0f} to {high:,.0f} pieces"
    assert "These bounds are the sum's own" in texts(shown, "caption")
    shown.slider(key="product horizon").set_value(1).run()
    query = (
        "SELECT lower, upper FROM current_forecasts WHERE series = 'MUG' AND level = 'product' ORDER BY date LIMIT 1"
    )
    with shop_engine.connect() as connection:
        one_low, one_high = connection.execute(sa.text(query)).one()
    assert metrics(shown)["80 % bounds of that sum"] == f"{one_low:,.0f} to {one_high:,.0f} pieces"
    assert "this one is cut short" in texts(shown, "caption")


def test_several_series_say_what_their_bounds_are(show: Show, shop_engine: sa.Engine) -> None:
    """Those of each sum added up, and why that is too wide; of all series those of the level."""
    _, low, high = sums(shop_engine, "store", "north", "south")
    some, every = chosen(show, "store", "north", "south"), chosen(show, "store", *shop.LEVELS["store"])
    assert metrics(some)["80 % bounds of that sum"] == f"{low:,.0f} to {high:,.0f} pieces"
    assert "as if all of them were missed the same way" in texts(some, "caption")
    assert metrics(every)["80 % bounds of that sum"] == "8,000 to 10,000 pieces"
    assert "those of all together" in texts(every, "caption")
