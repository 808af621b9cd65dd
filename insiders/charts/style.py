"""The one look of all figures: colours that colour-blind readers can tell apart, sizes, and units on the axes."""

from __future__ import annotations

from types import MappingProxyType

import matplotlib as mpl
from cycler import cycler
from IPython.core.getipython import get_ipython
from IPython.core.pylabtools import select_figure_formats
from matplotlib.ticker import FuncFormatter

PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7F7F7F", "#8C6D1F")
"""Categories, after Okabe and Ito (2008), jfly.uni-koeln.de/color; yellow and black changed for grey and brown."""

INSIDERS, OTHERS, ACCENT = "#D55E00", "#9AA5B1", "#0072B2"
"""The Insiders, everybody else, and whatever single thing a figure points at."""

INK, GRID = "#222222", "#D9DDE2"

SEQUENTIAL, DIVERGING = "cividis", "PuOr"
"""Colour maps for amounts, and for amounts with a meaningful middle."""

WIDE = (10.0, 4.2)
SQUARE = (7.0, 6.0)
TALL = (10.0, 7.5)
"""Figure sizes in inches that a notebook page shows without scaling."""

_SETTINGS = MappingProxyType(
    {
        "figure.figsize": WIDE,
        "figure.dpi": 100,
        "figure.constrained_layout.use": True,
        "figure.facecolor": "white",
        "savefig.dpi": 120,
        "savefig.facecolor": "white",
        "font.family": "sans-serif",
        "font.sans-serif": ["DejaVu Sans"],
        "font.size": 10,
        "text.color": INK,
        "axes.prop_cycle": cycler(color=PALETTE),
        "axes.titlesize": 12,
        "axes.titleweight": "bold",
        "axes.titlelocation": "left",
        "axes.labelcolor": INK,
        "axes.edgecolor": INK,
        "axes.grid": True,
        "axes.axisbelow": True,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "grid.color": GRID,
        "grid.linewidth": 0.7,
        "xtick.color": INK,
        "ytick.color": INK,
        "legend.frameon": False,
        "lines.linewidth": 1.8,
        "image.cmap": SEQUENTIAL,
    }
)


def use() -> None:
    """Give every figure drawn from now on the look of this project; call it once, after all imports.

    It starts from matplotlib's defaults, because some libraries restyle it when they are imported (yellowbrick does).
    """
    mpl.rcdefaults()
    mpl.rcParams.update(_SETTINGS)
    shell = get_ipython()
    if shell is not None:  # figures are made without pyplot, which would otherwise tell the notebook how to show them
        select_figure_formats(shell, {"png"})


def colours(n: int) -> list[str]:
    """``n`` colours that differ: the palette, or steps of an even colour map where the palette is too short."""
    if n <= len(PALETTE):
        return list(PALETTE[:n])
    ramp = mpl.colormaps["viridis"]
    return [mpl.colors.to_hex(ramp(0.95 * step / (n - 1))) for step in range(n)]


def panels(rows: int, height: float = 3.2) -> tuple[float, float]:
    """Size in inches of a figure with that many rows of panels, as wide as the page."""
    return WIDE[0], max(1, rows) * height


def in_money(value: float, currency: str) -> str:
    """An amount as people write it: £950, £1.2k, £3.4M; a currency code stands apart (EUR 950)."""
    sign = f"{currency} " if currency.isalpha() else currency
    return f"{'−' if value < 0 else ''}{sign}{_short(abs(value))}"


def money(currency: str) -> FuncFormatter:
    """Axis ticks in the shop's currency."""
    return FuncFormatter(lambda value, _: in_money(value, currency))


def thousands() -> FuncFormatter:
    """Axis ticks for counts: 950, 1.2k, 3.4M."""
    return FuncFormatter(lambda value, _: f"{'−' if value < 0 else ''}{_short(abs(value))}")


def percent(decimals: int = 0) -> FuncFormatter:
    """Axis ticks for shares between 0 and 1, shown in percent."""
    return FuncFormatter(lambda value, _: f"{100 * value:.{decimals}f} %")


def _short(value: float) -> str:
    for limit, letter in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if value >= 0.9995 * limit:
            return f"{value / limit:.3g}{letter}"
    return f"{value:.3g}"
