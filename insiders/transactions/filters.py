"""The filters that make transactions ready for analysis, each a named choice, and two presets of them.

``classic`` repeats a fixed preparation with known results, a check on everything below. ``strict`` is what we hold
right: only products, spellings folded, orders undone in full on neither side of the ledger, customers who came back at
least once, nobody dropped by name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from types import MappingProxyType
from typing import Any, cast

from insiders.errors import AnalysisError


@dataclass(frozen=True)
class Filters:
    """What is kept and how it is read. Rows without a customer and rows at price 0 or below always go."""

    min_unit_price: float
    """Lowest price kept, in the shop's currency."""
    product_pattern: str
    """Regular expression that the code of a product meets from its first character on (RE2: no look-ahead)."""
    fold_codes: bool
    """Whether codes are trimmed and folded to upper case, so that 85123a is 85123A."""
    exclude_countries: tuple[str, ...]
    exclude_customers: tuple[str, ...]
    duplicates: str
    """``keep`` or ``drop`` lines that repeat an earlier one in every column.

    Kept by default. In the UCI file 52 % of the pairs of one product in one invoice agree in quantity, against 28 %
    between invoices of the same customer, so some may be copies; but they stand as far apart as unequal pairs (10
    lines against 12), not side by side like a line scanned twice, and a basket put together from several lists gives
    the same picture. They are 0.3 % of the revenue: what is dropped wrongly is lost for good, what is kept wrongly
    changes little. `insiders.transactions.duplicates.evidence` measures it for the data at hand.
    """
    net_cancellations: bool
    """Whether purchases undone in full, and what undoes them, are of kind ``netted``."""
    netting_days: int
    """How soon a line must be taken back to count as never bought; later it is a return.

    A month: of the lines of the UCI file that are taken back in full three in four are so within 27 days, most within
    9; who sends goods back after a season had them.
    """
    min_days: int
    """Distinct calendar days on which a customer must have been active."""
    days_of: str
    """Which days those are: ``purchase``, or ``activity``, which a return is too."""

    @property
    def price_step(self) -> str:
        """What the ladder says of the price."""
        lowest = self.min_unit_price
        return f"unit price {lowest:g} or more" if lowest > 0 else "unit price above 0"

    @property
    def code_step(self) -> str:
        """What it says of the codes."""
        return f"code of a product ({self.product_pattern})"

    @property
    def country_step(self) -> str:
        """What it says of the countries."""
        return f"country not {' or '.join(self.exclude_countries)}"

    @property
    def days_step(self) -> str:
        """What it says of the customers' days."""
        return f"customer has {self.min_days} distinct {self.days_of} days or more"


PRESETS: Mapping[str, Filters] = MappingProxyType(
    {
        "strict": Filters(
            min_unit_price=0.0,
            product_pattern=r"^\d{5}",
            fold_codes=True,
            exclude_countries=(),
            exclude_customers=(),
            duplicates="keep",
            net_cancellations=True,
            netting_days=30,
            min_days=2,
            days_of="purchase",
        ),
        "classic": Filters(
            min_unit_price=0.04,
            product_pattern=r"^.*[^A-Za-z]",  # anything but letters only
            fold_codes=False,
            exclude_countries=("European Community", "Unspecified"),
            exclude_customers=("16446", "15749"),
            duplicates="keep",
            net_cancellations=False,
            netting_days=30,
            min_days=2,
            days_of="activity",
        ),
    }
)
"""Sets of filters by name."""

AS_OF_STEP = "not later than {:%Y-%m-%d}"
KNOWN_STEP = "customer known"
CUSTOMER_STEP = "customer not {}"
ONCE_STEP = "a line that repeats another in every column counts once"
NETTED_STEP = "{:,} rows undone in full are marked as netted, none is dropped"
BOUGHT_STEP = "customer has bought"
"""What the ladder says of the other filters."""

ALLOWED: Mapping[str, tuple[str, ...]] = {"duplicates": ("keep", "drop"), "days_of": ("purchase", "activity")}


def chosen(preset: str = "strict", **overrides: object) -> Filters:
    """The filters of a preset, with those replaced for which anything but ``None`` is given."""
    faults = [] if preset in PRESETS else [f"there is no preset {preset!r}; there are {', '.join(PRESETS)}"]
    said = {name: value for name, value in overrides.items() if value is not None}
    known = {each.name for each in fields(Filters)}
    faults += [f"there is no filter {name!r}; there are {', '.join(sorted(known))}" for name in said.keys() - known]
    faults += [
        f"{name} is {said[name]!r}, not {' or '.join(values)}"
        for name, values in ALLOWED.items()
        if said.get(name, values[0]) not in values
    ]
    if faults:
        raise AnalysisError("\n".join(faults))
    lists = {name: tuple(cast(Sequence[str], said[name])) for name in said if name.startswith("exclude_")}
    return replace(PRESETS[preset], **cast(dict[str, Any], {**said, **lists}))
