"""A difference as one page that needs nothing else: no script, no address, pictures drawn anew."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from runner import wording
from runner.comparison import figures
from runner.comparison.difference import Difference
from runner.comparison.facts import Circumstance
from runner.visible import visible

DESK = Path(__file__).resolve().parents[1] / "desk"
"""The room whose templates and style are used here too."""


def _shown(value: object) -> object:
    """What stands in a page; markup of the templates' own stays as it is."""
    return visible(value, kept="\n\t") if isinstance(value, str) and not isinstance(value, Markup) else value


_PAGES = Environment(
    loader=FileSystemLoader([DESK / "templates", DESK / "static"]),
    autoescape=True,
    undefined=StrictUndefined,
    finalize=_shown,
    trim_blocks=True,
)


def page(told: Difference) -> str:
    """The page, every text of a record escaped."""
    return _PAGES.get_template("comparison.html").render(told=told, layout="alone.html", **WORDS)


def _facts(found: Iterable[Circumstance]) -> list[tuple[str, str | None, str | None]]:
    return [(one.name, one.before, one.after) for one in found]


WORDS: dict[str, Any] = {
    "seconds": wording.seconds,
    "memory": wording.memory,
    "figure": figures.turned,
    "facts": _facts,
}
"""What the template calls, besides `told`, the difference, and `layout`, the page that it extends."""
