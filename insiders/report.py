"""The report for people without a notebook: one HTML page that needs no other file and prints on A4."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined

from insiders.answers.answer import Answer
from insiders.language import Language
from insiders.pictures import caption, data_uri, write_figure

SUMMARY = (
    "how_many",
    "shares",
    "what_makes",
    "what_removes",
    "better_later",
    "expected_revenue",
    "what_changed",
    "churn",
    "lifetime_value",
    "what_to_do",
    "stores_expected",
    "stores_by_store",
    "stores_by_category",
    "stores_trust",
    "stores_growth",
    "stores_orders",
    "stores_agreement",
)
"""Topics whose sentences stand on top: at most ten lines of each report, for whoever reads no further."""

LONGEST = 60
"""Characters of a figure that are shown beside its query."""

_TEMPLATES = Environment(loader=PackageLoader("insiders"), autoescape=True, undefined=StrictUndefined)


class Told(Protocol):
    """The run that a report tells of: `insiders.answers.Evidence`, or `insiders.store_answers.Panel`."""

    @property
    def source(self) -> pd.Series:
        """The row of the table ``source``."""

    @property
    def pipeline(self) -> str:
        """By which the queries find the run's rows."""

    @property
    def language(self) -> Language:
        """Of the page."""

    @property
    def title(self) -> str:
        """Its heading where none is asked for."""

    @property
    def facts(self) -> str:
        """What stands below the heading."""

    @property
    def notes(self) -> str:
        """What stands at the end."""


@dataclass(frozen=True)
class _Number:
    """A figure by name, as it was published, and the query that finds it."""

    name: str
    value: str
    query: str


@dataclass(frozen=True)
class _Section:
    """One answer as the template writes it: everything text, the picture a data URI."""

    number: int
    question: str
    sentence: str
    text: str
    summed_up: bool
    picture: str
    caption: str
    headings: list[str]
    rows: list[list[str]]
    numbers: list[_Number]


def render(run: Told, answers: Sequence[Answer], *, title: str | None = None) -> str:
    """The whole page as HTML; texts of the data are escaped, scripts and foreign addresses are forbidden to it."""
    source, speak = run.source, run.language
    return _TEMPLATES.get_template("report.html").render(
        say=speak.say,
        language=speak.code.replace("_", "-"),
        title=run.title if title is None else title,
        synthetic=bool(source["synthetic"]),
        facts=run.facts,
        notes=run.notes,
        citation="" if pd.isna(source["citation"]) else source["citation"],
        answers=[_section(number, answer, run) for number, answer in enumerate(answers, 1)],
    )


def write_charts(folder: str | os.PathLike[str], answers: Sequence[Answer]) -> list[Path]:
    """Write the chart of every answer that has one, named by its topic."""
    return [
        write_figure(Path(folder) / f"{answer.topic}.png", answer.chart)
        for answer in answers
        if answer.chart is not None
    ]


def _section(number: int, answer: Answer, run: Told) -> _Section:
    table = answer.table
    queries = answer.queries(run.pipeline)
    return _Section(
        number=number,
        question=answer.question,
        sentence=answer.sentence,
        text=answer.text,
        summed_up=answer.topic in SUMMARY,
        picture="" if answer.chart is None else data_uri(answer.chart),
        caption="" if answer.chart is None else caption(answer.chart),
        headings=[] if table is None else [str(name) for name in table.columns],
        rows=[]
        if table is None
        else [["" if pd.isna(cell) else str(cell) for cell in row] for row in table.to_numpy()],
        numbers=[_Number(name, shown(value, run.language), queries[name]) for name, value in answer.plain.items()],
    )


def shown(value: object, speak: Language) -> str:
    """A figure beside its query: numbers with the digits that tell them apart, long lists cut."""
    if value is None:
        return speak.say("unknown")
    if isinstance(value, int):
        return speak.whole(value)
    if isinstance(value, float):
        return speak.decimal(value, 0 if value.is_integer() else 2 if abs(value) >= 100 else 4)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
