"""What of an output is shown: the best representation that needs no script, and in words what could not be."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from io import StringIO

from markupsafe import Markup, escape
from rich.console import Console
from rich.style import Style
from rich.text import Text

from runner.desk.notebook import copy, markdown, pictures, plots, widgets
from runner.desk.notebook.copy import Copy, Output
from runner.desk.notebook.widgets import Widget

METRIC = "application/vnd.insiders.metric+json"
LONGEST = 200_000
"""So many characters of a text are shown of its beginning and end together."""
LARGEST_HTML = 8 << 20
_SCRIPTS = ("application/javascript", "text/javascript", "application/x-javascript")
_SPAN = Markup('<span style="{}">{}</span>')
_CONSOLE = Console(file=StringIO(), force_terminal=True, width=100_000)


@dataclass(frozen=True)
class Shown:
    """An output as the document shows it."""

    kind: str
    """`text`, `error`, `html`, `picture`, `metric`, `widget`, `plot`, `script`, `latex` or `other`."""
    html: Markup | None = None
    text: str = ""
    url: str = ""
    width: int | None = None
    height: int | None = None
    widget: Widget | None = None
    note: str = ""
    """What is not shown, and why."""
    traces: tuple[str, ...] = ()
    """Of a plot, in words."""


def shown(output: Output, of: Copy) -> Shown:
    """What is shown of an output."""
    if output.kind == "stream":
        return Shown("text", html=coloured(output.text), note=_cut(output.text), text=output.name)
    if output.kind == "error":
        text = output.text or f"{output.name}: {output.value}"
        return Shown("error", html=coloured(text), text=f"{output.name}: {output.value}"[:2_000], note=_cut(text))
    return _displayed(output, of)


def _displayed(output: Output, of: Copy) -> Shown:
    data, text = output.data, _textual(output)
    picture = _picture(output)
    if (metric := data.get(METRIC)) and isinstance(metric, dict):
        return Shown("metric", text=_metric(metric))
    if isinstance(view := data.get(widgets.VIEW), dict):
        widget = widgets.view(view, of.widgets)
        return Shown("widget", widget=widget, text=text, note="" if widget else "its state was not kept")
    if (plot := data.get(plots.KIND)) is not None:
        traces = tuple(plots.traces(plot))
        return Shown("plot", url=picture.url if picture else "", text=text, traces=traces)
    html = copy.text_of(data, "text/html")
    if html is not None and not ("<script" in html.lower() and picture):
        return _page(html, text)
    if picture is not None:
        return picture
    return _written(data, text)


def _page(html: str, text: str) -> Shown:
    if len(html) > LARGEST_HTML:
        return Shown("other", text=text, note=f"HTML of {len(html):,} characters, too much to show; download the copy")
    scripted = "<script" in html.lower()
    note = "this output brings a script, which is not run here" if scripted else ""
    return Shown("html", html=markdown.harmless(html), note=note, text=text if scripted else "")


def _written(data: Mapping[str, object], text: str) -> Shown:
    if (told := copy.text_of(data, "text/markdown")) is not None:
        return Shown("html", html=markdown.rendered(told))
    if (told := copy.text_of(data, "text/latex")) is not None:
        return Shown("latex", html=markdown.formula(told.strip().strip("$"), block=True))
    script = next((kind for kind in _SCRIPTS if kind in data), None)
    if script is not None:
        source = copy.text_of(data, script) or ""
        return Shown("script", text=source[:LONGEST], note="a script, which is not run here")
    if "application/json" in data:
        told = json.dumps(data["application/json"], indent=1, ensure_ascii=False)
        return Shown("text", html=coloured(told), note=_cut(told))
    if "text/plain" in data:
        return Shown("text", html=coloured(text), note=_cut(text))
    return Shown("other", note=f"an output of a kind that cannot be shown: {', '.join(sorted(data))[:300] or 'none'}")


def _picture(output: Output) -> Shown | None:
    if (svg := copy.text_of(output.data, pictures.SVG)) is not None:
        width, height = pictures.sides(output.metadata, pictures.SVG)
        return Shown("picture", url=pictures.from_svg(svg), width=width, height=height, text=_textual(output))
    for kind in pictures.KINDS:
        content = copy.text_of(output.data, kind)
        url = pictures.from_base64(kind, content) if content else None
        if url is not None:
            width, height = pictures.sides(output.metadata, kind)
            return Shown("picture", url=url, width=width, height=height, text=_textual(output))
    return None


def _metric(told: Mapping[str, object]) -> str:
    value = told.get("value")
    figure = f"{value:,.6g}" if isinstance(value, float) else str(value)
    return " ".join(str(one) for one in (told.get("name", ""), figure[:200], told.get("unit", "")) if one)


def _textual(output: Output) -> str:
    return copy.text_of(output.data, "text/plain") or ""


def coloured(text: str) -> Markup:
    """A text with the colours of a terminal, and each line as it stood after all its carriage returns."""
    text = _overwritten(_shortened(text))
    if "\x1b" not in text:
        return Markup("{}").format(text)
    parts = []
    for segment in Text.from_ansi(text, end="").render(_CONSOLE):
        style = _without_ground(segment.style) if segment.style else ""
        parts.append(_SPAN.format(style, segment.text) if style else escape(segment.text))
    return Markup().join(parts)


def _without_ground(style: Style) -> str:
    """A terminal's style as CSS, without its ground: IPython marks lines in olive, on which nothing can be read."""
    return Style(color=style.color, bold=style.bold, italic=style.italic, underline=style.underline).get_html_style()


def _overwritten(text: str) -> str:
    if "\r" not in text:
        return text
    return "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n"))


def _shortened(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    return f"{text[: LONGEST // 2]}\n […]\n{text[-LONGEST // 2 :]}"


def _cut(text: str) -> str:
    return (
        f"{len(text):,} characters, of which the middle is left out; download the copy" if len(text) > LONGEST else ""
    )


def bare(text: str) -> str:
    """A text of a terminal without its colours."""
    return Text.from_ansi(_overwritten(_shortened(text))).plain if "\x1b" in text else _overwritten(_shortened(text))
