"""Figures as pictures: files, or addresses that hold the picture itself; the same bytes for the same figure."""

from __future__ import annotations

import base64
import io
import os
from pathlib import Path

from matplotlib.figure import Figure


def write_figure(path: str | os.PathLike[str], figure: Figure) -> Path:
    """Write a figure as PNG."""
    place = Path(path)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(_png(figure))
    return place


def data_uri(figure: Figure) -> str:
    """The figure as an address that holds the picture itself."""
    return f"data:image/png;base64,{base64.b64encode(_png(figure)).decode('ascii')}"


def caption(figure: Figure) -> str:
    """The titles of the figure, for those who cannot see it."""
    suptitle = figure.get_suptitle()
    titles = [suptitle] if suptitle else []
    titles += [title for axes in figure.axes for place in ("left", "center") if (title := axes.get_title(place))]
    return "; ".join(titles)


def _png(figure: Figure) -> bytes:
    picture = io.BytesIO()
    figure.savefig(picture, format="png", metadata={"Software": None})
    return picture.getvalue()
