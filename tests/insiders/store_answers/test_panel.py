"""What the answers on a panel rest on."""

from __future__ import annotations

from pathlib import Path

import pytest

from insiders import report
from insiders.errors import HandoffError
from insiders.store_answers import Panel, as_table, read
from tests.insiders.store_answers import asked


def test_the_page_tells_of_the_panel(panel: Panel) -> None:
    """Its heading, source and notes speak of sales, and of no customers' tests."""
    page = report.render(panel, [])
    assert "What the shop will sell: by store, category and product" in page
    assert "panel.parquet, Jan 2, 2023 to Mar 10, 2024: daily sales, without customers." in page
    assert "Holm" not in page


def test_topics_are_its_own(panel: Panel) -> None:
    """None is shared with the answers on customers, and each is there once."""
    topics = as_table(asked.answers(panel), "en", panel.pipeline)["topic"]
    assert topics.is_unique
    assert topics.str.startswith("stores_").all()


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    """With the notebook to run first."""
    with pytest.raises(HandoffError, match="source"):
        read(tmp_path)
