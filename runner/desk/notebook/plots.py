"""Interactive plots: what they hold in words, and their data for plotly's own script in a frame without an origin."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

KIND = "application/vnd.plotly.v1+json"
MOST_TRACES = 12
LARGEST = 32 << 20


def traces(plot: object) -> Iterator[str]:
    """Each line, bar or cloud of a plot in words."""
    told = plot.get("data") if isinstance(plot, Mapping) else None
    for trace in told[:MOST_TRACES] if isinstance(told, list) else ():
        if isinstance(trace, Mapping):
            name, kind = trace.get("name"), trace.get("type")
            words = (kind if isinstance(kind, str) else "scatter", name if isinstance(name, str) else "")
            yield ": ".join(filter(None, words))[:120]


def data(plot: object) -> str | None:
    """The plot as JSON that may stand in a page's `script` of data; None where it is none, or too large."""
    if not isinstance(plot, Mapping):
        return None
    layout = plot.get("layout")
    told: dict[str, Any] = {"data": plot.get("data"), "layout": layout if isinstance(layout, Mapping) else {}}
    if not isinstance(told["data"], list):
        return None
    text = json.dumps(told, allow_nan=True)
    if len(text) > LARGEST:
        return None
    # So that nothing in it can end the element that it stands in.
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def script() -> Path:
    """Plotly's own script, as its package brings it."""
    return Path(str(files("plotly"))) / "package_data" / "plotly.min.js"
