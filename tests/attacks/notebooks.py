"""Attacks by notebooks: each stands where a record would hold it, and tells its own name if it succeeds."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.attacks.vectors import ACTIVE, BAD_NAME, CLICKED, FORMULA, KINDS, MARKDOWN, SCRIPT, SVG
from tests.runner.desk.archives import PNG, code, fails, of_kind, prints, shows, words


@dataclass(frozen=True)
class Attack:
    """An attack by a notebook."""

    name: str
    cells: tuple[dict[str, Any], ...]
    metadata: dict[str, Any] = field(default_factory=dict)
    clicked: bool = False
    """Whether it waits for a click on `#go`."""


def told(text: str, evil: str) -> str:
    """A template of an attack, telling that address."""
    script = SCRIPT.format(evil=evil)
    page = f"<script>{script}</script>"
    return text.format(
        script=script,
        evil=evil,
        quoted=html.escape(page),
        coded=base64.b64encode(page.encode()).decode(),
        png=f"data:image/png;base64,{PNG}",
    )


def bad_name(evil: str) -> str:
    """A name that is an attack by itself."""
    return told(BAD_NAME, evil)


def all_of(evil: str) -> list[Attack]:
    """Every attack, telling an address below this one."""
    return [*_html(evil), *_pictures(evil), *_texts(evil), *_kinds(evil), *_metadata(evil), *_models(evil)]


def together(corpus: Sequence[Attack], many: int) -> list[Attack]:
    """The corpus with so many attacks in each notebook; those that need one for themselves keep it."""
    alone = [one for one in corpus if one.clicked or one.metadata]
    others = [one for one in corpus if one not in alone]
    groups = [others[start : start + many] for start in range(0, len(others), many)]
    return [*(Attack(group[0].name, tuple(cell for one in group for cell in one.cells)) for group in groups), *alone]


def _at(evil: str, *words: str) -> str:
    """The address by which an attack tells its name."""
    return f"{evil}/{'-'.join(words).replace(' ', '-')}"


def _html(evil: str) -> Iterator[Attack]:
    for name, text in (ACTIVE | CLICKED).items():
        shown = told(text, _at(evil, "html", name))
        yield Attack(f"html: {name}", (code("1", shows(text_html=shown)),), clicked=name in CLICKED)
        yield Attack(f"markdown html: {name}", (words(told(text, _at(evil, "words", name))),))


def _pictures(evil: str) -> Iterator[Attack]:
    for name, text in SVG.items():
        shown = told(text, _at(evil, "svg", name))
        attached = {"a.svg": {"image/svg+xml": base64.b64encode(shown.encode()).decode()}}
        cells = (code("1", shows(image_svg_xml=shown)), words("![x](attachment:a.svg)", attachments=attached))
        yield Attack(f"svg: {name}", cells)
    bad = bad_name(_at(evil, "picture"))
    for side in ("width", "height"):
        sized = {"image/png": {side: f'1" onload="{bad}'}, side: bad, "needs_background": bad}
        yield Attack(f"picture {side}", (code("1", shows(sized, image_png=PNG), shows(sized, image_svg_xml="<svg/>")),))
    for kind in ("image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp", "image/avif"):
        yield Attack(f"{kind} that is none", (code("1", of_kind(kind, f'{PNG}"{bad}')),))
    yield Attack("picture in words", (code("1", {**shows(text_plain=bad, image_png=PNG)}),))


def _texts(evil: str) -> Iterator[Attack]:
    for name, text in MARKDOWN.items():
        shown = told(text, _at(evil, "markdown", name))
        yield Attack(f"markdown: {name}", (words(shown), code("1", of_kind("text/markdown", shown))))
    for name, text in FORMULA.items():
        shown = told(text, _at(evil, "formula", name))
        yield Attack(f"formula: {name}", (words(f"$${shown}$$ ${shown}$"), code("1", of_kind("text/latex", shown))))
    bad = bad_name(_at(evil, "text"))
    yield Attack("stream", (code("1", prints(bad), {**prints(bad), "name": bad}),))
    yield Attack("terminal link", (code("1", prints(f"\x1b]8;;javascript:{bad}\x07go\x1b]8;;\x07\x1b[31m{bad}")),))
    yield Attack("terminal title", (code("1", prints(f"\x1b]0;{bad}\x07\x1b[2J\x1b[38;2;1;2;{bad}m")),))
    yield Attack("code", (code(f"'''{bad}'''\n#{bad}\n{bad}"), {"cell_type": "raw", "source": bad, "metadata": {}}))
    yield Attack("error name", (code("1", fails(bad, "x", "x")),))
    yield Attack("error value", (code("1", fails("E", bad, "x")),))
    yield Attack("error trace", (code("1", fails("E", "x", f"\x1b[0;31m{bad}\x1b[0m")),))
    yield Attack("plain words", (code("1", shows(text_plain=bad)), code("1", of_kind("text/plain", [bad, 7]))))


def _kinds(evil: str) -> Iterator[Attack]:
    for number, kind in enumerate(KINDS):
        page = told('<script>{script}</script><img src=x onerror="{script}">', _at(evil, "kind", str(number)))
        script = told("{script}", _at(evil, "kind", str(number)))
        content = script if "javascript" in kind else page
        cell = code("1", of_kind(told(kind, _at(evil, "kind-name", str(number))), content))
        yield Attack(f"kind {number}: {kind[:30]}", (cell,))
    bad = bad_name(_at(evil, "json"))
    yield Attack("json", (code("1", of_kind("application/json", {bad: [bad, {"__proto__": {bad: bad}}]})),))
    for place in ("name", "value", "unit"):
        metric = {"name": "a", "value": 1.0, "unit": "", place: bad}
        yield Attack(f"metric {place}", (code("1", of_kind("application/vnd.insiders.metric+json", metric)),))


_OF_NOTEBOOKS: dict[str, dict[str, Any]] = {
    "language": {"language_info": {"name": "{bad}", "version": "{bad}", "pygments_lexer": "{bad}"}},
    "kernel": {"kernelspec": {"name": "{bad}", "display_name": "{bad}", "language": "{bad}"}},
    "title": {"title": "{bad}", "authors": [{"name": "{bad}"}]},
    "papermill": {"papermill": {"parameters": {"{bad}": "{bad}"}, "exception": "{bad}"}},
    "widgets": {"widgets": {"{bad}": "{bad}", "application/vnd.jupyter.widget-state+json": {"state": "{bad}"}}},
}
"""Metadata of a notebook, `{bad}` standing for an attack."""


def _metadata(evil: str) -> Iterator[Attack]:
    for number, (name, metadata) in enumerate(_OF_NOTEBOOKS.items()):
        bad = bad_name(_at(evil, "metadata", str(number)))
        yield Attack(f"notebook {name}", (code("1"),), _filled(metadata, bad))
    for name in ("cell_type", "id", "execution_count", "metadata", "attachments", "outputs"):
        bad = bad_name(_at(evil, "cell", name))
        yield Attack(f"cell {name}", ({**code("1"), name: bad}, {**words("x"), name: {bad: bad}}))
    bad = bad_name(_at(evil, "cell", "metadata"))
    for name in ("tags", "collapsed", "jupyter", "name", "slideshow", "papermill"):
        cell = {**code("1", shows({name: bad, bad: bad}, text_html="x")), "metadata": {name: [bad], bad: bad}}
        yield Attack(f"cell metadata {name}", (cell,))
    for name, attached in (("name", {bad: {"image/png": PNG}}), ("kind", {"a": {bad: bad, "text/html": bad}})):
        yield Attack(f"attachment {name}", (words(f"![a](attachment:a) ![b](attachment:{bad})", attachments=attached),))
    yield Attack(
        "attachment", (words("![a](attachment:a)", attachments={"a": {"image/png": bad, "image/svg+xml": bad}}),)
    )


def _models(evil: str) -> Iterator[Attack]:
    bad = bad_name(_at(evil, "plot"))
    for name, plot in {
        "name": {"data": [{"type": "scatter", "x": [1, 2], "y": [1, 2], "name": bad, "text": [bad, bad]}]},
        "type": {"data": [{"type": bad, "x": [1]}]},
        "title": {"data": [{"y": [1, 2]}], "layout": {"title": {"text": bad}, "xaxis": {"title": {"text": bad}}}},
        "picture": {"data": [{"y": [1]}], "layout": {"images": [{"source": f"{evil}/plot"}]}},
        "link": {"data": [{"y": [1]}], "layout": {"annotations": [{"text": f'<a href="javascript:{bad}">x</a>'}]}},
        "template": {"data": [{"y": [1], "hovertemplate": bad}], "layout": {"font": {"family": bad}}},
        "map": {"data": [{"type": "scattermapbox", "lat": [1]}], "layout": {"mapbox": {"style": f"{evil}/style"}}},
        "end of its element": {"data": [{"y": [1], "name": f"</script><script>{bad}</script><!--"}]},
    }.items():  # fmt: skip
        yield Attack(f"plot {name}", (code("1", of_kind("application/vnd.plotly.v1+json", plot)),))
    bad = bad_name(_at(evil, "widget"))
    for name, state in {
        "label": {"model_name": "LabelModel", "state": {"value": bad}},
        "html": {"model_name": "HTMLModel", "state": {"value": bad, "description": bad}},
        "progress": {"model_name": "FloatProgressModel", "state": {"value": 1, "max": 2, "description": bad}},
        "choice": {"model_name": "DropdownModel", "state": {"_options_labels": [bad], "index": 0}},
        "module": {"model_name": "X", "model_module": f"{evil}/widget.js", "model_module_version": bad, "state": {}},
        "of itself": {"model_name": "HBoxModel", "state": {"children": ["IPY_MODEL_w"] * 50}},
    }.items():
        states = {"widgets": {"application/vnd.jupyter.widget-state+json": {"state": {"w": state}}}}
        yield Attack(
            f"widget {name}",
            (code("1", of_kind("application/vnd.jupyter.widget-view+json", {"model_id": "w"})),),
            states,
        )


def _filled(metadata: dict[str, Any], bad: str) -> dict[str, Any]:
    filled: dict[str, Any] = json.loads(json.dumps(metadata).replace("{bad}", json.dumps(bad)[1:-1]))
    return filled
