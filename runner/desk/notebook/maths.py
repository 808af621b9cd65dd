"""Formulas as pictures: TeX of the common kind, drawn by matplotlib's mathtext, which needs no script and no network.

What mathtext does not know (environments such as `aligned`) stays as its source.
"""

from __future__ import annotations

import base64
import io
import re
import threading
from dataclasses import dataclass
from functools import lru_cache

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.mathtext import MathTextParser

LONGEST = 500
"""So many characters of a formula are drawn: what is longer takes seconds."""
DEEPEST = 12
"""So deep may braces stand in each other."""
_SIZE = 12.0
"""Of the letters, in points; pictures are scaled to the text around them."""
_LOCK = threading.Lock()
_DISPLAYED = re.compile(r"\\(?:displaystyle|limits|nonumber|label\{[^}]*\})")


@dataclass(frozen=True)
class Formula:
    """The picture of a formula, its sizes in units of the letter size."""

    url: str
    width: float
    height: float
    depth: float
    """How far it goes below the line."""


@lru_cache(maxsize=4_096)
def drawn(tex: str) -> Formula | None:
    """The picture of a formula without its dollar signs; None where it is not of the kind that can be drawn."""
    tex = " ".join(_DISPLAYED.sub("", tex).split())
    if not tex or len(tex) > LONGEST or "$" in tex or _depth(tex) > DEEPEST:
        return None
    try:
        with _LOCK, mpl.rc_context({"svg.hashsalt": "desk", "mathtext.fontset": "dejavusans"}):
            return _drawn(f"${tex}$")
    except (ValueError, RecursionError, RuntimeError, ArithmeticError, KeyError, IndexError, TypeError):
        return None


def _drawn(text: str) -> Formula:
    letters = FontProperties(size=_SIZE)
    width, height, depth, _, _ = MathTextParser("path").parse(text, dpi=72, prop=letters)
    figure = Figure(figsize=(max(width, 1) / 72, max(height, 1) / 72))
    figure.text(0, depth / max(height, 1), text, fontproperties=letters)
    picture = io.BytesIO()
    figure.savefig(picture, format="svg", transparent=True, metadata={"Date": None})
    url = f"data:image/svg+xml;base64,{base64.b64encode(picture.getvalue()).decode()}"
    return Formula(url, width / _SIZE, height / _SIZE, depth / _SIZE)


def _depth(tex: str) -> int:
    deepest = depth = 0
    for sign in tex:
        depth += (sign == "{") - (sign == "}")
        deepest = max(deepest, depth)
    return deepest
