"""What each category sold and what it will sell, how far that may be trusted, and by which model."""

from __future__ import annotations

from dashboard.frame import Look, page
from dashboard.parts import level
from dashboard.queries import sales

LEVEL = "category"
LACKING = (
    "No live run has forecast categories. The pipelines forecast the levels that their source has and that they name."
)


def show() -> None:
    """The page."""
    page("Category", sales.having(LEVEL), _body, LACKING)


def _body(look: Look) -> None:
    level.shown(look, LEVEL)
