"""Figures of the clustering notebook: they draw what the tables say, with units and without warnings."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import Collection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from insiders.charts import clustering as charts
from insiders.charts import style
from insiders.clusters import NOISE, compare, ground
from insiders.segments import choice, portrait
from insiders.spaces import Space, fit
from tests.insiders.demo_customers import customers

PARTS = 4


@pytest.fixture(autouse=True, scope="module")
def _look() -> None:
    style.use()


@pytest.fixture(scope="module")
def spaces() -> dict[str, Space]:
    return fit(customers(), ["scaled", "pca"], seed=0)


@pytest.fixture(scope="module")
def labels() -> np.ndarray:
    return pd.qcut(customers()["gross_revenue"], PARTS, labels=False).to_numpy().astype("int16")


@pytest.fixture(scope="module")
def assigned(labels: np.ndarray) -> pd.DataFrame:
    return portrait.assign(customers(), labels, labels == PARTS - 1)


@pytest.fixture(scope="module")
def profile(assigned: pd.DataFrame) -> pd.DataFrame:
    return portrait.profile(customers(), assigned, np.full(len(assigned), 0.3), np.full(len(assigned), 0.8))


def drawn(figure: Figure) -> Figure:
    """The figure, after it was drawn for real."""
    figure.canvas.draw()
    return figure


def heights(line: Line2D) -> np.ndarray:
    """What a line shows, upwards."""
    return np.asarray(line.get_ydata(), dtype="float64")


def dots(group: Collection) -> np.ndarray:
    """Where the dots of a scatter lie."""
    return np.asarray(group.get_offsets(), dtype="float64")


def lengths(axes: Axes) -> list[float]:
    """How long the horizontal bars are."""
    return [bar.get_width() for bar in axes.patches if isinstance(bar, Rectangle)]


def with_units(figure: Figure) -> bool:
    """Whether every panel, or the figure for all of them, says what its horizontal axis is."""
    shared = figure.get_supxlabel()
    return all(bool(shared or axes.get_xlabel()) for axes in figure.axes if axes.get_visible())


def test_silhouettes_by_k_ring_the_chosen_one(spaces: dict[str, Space]) -> None:
    """One panel per space, one line per model, and a ring where the choice lies."""
    points = {name: space.points for name, space in spaces.items()}
    scores = choice.candidates(compare(points, k_range=range(2, 6), seed=0), customers(), "revenue")
    figure = drawn(charts.silhouettes_by_k(scores, "pca", "ward", 3))
    panel = figure.axes[1]
    expected = scores[(scores["space"] == "pca") & (scores["model"] == "ward")].set_index("k")["silhouette"]
    assert panel.get_title(loc="left") == "pca"
    np.testing.assert_allclose(heights(panel.get_lines()[2]), expected)
    np.testing.assert_allclose(dots(panel.collections[-1]), [[3, expected[3]]])
    assert with_units(figure)


def test_elbow_draws_any_model(spaces: dict[str, Space]) -> None:
    """Yellowbrick draws a point for each k of Ward, which it could not fit by itself."""
    points = spaces["pca"].points
    cuts = compare({"pca": points}, ["ward"], range(2, 8), seed=0).labels["pca", "ward"]
    figure = drawn(charts.elbow(points, cuts, "ward"))
    curve = heights(figure.axes[0].get_lines()[0])
    assert len(curve) == len(range(2, 8))
    assert (np.diff(curve) < 0).all()
    assert with_units(figure)


def test_silhouette_plot_has_a_band_per_cluster_in_its_colour(
    spaces: dict[str, Space], labels: np.ndarray, assigned: pd.DataFrame, profile: pd.DataFrame
) -> None:
    """Every cluster is a band with its segment's name, the Insiders on top in their colour; noise is left out."""
    marked = labels.copy()
    marked[:2] = NOISE
    colours = charts.segment_colours(profile)
    figure = drawn(charts.silhouettes(spaces["pca"].points, marked, assigned["segment"], colours))
    axes = figure.axes[0]
    assert [tick.get_text() for tick in axes.get_yticklabels()] == profile["segment"].tolist()[::-1]
    assert len(axes.collections) == PARTS
    assert to_hex(tuple(np.ravel(axes.collections[-1].get_facecolor()))) == style.INSIDERS.lower()
    assert with_units(figure)


def test_silhouettes_of_many_are_drawn_of_some(
    monkeypatch: pytest.MonkeyPatch,
    spaces: dict[str, Space],
    labels: np.ndarray,
    assigned: pd.DataFrame,
    profile: pd.DataFrame,
) -> None:
    """Beyond the full size the figure is of a sample, and says so."""
    monkeypatch.setattr(charts, "FULL_SIZE", 100)
    monkeypatch.setattr(ground, "FULL_SIZE", 100)
    colours = charts.segment_colours(profile)
    figure = drawn(charts.silhouettes(spaces["pca"].points, labels, assigned["segment"], colours))
    assert "100 customers drawn by lot" in figure.axes[0].get_title(loc="left")


def test_maps_place_every_customer_once(
    spaces: dict[str, Space], assigned: pd.DataFrame, profile: pd.DataFrame
) -> None:
    """Each panel holds all customers, in the colours of their segments."""
    figure = drawn(charts.maps(spaces, assigned["segment"], charts.segment_colours(profile)))
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["scaled (sees revenue)", "pca (sees revenue)"]
    for axes in figure.axes:
        assert sum(len(dots(group)) for group in axes.collections) == len(customers())
    assert with_units(figure)


def test_importances_show_the_forests_only(spaces: dict[str, Space]) -> None:
    """A space without a forest has no panel; a forest's panel has a bar per feature."""
    weights = pd.Series({"n_items": 0.8, "recency_days": 0.2})
    plain = spaces["pca"]
    forest = Space("forest_leaves", plain.points, plain.plane, plain.axes, weights, sees_revenue=True, how="leaves")
    figure = drawn(charts.importances({**spaces, "forest_leaves": forest}))
    assert len(figure.axes) == 1
    assert lengths(figure.axes[0]) == [0.2, 0.8]
    assert with_units(figure)


def test_shares_show_three_bars_per_segment(profile: pd.DataFrame) -> None:
    """Customers, revenue and pieces, in the lengths of the profile, with the mean in the shop's currency."""
    figure = drawn(charts.shares(profile, "£"))
    axes = figure.axes[0]
    np.testing.assert_allclose(lengths(axes)[PARTS : 2 * PARTS], profile["revenue_share"])
    assert "£" in axes.get_yticklabels()[0].get_text()
    assert with_units(figure)


def test_stability_shows_a_dot_per_segment(profile: pd.DataFrame) -> None:
    """Every segment has its dot at its stability."""
    figure = drawn(charts.stability(profile))
    np.testing.assert_allclose(dots(figure.axes[0].collections[0])[:, 0], profile["stability"])
    assert with_units(figure)


def test_segment_colours_differ_and_follow_the_profile(profile: pd.DataFrame) -> None:
    """Every segment has a colour of its own, in the order of value, the Insiders theirs."""
    colours = charts.segment_colours(profile)
    assert list(colours) == profile["segment"].tolist()
    assert len(set(colours.values())) == PARTS
    assert colours["Insiders"] == style.INSIDERS
