"""What the generated shop sells, where and when: products with categories, stores, countries, seasons, closed days."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd

CATEGORIES: Mapping[str, tuple[float, tuple[float, ...]]] = {
    # median price, and how much of it is bought in each month from January to December
    "Kitchen": (4.5, (1, 1, 1, 1, 1, 1, 1, 1, 1.1, 1.1, 1.3, 1.3)),
    "Home": (8.0, (1.1, 1, 1, 1, 0.9, 0.9, 0.9, 0.9, 1, 1.1, 1.2, 1.2)),
    "Garden": (6.0, (0.3, 0.5, 1.2, 1.8, 2.0, 1.8, 1.4, 1.0, 0.6, 0.4, 0.3, 0.3)),
    "Stationery": (2.0, (1.0, 0.8, 0.8, 0.8, 0.8, 0.8, 0.9, 1.5, 1.6, 1.0, 1.0, 1.0)),
    "Toys": (5.0, (0.6, 0.6, 0.7, 0.8, 0.9, 0.9, 0.9, 0.9, 0.9, 1.1, 1.8, 2.0)),
    "Christmas": (3.5, (0.1, 0.05, 0.05, 0.05, 0.05, 0.05, 0.2, 0.6, 1.5, 2.5, 4.0, 3.0)),
}

STORES = ("Harbour Street", "Market Square", "Old Mill", "Online")
ONLINE = STORES.index("Online")

COUNTRIES: Mapping[str, float] = {
    "United Kingdom": 0.86,
    "Germany": 0.04,
    "France": 0.035,
    "EIRE": 0.025,
    "Netherlands": 0.02,
    "Spain": 0.012,
    "Unspecified": 0.005,
    "European Community": 0.003,
}
"""Share of the customers; the last two are no countries, as exports have them."""

SPECIAL: Mapping[str, str] = {
    "POST": "POSTAGE",
    "M": "Manual",
    "D": "Discount",
    "BANK CHARGES": "Bank Charges",
    "AMAZONFEE": "AMAZON FEE",
    "B": "Adjust bad debt",
}
"""Codes that are no products, with their descriptions."""

WEEKDAYS = np.array([1.0, 1.05, 1.1, 1.2, 1.0, 0.0, 0.6])
"""How busy the shop is from Monday to Sunday; it is closed on Saturdays."""

YEAR = np.array([0.8, 0.75, 0.9, 0.85, 0.95, 0.9, 0.85, 0.85, 1.1, 1.25, 1.6, 1.3])
"""How busy it is from January to December."""

HOLIDAYS = frozenset({(1, 1), (12, 25), (12, 26)})
GROWTH_A_YEAR = 0.15

_LOOKS = ("RED", "BLUE", "VINTAGE", "SPOTTED", "STRIPED", "IVORY", "RETRO", "MINI", "LARGE", "WOODEN", "GLASS", "FOLK")
_THINGS: Mapping[str, tuple[str, ...]] = {
    "Kitchen": ("MUG", "CAKE STAND", "TEA TOWEL", "LUNCH BAG", "JAM JAR", "TRAY"),
    "Home": ("CLOCK", "CUSHION", "LANTERN", "PHOTO FRAME", "DOORMAT", "MIRROR"),
    "Garden": ("PLANTER", "WATERING CAN", "BIRD TABLE", "PARASOL", "HERB MARKER", "WINDMILL"),
    "Stationery": ("NOTEBOOK", "PENCIL SET", "GIFT TAG", "STICKER SHEET", "WRAP", "CARD"),
    "Toys": ("SPINNING TOP", "PUZZLE", "DOLL", "TRAIN", "SKIPPING ROPE", "MONEY BOX"),
    "Christmas": ("BAUBLE", "GARLAND", "STOCKING", "TREE TOPPER", "ADVENT HOUSE", "SNOW GLOBE"),
}


def products(rng: np.random.Generator, size: int) -> pd.DataFrame:
    """The catalogue, one row per code: product, description, category (a number), price, pack (pieces sold together).

    Real products first, in the order of their categories, then the special codes, which have no category (-1).
    """
    category = np.sort(np.arange(size) % len(CATEGORIES))
    names = list(CATEGORIES)
    number = 20_000 + rng.permutation(70_000)[:size]
    suffix = rng.choice(["", "A", "B", "C"], size, p=[0.7, 0.1, 0.1, 0.1])
    things = [_THINGS[names[c]][i] for c, i in zip(category, rng.integers(6, size=size), strict=True)]
    looks = rng.choice(_LOOKS, size)
    medians = np.array([median for median, _ in CATEGORIES.values()])
    real = pd.DataFrame(
        {
            "product": [f"{n}{s}" for n, s in zip(number, suffix, strict=True)],
            "description": [f"{look} {thing}" for look, thing in zip(looks, things, strict=True)],
            "category": category,
            "price": np.round(medians[category] * rng.lognormal(0, 0.6, size), 1) + 0.05,
            "pack": rng.choice([1, 2, 6, 12], size, p=[0.5, 0.2, 0.2, 0.1]),
        }
    )
    special = pd.DataFrame({"product": [*SPECIAL], "description": [*SPECIAL.values()], "category": -1})
    return pd.concat([real, special.assign(price=18.0, pack=1)], ignore_index=True)


def busyness(last_day: date, days: int) -> pd.Series:
    """How busy the shop is on each day, indexed by day; 0 on closed days."""
    calendar = pd.date_range(end=pd.Timestamp(last_day), periods=days, freq="D")
    closed = np.array([(day.month, day.day) in HOLIDAYS for day in calendar])
    growth = (1 + GROWTH_A_YEAR) ** (np.arange(days) / 365.25)
    return pd.Series(WEEKDAYS[calendar.weekday] * YEAR[calendar.month - 1] * growth * ~closed, index=calendar)
