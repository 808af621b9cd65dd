"""The form of every finding, and how findings are shown, told to the runner and written down."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
from IPython.display import Markdown, display
from matplotlib.figure import Figure

from insiders.pictures import write_figure
from insiders.publish import metric
from insiders.wording import decimal


@dataclass(frozen=True)
class Finding:
    """One part of the notebook: what was found, and what it rests on."""

    text: str
    """The reading in plain sentences (Markdown), computed from the tables."""
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    """By caption, with headings and cells as a person reads them."""
    charts: Mapping[str, Figure] = field(default_factory=dict)
    """By the name of their file."""
    data: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    """The numbers behind the tables, unrounded, by the name of their file."""
    metrics: Mapping[str, tuple[Any, str]] = field(default_factory=dict)
    """Value and unit by name: what gates and later runs compare."""

    def _ipython_display_(self) -> None:
        """Show the text, the tables and the figures, in a notebook."""
        display(Markdown(self.text))
        for caption, table in self.tables.items():
            display(Markdown(f"*{caption}*"))
            shown = {"text/html": table.to_html(index=False), "text/plain": table.to_string(index=False)}
            display(shown, raw=True)
        for chart in self.charts.values():
            display(chart)


def unknown(what: str, why: Exception) -> Finding:
    """What this source cannot tell, and the reason."""
    return Finding(f"**{what} cannot be told from this source**: {why}.")


Metrics = dict[str, tuple[Any, str]]


def metrics(*findings: Finding) -> Metrics:
    """The metrics of all findings, value and unit by name."""
    return {name: told for finding in findings for name, told in finding.metrics.items()}


def tell(told: Metrics) -> None:
    """Hand metrics to the runner."""
    for name, (value, unit) in told.items():
        metric(name, value, unit)


def write(folder: str | os.PathLike[str], *findings: Finding) -> list[Path]:
    """Write the figures of the findings as PNG and their data as CSV; the paths."""
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    paths = []
    for finding in findings:
        paths += [write_figure(place / f"{name}.png", chart) for name, chart in finding.charts.items()]
        for name, table in finding.data.items():
            path = place / f"{name}.csv"
            table.to_csv(path, index=False)
            paths.append(path)
    return paths


def points(row: Mapping[Any, Any], name: str) -> str:
    """A share with its bounds, in percentage points with signs: +0.17 (-0.24 to +0.63)."""
    middle, low, high = (100 * row[column] for column in (name, f"{name}_lower", f"{name}_upper"))
    return f"{middle:+.2f} ({low:+.2f} to {high:+.2f})"


def bounded(row: Mapping[Any, Any], name: str, decimals: int = 1) -> str:
    """A number with its bounds: 3.8 (2.9 to 4.6)."""
    middle, low, high = (decimal(row[column], decimals) for column in (name, f"{name}_lower", f"{name}_upper"))
    return f"{middle} ({low} to {high})"
