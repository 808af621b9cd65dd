"""The table of what the AWS installation costs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROWS = re.findall(
    r"^\| (?P<part>[^|]+?) \|(?P<price>[^|]*)\| \**(?P<month>[\d.]+)\** \|$",
    (Path(__file__).parents[2] / "infra" / "cost.md").read_text(encoding="utf-8"),
    re.MULTILINE,
)
HOURS = 730


def test_the_parts_add_up() -> None:
    """The sum is that of the rows above it, to the cent."""
    *parts, (name, _, total) = ROWS
    assert len(parts) >= 8
    assert name == "**sum**"
    assert sum(round(float(month) * 100) for *_, month in parts) == round(float(total) * 100)


@pytest.mark.parametrize(("part", "price", "month"), [row for row in ROWS if "an hour" in row[1]])
def test_hours_make_a_month(part: str, price: str, month: str) -> None:
    """What is priced by the hour costs 730 of them, to the cent."""
    hourly = float(price.split()[0])
    assert float(month) == pytest.approx(hourly * HOURS, abs=0.005), part
