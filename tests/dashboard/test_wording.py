"""Numbers, days and foreign texts, as the pages write them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from dashboard.wording import ago, amount, between, day, label, moment, plain


def test_foreign_text_is_no_markdown() -> None:
    """Every sign that Markdown or Streamlit would read has a backslash in front; line breaks are gone."""
    assert plain("**a** $b$\n:red[c]") == r"\*\*a\*\* \$b\$ \:red\[c\]"
    assert plain("![x](http://e/x.png)") == r"\!\[x\]\(http\://e/x\.png\)"


def test_foreign_text_is_no_html_in_a_figure() -> None:
    """Plotly reads some; long names are cut."""
    assert label("<b>a</b> & b") == "&lt;b&gt;a&lt;/b&gt; &amp; b"
    assert len(label("a" * 100)) == 60


@pytest.mark.parametrize(
    ("value", "unit", "written"),
    [(1234.5, "£", "£1,234"), (1234.5, "EUR", "EUR 1,234"), (1e6, "pieces", "1,000,000 pieces"),
     (float("nan"), "pieces", "unknown"), (5.0, "", "5")],
)  # fmt: skip
def test_an_amount_has_its_unit(value: float, unit: str, written: str) -> None:
    """A sign in front, a code apart, a word behind; nothing is made of a missing number."""
    assert amount(value, unit) == written


def test_bounds_have_their_unit() -> None:
    """A word once behind both, a sign in front of each."""
    assert between(1234.0, 5678.0, "pieces") == "1,234 to 5,678 pieces"
    assert between(1234.0, 5678.0, "£") == "£1,234 to £5,678"


def test_times_say_that_they_are_utc() -> None:
    """The database keeps UTC without its zone."""
    made = datetime(2026, 1, 5, 4, 7)  # noqa: DTZ001 - as the database has it
    assert moment(made) == "5 January 2026, 04:07 UTC"
    assert day(None) == "unknown"
    assert ago(made, datetime(2026, 1, 5, 5, 0, tzinfo=UTC)) == "less than an hour ago"
    assert ago(made, datetime(2026, 1, 6, 5, 0, tzinfo=UTC)) == "24 hours ago"
    assert ago(made, datetime(2026, 2, 4, 5, 0, tzinfo=UTC)) == "30 days ago"
