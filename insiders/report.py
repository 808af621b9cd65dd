"""The report for people without a notebook: one HTML page that needs no other file and prints on A4."""

from __future__ import annotations

import base64
import io
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined
from matplotlib.figure import Figure

from insiders.answers.evidence import Answer, Evidence
from insiders.wording import percent

TITLE = "The Insiders: who they are and what they bring"

_TEMPLATES = Environment(loader=PackageLoader("insiders"), autoescape=True, undefined=StrictUndefined)


@dataclass(frozen=True)
class _Section:
    """One answer as the template writes it: everything text, the picture a data URI."""

    question: str
    text: str
    picture: str
    caption: str
    headings: list[str]
    rows: list[list[str]]


def render(evidence: Evidence, answers: Sequence[Answer], *, title: str = TITLE) -> str:
    """The whole page as HTML; texts of the data are escaped, scripts and foreign addresses are forbidden to it."""
    source = evidence.source
    return _TEMPLATES.get_template("report.html").render(
        title=title,
        synthetic=bool(source["synthetic"]),
        source=source["name"],
        first_day=f"{source['first_day']:%Y-%m-%d}",
        last_day=f"{source['last_day']:%Y-%m-%d}",
        as_of=f"{evidence.as_of:%Y-%m-%d}",
        confidence=percent(evidence.confidence, 0),
        citation="" if pd.isna(source["citation"]) else source["citation"],
        answers=[_section(answer) for answer in answers],
    )


def write(path: str | os.PathLike[str], page: str) -> Path:
    """Write the page, aside first and then into place."""
    place = Path(path)
    place.parent.mkdir(parents=True, exist_ok=True)
    aside = place.with_name(f".{place.name}.{os.getpid()}")
    aside.write_text(page, encoding="utf-8")
    aside.replace(place)
    return place


def write_figure(path: str | os.PathLike[str], figure: Figure) -> Path:
    """Write a figure as PNG, the same bytes for the same figure."""
    place = Path(path)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(_png(figure))
    return place


def write_charts(folder: str | os.PathLike[str], answers: Sequence[Answer]) -> list[Path]:
    """Write the chart of every answer that has one, named by its place among the answers."""
    return [
        write_figure(Path(folder) / f"answer_{place:02d}.png", answer.chart)
        for place, answer in enumerate(answers, 1)
        if answer.chart is not None
    ]


def _section(answer: Answer) -> _Section:
    table = answer.table
    return _Section(
        question=answer.question,
        text=answer.text,
        picture="" if answer.chart is None else data_uri(answer.chart),
        caption="" if answer.chart is None else caption(answer.chart),
        headings=[] if table is None else [str(name) for name in table.columns],
        rows=[]
        if table is None
        else [["" if pd.isna(cell) else str(cell) for cell in row] for row in table.to_numpy()],
    )


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
