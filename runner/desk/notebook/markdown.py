"""Markdown as HTML, formulas as pictures; HTML that stands in it stays HTML, which the frame around it makes harmless.

Some tags are taken out of any HTML that comes from a record, since policies do not reach all that they do: `link` may
open a connection to a foreign host (`preconnect`), `meta` and `base` lead elsewhere from a page opened as a file. For
frames in it and for links that lead elsewhere, which no policy lets out, Chromium connects to the host before it
refuses: a frame is told of in words, and a link shows its address and cannot be clicked.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import mistune
from markupsafe import Markup

from runner.desk.notebook import pictures

LONGEST = 300_000
"""So many characters of a text are laid out; a longer one is shown as it is."""
_UNREACHED = re.compile(r"<(?=(?:link|meta|base)[\s/>])", re.IGNORECASE)
_FRAME = re.compile(r"<i?frame(?=[\s/>])", re.IGNORECASE)
_PLUGINS = ("strikethrough", "table", "task_lists", "math", "footnotes")


def harmless(html: str) -> Markup:
    """HTML of a record, for a document whose policy lets nothing run and nothing be fetched."""
    return Markup(_FRAME.sub("<held-frame", _UNREACHED.sub("&lt;", html)))  # noqa: S704 - for a document without scripts, origin and network


def rendered(text: str, attachments: Mapping[str, Any] | None = None) -> Markup:
    """A Markdown text as HTML."""
    if len(text) > LONGEST:
        return Markup("<pre>{}</pre>").format(text)
    try:
        laid_out = _parser()(text) if not attachments else _made(attachments)(text)
    except (RecursionError, ValueError, IndexError, KeyError):
        return Markup("<pre>{}</pre>").format(text)
    return harmless(str(laid_out))


def formula(tex: str, *, block: bool) -> Markup:
    """A formula as a picture, or its source."""
    kind = "maths block" if block else "maths"
    # Matplotlib takes a second to load, which a desk without formulas need not wait for.
    found = importlib.import_module("runner.desk.notebook.maths").drawn(tex)
    if found is None:
        return Markup('<code class="{} source">{}</code>').format(kind, tex.strip())
    sizes = f"width:{found.width:.2f}em;height:{found.height:.2f}em;vertical-align:{-found.depth:.2f}em"
    return Markup('<img class="{}" alt="{}" src="{}" style="{}">').format(kind, tex.strip(), found.url, sizes)


class _Renderer(mistune.HTMLRenderer):
    """mistune's renderer with pictures of our own choosing."""

    def __init__(self, attachments: Mapping[str, Any]) -> None:
        super().__init__(escape=False)
        self._attachments = attachments

    def image(self, text: str, url: str, title: str | None = None) -> str:
        """A picture: one that the text holds itself; of one that lies elsewhere the words that stand for it."""
        found = pictures.attached(self._attachments, url) if url.startswith("attachment:") else pictures.inline(url)
        if found is None:
            return str(Markup('<span class="away">[picture elsewhere: {}]</span>').format(text or url[:200]))
        return str(Markup('<img alt="{}" title="{}" src="{}">').format(text, title or "", found))

    def link(self, text: str, url: str, title: str | None = None) -> str:
        """A link within the copy; of one that leads elsewhere its words and its address: the frame lets none out."""
        words = Markup(text)  # noqa: S704 - laid out by mistune, for a document that is held
        if url.startswith("#"):
            return str(Markup('<a href="{}" title="{}">{}</a>').format(url, title or "", words))
        return str(Markup('{} <span class="away">({})</span>').format(words, url))

    def inline_math(self, text: str) -> str:
        """A formula in a line."""
        return str(formula(text, block=False))

    def block_math(self, text: str) -> str:
        """A formula in a paragraph of its own."""
        return str(Markup("<p>{}</p>").format(formula(text, block=True)))

    def block_code(self, code: str, info: str | None = None) -> str:
        """Code, of whatever language."""
        return str(Markup('<pre class="block" title="{}"><code>{}</code></pre>\n').format((info or "").strip(), code))


@lru_cache(maxsize=1)
def _parser() -> mistune.Markdown:
    return _made({})


def _made(attachments: Mapping[str, Any]) -> mistune.Markdown:
    return mistune.create_markdown(renderer=_Renderer(attachments), plugins=list(_PLUGINS))


def plain(text: str) -> str:
    """A line of Markdown without its marks, for an outline."""
    bare = re.sub(r"!?\[([^\]]*)\]\([^)]*\)|[*_`~]|<[^>]*>", r"\1", text)
    return " ".join(bare.split())
