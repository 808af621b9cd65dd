"""The document of an executed copy: one HTML text with all it shows. It may hold anything, since it can do nothing.

It is always shown under the policy `runner.desk.defences.DOCUMENT`, and brings it along for where it lies as a file.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from jinja2 import Environment
from markupsafe import Markup
from pygments import highlight  # type: ignore[import-untyped]
from pygments.formatters import HtmlFormatter  # type: ignore[import-untyped]
from pygments.lexers import get_lexer_by_name  # type: ignore[import-untyped]
from pygments.util import ClassNotFound  # type: ignore[import-untyped]

from runner.desk import rendering
from runner.desk.notebook import markdown, outline, outputs
from runner.desk.notebook.copy import Cell, Copy
from runner.desk.notebook.outputs import Shown
from runner.desk.steps import Step
from runner.outcomes import Status

CLASS = "listing"
"""Of code in the style sheet."""
LONGEST_CODE = 100_000
"""So many characters of code are coloured."""
META_POLICY = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; font-src data:; base-uri 'none'; form-action 'none'"
)
"""The part of the document's policy that may stand in the document itself."""


@dataclass(frozen=True)
class Block:
    """A cell as the document shows it."""

    cell: Cell
    html: Markup
    """Its text, or its code in colours."""
    outputs: tuple[Shown, ...]
    status: Status | None
    stopped: bool


def text(templates: Environment, copy: Copy, step: Step, *, folded: bool) -> str:
    """The document; `folded` says whether code is folded away at first."""
    statuses, stopped = outline.statuses(copy, step), outline.failing(copy, step)
    blocks = [_block(cell, copy, statuses.get(cell.position), cell is stopped) for cell in copy.cells]
    return templates.get_template("document.html").render(
        blocks=blocks, folded=folded, policy=META_POLICY, style=_style(), title=step.name
    )


def _block(cell: Cell, copy: Copy, status: Status | None, stopped: bool) -> Block:
    if cell.kind == "markdown":
        html = markdown.rendered(cell.source, cell.attachments)
    elif cell.kind == "code":
        html = coloured(cell.source, copy.language)
    else:
        html = Markup("<pre>{}</pre>").format(cell.source)
    return Block(cell, html, tuple(outputs.shown(one, copy) for one in cell.outputs), status, stopped)


def coloured(code: str, language: str) -> Markup:
    """Code in colours, by classes of the style sheet."""
    if len(code) > LONGEST_CODE:
        return Markup('<div class="listing"><pre>{}</pre></div>').format(code)
    return Markup(highlight(code, _lexer(language), HtmlFormatter(cssclass=CLASS)))  # noqa: S704 - pygments escapes it


@lru_cache(maxsize=32)
def _lexer(language: str):  # type: ignore[no-untyped-def]  # noqa: ANN202 - pygments has no types
    try:
        return get_lexer_by_name(language)
    except ClassNotFound:
        return get_lexer_by_name("text")


@lru_cache(maxsize=1)
def _style() -> Markup:
    """The style sheet of documents, with pygments' colours for light and dark."""
    own = (rendering.FOLDER / "static" / "document.css").read_text(encoding="utf-8")
    light = HtmlFormatter(style="friendly").get_style_defs(f".{CLASS}")
    dark = HtmlFormatter(style="github-dark").get_style_defs(f".{CLASS}")
    return Markup(f"{own}\n@media screen {{ {light} }}\n@media screen and (prefers-color-scheme: dark) {{ {dark} }}\n")  # noqa: S704 - ours
