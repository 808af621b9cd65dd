"""Templates: what pages are made with, and how figures, times and hostile names stand in them."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_eval_context
from markupsafe import Markup

from runner import wording
from runner.desk.steps import Metric
from runner.visible import visible

FOLDER = Path(__file__).parent
_KEPT = "\n\t"


def environment() -> Environment:
    """The templates of the desk; every text in them is escaped, and a name that is not there is a fault."""
    made = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_plain,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "seconds": wording.seconds,
        "memory": wording.memory,
        "moment": moment,
        "number": number,
        "value": value,
        "digest": digest,
        "counted": wording.counted,
        "words": lambda text: str(text).replace("_", " "),
        "day": day,
    }
    return made


def number(figure: float | None) -> str:
    """A figure: `0.412`, `8,887,209`."""
    if figure is None:
        return "–"
    if figure == 0 or 1e-4 <= abs(figure) < 1e12:
        whole = float(figure).is_integer() or abs(figure) >= 1000
        return f"{figure:,.0f}" if whole else f"{figure:.4g}"
    return f"{figure:.3g}"


def value(metric: Metric) -> str:
    """The value of a metric without its unit."""
    return metric.value if isinstance(metric.value, str) else number(metric.number)


def moment(at: datetime | None) -> str:
    """A time in this host's zone: `2026-11-15 04:00`."""
    return "–" if at is None else at.astimezone().strftime("%Y-%m-%d %H:%M")


def day(one: date) -> str:
    """A day as `15 November 2026`."""
    return f"{one.day} {one:%B %Y}"


def digest(text: str | None) -> str:
    """The beginning of a digest."""
    return "–" if not text else text[:12]


@pass_eval_context
def _plain(_: object, shown: Any) -> Any:  # noqa: ANN401 - whatever stands in a template
    """What is put into a page; texts of ours that are markup already stay as they are."""
    return visible(shown, kept=_KEPT) if isinstance(shown, str) and not isinstance(shown, Markup) else shown


def encoded(text: str) -> bytes:
    """A page's bytes; half a character, which JSON can hold, has none in UTF-8."""
    return text.encode(errors="replace")
