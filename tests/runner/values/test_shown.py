"""Values as people and records may see them."""

from __future__ import annotations

from datetime import date

import pytest

from runner.values.parameters import Value
from runner.values.shown import shown, told


@pytest.mark.parametrize(
    ("address", "safe"),
    [
        ("postgresql://cron:s3cret@db/shop?table=orders", "postgresql://cron:***@db/shop?table=orders"),
        ("https://u:s3cret@host/a.csv", "https://u:***@host/a.csv"),
        ("https://host/a?access_token=s3cret&x=1", "https://host/a?access_token=***&x=1"),
        ("postgresql://db/shop?user=cron&password=s3cret#orders", "postgresql://db/shop?user=cron&password=***#orders"),
        ("/data/shop.csv", "/data/shop.csv"),
    ],
)
def test_secrets_of_addresses_are_masked(address: str, safe: str) -> None:
    """What is shown or recorded holds no password, token or signature."""
    assert shown(address) == safe


def test_values_are_told_with_their_origin() -> None:
    """Dates as text, addresses without their secrets."""
    values = {"day": Value(date(2011, 12, 9), "-p"), "source": Value("https://u:s3cret@host/a.csv", "pipeline")}
    assert told(values) == {
        "day": {"value": "2011-12-09", "from": "-p"},
        "source": {"value": "https://u:***@host/a.csv", "from": "pipeline"},
    }
