"""The form every answer takes: a plain sentence, what it rests on, and where each of its numbers is found."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from IPython.display import Markdown, display
from matplotlib.figure import Figure

from insiders.answers.queries import of_pipeline, stored


@dataclass(frozen=True)
class Answer:
    """A business question and what this run's tables say to it."""

    topic: str
    """Its stable short name, in English."""
    question: str
    sentence: str
    """The answer in one plain sentence, computed from the tables."""
    text: str = ""
    """What else a reader should know: bounds, what was compared, what it does not say."""
    figures: Mapping[str, object] = field(default_factory=dict)
    """The numbers behind the words, by name: plain values, lists, or values by name."""
    sql: Mapping[str, str] = field(default_factory=dict)
    """For figures that published tables give: the SELECT that finds them again."""
    chart: Figure | None = None
    table: pd.DataFrame | None = None
    """What the reader may want to look up, with headings and cells as a person reads them."""

    def queries(self, pipeline: str) -> dict[str, str]:
        """A SELECT for every figure, over what is live of the pipeline; what no table holds is read from the answer."""
        asked = {name: self.sql.get(name) or stored(self.topic, name, value) for name, value in self.plain.items()}
        return {name: of_pipeline(query, pipeline) for name, query in asked.items()}

    @property
    def plain(self) -> dict[str, object]:
        """The figures in JSON's own types; a missing number is None. The table as it is printed is the last of them."""
        told = {name: _plain(value) for name, value in self.figures.items()}
        return told if self.table is None else {**told, "table": _plain(self.table.to_dict("records"))}

    @property
    def whole(self) -> str:
        """Sentence and text together."""
        return f"{self.sentence} {self.text}".strip()

    def _ipython_display_(self) -> None:
        """Show the words, the table and the chart, in a notebook."""
        display(Markdown(f"**{_no_markdown(self.sentence)}**\n\n{_no_markdown(self.text)}"))
        if self.table is not None:
            shown = {"text/html": self.table.to_html(index=False), "text/plain": self.table.to_string(index=False)}
            display(shown, raw=True)
        if self.chart is not None:
            display(self.chart)


def as_table(answers: Iterable[Answer], language: str, pipeline: str) -> pd.DataFrame:
    """The answers as rows of the results table ``answers``, in the order given, told for runs of that pipeline."""
    rows = [
        {
            "question": answer.question,
            "position": place,
            "text": answer.whole,
            "figures": json.dumps(answer.plain, ensure_ascii=False, allow_nan=False),
            "topic": answer.topic,
            "language": language,
            "queries": json.dumps(answer.queries(pipeline), ensure_ascii=False),
        }
        for place, answer in enumerate(answers, 1)
    ]
    return pd.DataFrame(rows)


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    plain = value.item() if isinstance(value, np.generic) else value
    if isinstance(plain, pd.Timestamp):
        return plain.date().isoformat()
    return None if plain is pd.NA or (isinstance(plain, float) and not math.isfinite(plain)) else plain


def _no_markdown(text: str) -> str:
    """Names of the data may hold characters that Markdown takes for its own."""
    return re.sub(r"([\\`*_<\[$])", r"\\\1", text)
