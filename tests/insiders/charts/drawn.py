"""What a person reads in a figure."""

from __future__ import annotations

from matplotlib.figure import Figure


def texts(figure: Figure) -> str:
    """Every title, label and tick label that a figure shows."""
    figure.canvas.draw()
    found = [text.get_text() for axes in figure.axes for text in [axes.xaxis.label, axes.yaxis.label, *axes.texts]]
    found += [axes.get_title(place) for axes in figure.axes for place in ("left", "center")]
    found += [label.get_text() for axes in figure.axes for label in axes.get_yticklabels()]
    return "\n".join([*found, *(text.get_text() for text in figure.texts)])
