"""The figures: nothing is lost where names are long or alike, and none of them is read as markup."""

from __future__ import annotations

import pandas as pd

from dashboard import figures

ALIKE = [f"Active, frequent, top value, more orders, {end}" for end in ("more returns", "much fewer returns")]


def test_segments_whose_names_begin_alike_keep_a_bar_each() -> None:
    """Names are cut on the axis; bars stand by their place."""
    segments = pd.DataFrame({"segment": ALIKE, "customer_share": [0.1, 0.9], "revenue_share": [0.6, 0.4]})
    figure = figures.shares(segments)
    assert [list(bar.y) for bar in figure.data] == [[0, 1], [0, 1]]
    assert next(iter(figure.layout.yaxis.ticktext)).endswith("…")


def test_names_are_no_markup_and_insiders_have_their_colour() -> None:
    """On the map and in the chart of sales."""
    segments = pd.DataFrame({"segment": ["Insiders", "<b>x</b>"], "is_insiders": [True, False]})
    customers = pd.DataFrame({"customer_id": ["<i>1</i>"], "segment": ["<b>x</b>"], "map_x": [0.0], "map_y": [0.0]})
    drawn = figures.on_map(customers, segments)
    assert [trace.name for trace in drawn.data] == ["&lt;b&gt;x&lt;/b&gt;", "Insiders"]
    assert drawn.data[0].text == ("&lt;i&gt;1&lt;/i&gt;",)
    assert drawn.data[1].marker.color == figures.INSIDERS
    day = pd.Timestamp("2024-01-01")
    sold = pd.DataFrame({"series": ["<b>"], "starts": [day], "value": [1.0]})
    ahead = pd.DataFrame({"series": ["<b>"], "starts": [day], "mean": [1.0], "lower": [0.5], "upper": [2.0]})
    chart = figures.sales(sold, ahead, "pieces", 0.8)
    assert chart.data[0].name == "&lt;b&gt;"
    assert list(chart.data[1].y) == [2.0, 0.5]
    assert "80 % bounds" in chart.data[2].hovertemplate


def test_a_customer_far_out_does_not_squeeze_the_map() -> None:
    """The axes show where nearly all are, and whom they leave out is counted; without such a one all are shown."""
    near = [float(number % 10) for number in range(200)]
    customers = pd.DataFrame({"customer_id": "x", "segment": "a", "map_x": [*near, 900.0], "map_y": [*near, 5.0]})
    segments = pd.DataFrame({"segment": ["a"], "is_insiders": [True]})
    drawn = figures.on_map(customers, segments)
    assert drawn.layout.xaxis.range[1] < 20
    assert figures.outside(customers) == 1
    assert figures.outside(customers[:-1]) == 0
    assert figures.window(pd.Series([3.0])) == (3.0, 3.0)
