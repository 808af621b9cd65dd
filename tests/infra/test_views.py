"""The analyst's page: every view of the database with every column."""

from __future__ import annotations

from pathlib import Path

from tests.infra import views_page


def test_the_page_of_views_is_in_step_with_the_database(checkout: Path) -> None:
    """`docs/views.md` is what the database and the contracts say; the command in it makes it anew."""
    assert (checkout / "docs" / "views.md").read_text(encoding="utf-8") == views_page.page()
