"""A generated retailer: as large as asked for, the same for the same seed, with the quirks that real exports have.

Customers buy as in the BG/NBD model (Fader, Hardie, Lee 2005): each at a rate of their own (gamma), thinned by the
shop's seasons and closed days, until they drop out after one of their purchases (beta-geometric). What they spend is
lognormal, each has a favourite category and a home store, and some buy for shops of their own.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from insiders.columns import RAW
from insiders.demo_shop import catalogue as demo_catalogue
from insiders.demo_shop import quirks as demo_quirks
from insiders.demo_shop.catalogue import CATEGORIES, COUNTRIES, ONLINE, STORES

CUSTOMERS = 1_000
CURRENCY = "€"
LAST_DAY = date(2024, 11, 30)

_TEXT = pd.StringDtype("pyarrow")


def generate(
    *,
    customers: int = CUSTOMERS,
    seed: int = 42,
    days: int = 730,
    last_day: date = LAST_DAY,
    products: int = 300,
    quirks: bool = True,
) -> pd.DataFrame:
    """Raw transactions in the order of their time, columns as in `insiders.columns.RAW`.

    ``quirks``: with returns, cancellations, repeated lines, codes that are no products, rows without a customer, an
    order beyond all measure, spellings in lower case, prices of 0, and rows that break the contract. Quantities are
    float64, since some of those are missing.
    """
    rng = np.random.default_rng(seed)
    catalogue = demo_catalogue.products(rng, products)
    busy = demo_catalogue.busyness(last_day, days)
    people = _people(rng, customers)
    lines = _lines(rng, people, _visits(rng, people, busy), catalogue[catalogue["category"] >= 0])
    if quirks:
        lines = demo_quirks.plant(rng, lines, [*catalogue["product"]], end=busy.index[-1])
    rows = _written(lines, catalogue, people)
    return demo_quirks.spoil(rng, rows) if quirks else rows


def _people(rng: np.random.Generator, size: int) -> pd.DataFrame:
    """One row per customer: habits."""
    country = rng.choice(len(COUNTRIES), size, p=np.array([*COUNTRIES.values()]) / sum(COUNTRIES.values()))
    wholesale = rng.random(size) < 0.01
    return pd.DataFrame(
        {
            "country": country,
            "store": np.where(country == 0, rng.choice(len(STORES), size, p=[0.3, 0.2, 0.15, 0.35]), ONLINE),
            "joined": np.where(rng.random(size) < 0.35, 0.0, rng.uniform(0, 0.95, size)),
            "purchases": rng.gamma(0.8, 12.0, size),  # in the whole period, were the customer there and active
            "dropout": rng.beta(1.0, 12.0, size),  # after each purchase
            "lines": rng.lognormal(1.5, 0.5, size),
            "pieces": rng.lognormal(0.0, 0.5, size) * np.where(wholesale, 25, 1),
            "favourite": rng.integers(len(CATEGORIES), size=size),
        }
    )


def _visits(rng: np.random.Generator, people: pd.DataFrame, busy: pd.Series) -> pd.DataFrame:
    """One row per purchase: customer and time, in order of time.

    A purchase is a point on the shop's own clock, which runs from 0 to 1 and stands still while the shop is closed.
    """
    joined = people["joined"].to_numpy()
    later = rng.poisson(people["purchases"] * (1 - joined))
    customer = np.concatenate([np.arange(len(people)), np.repeat(np.arange(len(people)), later)])
    point = joined[customer] + (1 - joined[customer]) * rng.random(len(customer))
    # The first purchase makes a customer; those of old are met somewhere in the first part of the period.
    point[: len(people)] = joined + (1 - joined) * rng.random(len(people)) * np.where(joined > 0, 0.01, 0.4)
    order = np.lexsort([point, customer])
    customer, point = customer[order], point[order]
    nth = pd.Series(customer).groupby(customer).cumcount().to_numpy()
    active = nth < rng.geometric(people["dropout"].clip(1e-3))[customer]
    clock = np.concatenate([[0], np.cumsum(busy) / busy.sum()])
    day = np.searchsorted(clock, point[active], side="right") - 1
    minute = np.clip(rng.normal(12.8 * 60, 130, len(day)), 8 * 60, 18 * 60).astype("int64")
    time = busy.index.to_numpy()[day] + minute.astype("timedelta64[m]")
    visits = pd.DataFrame({"customer": customer[active], "time": time})
    return visits.sort_values(["time", "customer"], ignore_index=True)


def _lines(
    rng: np.random.Generator, people: pd.DataFrame, visits: pd.DataFrame, catalogue: pd.DataFrame
) -> pd.DataFrame:
    """One row per line of each purchase.

    Columns: event (number of the purchase), customer, time, store, product (a row of the catalogue), quantity, price,
    prefix (of the invoice number).
    """
    who = visits["customer"].to_numpy()
    count = 1 + rng.poisson(people["lines"].to_numpy()[who])
    lines = visits.loc[np.repeat(visits.index, count)].reset_index(names="event")
    who = lines["customer"].to_numpy()
    product = _choice(rng, people["favourite"].to_numpy()[who], lines["time"].dt.month.to_numpy(), catalogue)
    # Hardly anybody lists a product twice in one basket.
    once = (~lines.assign(product=product).duplicated(["event", "product"])).to_numpy() | (rng.random(len(lines)) < 0.1)
    lines, product, who = lines[once].reset_index(drop=True), product[once], who[once]
    packs = np.ceil(rng.lognormal(0.0, 0.8, len(lines)) * people["pieces"].to_numpy()[who])
    quantity = packs * catalogue["pack"].to_numpy()[product]
    price = catalogue["price"].to_numpy()[product] * np.where(quantity >= 48, 0.85, 1.0)  # a discount for quantity
    moved = rng.random(len(visits)) < 0.1  # now and then a customer buys in another store
    store = np.where(moved, rng.integers(len(STORES), size=len(visits)), people["store"].to_numpy()[visits["customer"]])
    return lines.assign(
        store=store[lines["event"]], product=product, quantity=quantity, price=np.round(price, 2), prefix=""
    )


def _choice(rng: np.random.Generator, favourite: np.ndarray, month: np.ndarray, catalogue: pd.DataFrame) -> np.ndarray:
    """A product for each line: the favourite category or one in season, and in it the popular products more often."""
    season = np.array([profile for _, profile in CATEGORIES.values()]).T
    chances = np.cumsum(season / season.sum(axis=1, keepdims=True), axis=1)
    seasonal = (rng.random(len(month))[:, None] > chances[month - 1, :-1]).sum(axis=1)
    category = np.where(rng.random(len(month)) < 0.5, favourite, seasonal)
    sizes = np.bincount(catalogue["category"], minlength=len(CATEGORIES))
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    return np.asarray(starts[category] + (sizes[category] * rng.random(len(month)) ** 4).astype("int64"))


def _written(lines: pd.DataFrame, catalogue: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    """The lines as an export writes them."""
    lines = lines.sort_values(["time", "event"], kind="stable", ignore_index=True)
    number, _ = pd.factorize(lines["event"])
    customer, product = lines["customer"].to_numpy(), lines["product"].to_numpy()
    category = np.array([*CATEGORIES, None], dtype=object)[catalogue["category"].to_numpy()[product]]
    known = customer != demo_quirks.NOBODY
    country = np.where(known, people["country"].to_numpy()[customer], 0)
    rows = pd.DataFrame(
        {
            "invoice": lines["prefix"] + pd.Series(500_001 + number).astype(str),
            "product": catalogue["product"].to_numpy()[product],
            "description": catalogue["description"].to_numpy()[product],
            "quantity": lines["quantity"].astype("float64"),
            "time": lines["time"].astype("datetime64[ns]"),
            "unit_price": lines["price"].astype("float64"),
            "customer_id": pd.Series(12_001 + customer).astype(str).where(known),
            "country": np.array([*COUNTRIES], dtype=object)[country],
            "store": np.array(STORES, dtype=object)[lines["store"]],
            "category": category,
        }
    )[list(RAW)]
    text = [column for column in RAW if column not in {"quantity", "time", "unit_price"}]
    return rows.astype(dict.fromkeys(text, _TEXT))
