"""Figures of `02_clustering`: spaces, scores by number of clusters, segments on the map, and their shares."""

from __future__ import annotations

import warnings
from collections.abc import Mapping

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from yellowbrick.cluster import KElbowVisualizer, SilhouetteVisualizer
from yellowbrick.exceptions import YellowbrickWarning

from insiders.charts import style
from insiders.clusters import FULL_SIZE, NOISE, Cut, Labels, sampled
from insiders.spaces import Points, Space

MODEL_MARKS: Mapping[str, tuple[str, str]] = {
    "kmeans": (style.PALETTE[0], "o"),
    "gaussian_mixture": (style.PALETTE[2], "s"),
    "ward": (style.PALETTE[1], "^"),
    "dbscan": (style.PALETTE[6], "x"),
    "hdbscan": (style.PALETTE[4], "+"),
}
"""Colour and marker of each model, the same in every figure."""


WORST = -0.3
"""Silhouettes below this leave the figure: they say that a clustering is worse than none, no matter how much."""


def importances(spaces: Mapping[str, Space]) -> Figure:
    """What each forest splits by, one panel per space made of leaves."""
    forests = [space for space in spaces.values() if len(space.importance)]
    figure = Figure(figsize=style.WIDE)
    axes = figure.subplots(1, len(forests), squeeze=False)
    for ax, space in zip(axes[0], forests, strict=True):
        falling = space.importance[::-1]
        colour = style.ACCENT if space.sees_revenue else style.PALETTE[2]
        bars = ax.barh(falling.index, falling, color=colour)
        ax.bar_label(bars, [f"{100 * value:.1f} %" for value in falling], padding=3, fontsize=9)
        ax.set(xlabel="share of the forest's gain in purity", xlim=(0, 1.15 * falling.max()))
        ax.set_title(_title(space), fontsize=11)
        ax.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
        ax.xaxis.set_major_formatter(style.percent())
        ax.grid(axis="y", visible=False)
    return figure


def silhouettes_by_k(scores: pd.DataFrame, space: str, model: str, k: int) -> Figure:
    """Mean silhouette by number of clusters, one panel per space, one line per model, the chosen one ringed."""
    names = list(dict.fromkeys(scores["space"]))
    rows = -(-len(names) // 2)
    figure = Figure(figsize=style.panels(rows))
    axes = figure.subplots(rows, 2, sharex=True, sharey=True, squeeze=False)
    for ax, name in zip(axes.flat, names, strict=False):
        for one, (colour, mark) in MODEL_MARKS.items():
            line = scores[(scores["space"] == name) & (scores["model"] == one)]
            ax.plot(line["k"], line["silhouette"], color=colour, marker=mark, markersize=5, linewidth=1.2, label=one)
        ax.set(title=name)
        ax.set_ylim(bottom=max(WORST, ax.get_ylim()[0]))
    for ax in axes.flat[len(names) :]:
        ax.set_visible(False)
    chosen = scores[(scores["space"] == space) & (scores["model"] == model) & (scores["k"] == k)]
    ring = axes.flat[names.index(space)]
    ring.scatter(chosen["k"], chosen["silhouette"], s=180, facecolors="none", edgecolors=style.INK, linewidths=1.8)
    figure.supxlabel("number of clusters", fontsize=10)
    figure.supylabel("mean silhouette (−1 to 1)", fontsize=10)
    figure.legend(*axes.flat[0].get_legend_handles_labels(), loc="outside upper right", ncols=len(MODEL_MARKS))
    return figure


def elbow(points: Points, cuts: Mapping[int, Labels], model: str) -> Figure:
    """Yellowbrick's elbow plot for the clusterings of one model; DBSCAN's noise counts as one cluster more."""
    figure = Figure(figsize=style.WIDE)
    ax = figure.subplots()
    with warnings.catch_warnings():
        # A curve without an elbow is a finding, and the figure shows it.
        warnings.simplefilter("ignore", YellowbrickWarning)
        visualizer = KElbowVisualizer(
            Cut(cuts, min(cuts)),
            k=list(cuts),
            ax=ax,
            fig=figure,
            timings=False,
            locate_elbow=len(cuts) > 3,
            force_model=True,
        )
        visualizer.fit(points)
        visualizer.finalize()
    ax.set(title=f"Distortion by number of clusters: {model}", xlabel="number of clusters")
    ax.set_ylabel("sum of squared distances to the centres")
    ax.yaxis.set_major_formatter(style.thousands())
    return figure


def silhouettes(points: Points, labels: Labels, segment: pd.Series, colours: Mapping[str, str]) -> Figure:
    """Yellowbrick's silhouette plot: every customer's silhouette, cluster by cluster, in the segments' colours.

    Noise is not drawn. Clusters of one segment stand apart, since they are apart in the space. Of more than
    `FULL_SIZE` customers a sample is drawn, among whom the silhouettes are measured, and the title says so.
    """
    kept = np.flatnonzero(labels != NOISE)
    whose = "every customer"
    if len(kept) > FULL_SIZE:
        kept = kept[sampled(len(kept), 0)]
        whose = f"{len(kept):,} customers drawn by lot"
    named = pd.Series(segment.to_numpy()[kept]).groupby(labels[kept]).first()
    order = named.map({name: place for place, name in enumerate(reversed(list(colours)))}).sort_values(kind="stable")
    ordered = np.empty(len(order), dtype="int16")
    ordered[order.index] = np.arange(len(order))
    cut = Cut({len(order): ordered[labels[kept]]}, len(order)).fit(points[kept])
    names = list(named.loc[order.index])
    figure = Figure(figsize=style.TALL)
    ax = figure.subplots()
    shades = [colours[name] for name in names]
    visualizer = SilhouetteVisualizer(cut, ax=ax, fig=figure, colors=shades, force_model=True)
    visualizer.fit(points[kept])
    visualizer.finalize()
    ax.set_yticks(visualizer.y_tick_pos_, names)
    ax.set(title=f"Silhouette of {whose}, cluster by cluster", xlabel="silhouette (−1 to 1)", ylabel="")
    ax.grid(axis="y", visible=False)
    ax.legend(handles=ax.get_lines()[-1:], labels=["mean of all customers"], loc="lower right")
    return figure


def maps(spaces: Mapping[str, Space], segment: pd.Series, colours: Mapping[str, str]) -> Figure:
    """Every space in two dimensions, the customers coloured by their segment, highest value drawn last."""
    rows = -(-len(spaces) // 2)
    figure = Figure(figsize=style.panels(rows, 4.4))
    axes = figure.subplots(rows, 2, squeeze=False)
    for ax, space in zip(axes.flat, spaces.values(), strict=False):
        _map(ax, space, segment, colours)
    for ax in axes.flat[len(spaces) :]:
        ax.set_visible(False)
    handles, labels = axes.flat[0].get_legend_handles_labels()
    figure.legend(handles[::-1], labels[::-1], loc="outside lower center", ncols=2, markerscale=2.5)
    return figure


def shares(segments: pd.DataFrame, currency: str) -> Figure:
    """Each segment's share of customers, of revenue and of pieces, highest value on top."""
    figure = Figure(figsize=(style.WIDE[0], 1.2 + 0.62 * len(segments)))
    ax = figure.subplots()
    places = np.arange(len(segments))[::-1]
    parts = (("customer_share", "customers", style.OTHERS), ("revenue_share", "gross revenue", style.INSIDERS))
    for step, (column, label, colour) in enumerate((*parts, ("items_share", "pieces", style.ACCENT))):
        bars = ax.barh(places + 0.27 * (1 - step), segments[column], height=0.25, color=colour, label=label)
        ax.bar_label(bars, [f"{100 * value:.1f} %" for value in segments[column]], padding=3, fontsize=8)
    means = [style.in_money(value, currency) for value in segments["mean_gross_revenue"]]
    ticks = [f"{name}\nmean {mean}" for name, mean in zip(segments["segment"], means, strict=True)]
    ax.set_yticks(places, ticks, fontsize=9)
    ax.set(
        title="What every segment holds",
        xlabel="share of all segmented customers, of their gross revenue and of their pieces",
    )
    ax.xaxis.set_major_formatter(style.percent())
    ax.grid(axis="y", visible=False)
    ax.legend(loc="lower right")
    return figure


def stability(segments: pd.DataFrame) -> Figure:
    """Bootstrap Jaccard similarity of each segment, against Hennig's marks; segments without one are left out."""
    segments = segments[segments["stability"].notna()]
    figure = Figure(figsize=(style.WIDE[0], 1.4 + 0.34 * len(segments)))
    ax = figure.subplots()
    places = np.arange(len(segments))[::-1]
    colours = [style.INSIDERS if flag else style.ACCENT for flag in segments["is_insiders"]]
    ax.scatter(segments["stability"], places, c=colours, s=60, zorder=3)
    marks = ((0.6, "← not to be trusted", "right"), (0.75, "a pattern →", "left"), (0.85, "firm →", "left"))
    for mark, meaning, side in marks:
        ax.axvline(mark, color=style.INK, linestyle="--", linewidth=1)
        ax.annotate(meaning, (mark, 1.0), xycoords=("data", "axes fraction"), ha=side, va="bottom", fontsize=9)
    ax.set_yticks(places, segments["segment"], fontsize=9)
    ax.set(xlim=(min([0.4, *(segments["stability"] - 0.05)]), 1.02), ylim=(-0.6, len(segments) - 0.4))
    ax.set_xlabel("mean Jaccard similarity over bootstrap resamples (0 to 1)")
    ax.set_title("How well each segment survives a new draw of customers", pad=20)
    return figure


def segment_colours(segments: pd.DataFrame) -> dict[str, str]:
    """A colour for every segment: the Insiders stand out, the others run from dark (much value) to light."""
    others = [name for name, flag in zip(segments["segment"], segments["is_insiders"], strict=True) if not flag]
    ramp = mpl.colormaps["viridis"]
    steps = np.linspace(0.05, 0.9, max(1, len(others)))
    shades = {name: mpl.colors.to_hex(ramp(step)) for name, step in zip(others, steps, strict=True)}
    return {name: shades.get(name, style.INSIDERS) for name in segments["segment"]}


def _map(ax: Axes, space: Space, segment: pd.Series, colours: Mapping[str, str]) -> None:
    named = segment.to_numpy()
    for name, colour in reversed(list(colours.items())):
        x, y = space.plane[named == name].T
        ax.scatter(x, y, s=7, color=colour, label=name, linewidths=0, alpha=0.8)
    ax.set(title=_title(space), xlabel=space.axes[0], ylabel=space.axes[1])


def _title(space: Space) -> str:
    return f"{space.name} ({'sees' if space.sees_revenue else 'does not see'} revenue)"
