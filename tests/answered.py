"""What a report prints, and what a database says to the queries beside it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa
from scipy import stats

from insiders import handoff
from insiders.language import Language
from insiders.report import shown
from tests.insiders.messages import messages


@dataclass
class Printed:
    """One answer as the page prints it."""

    words: list[str] = field(default_factory=list)
    """Sentence, text and cells of the table."""
    numbers: list[list[str]] = field(default_factory=list)
    """Name, value and query of each figure."""


class Page(HTMLParser):
    """The answers of a page, in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.answers: list[Printed] = []
        self._within: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin an answer, a row or a cell."""
        if tag in ("section", "details", "table", "tbody", "td", "p"):
            self._within.append(tag)
        if tag == "section":
            self.answers.append(Printed())
        if tag == "tr" and "details" in self._within and "tbody" in self._within:
            self.answers[-1].numbers.append([])
        if tag == "td":
            (self.answers[-1].numbers[-1] if "details" in self._within else self.answers[-1].words).append("")
        if tag == "p" and "section" in self._within:
            self.answers[-1].words.append("")

    def handle_endtag(self, tag: str) -> None:
        """End what was begun."""
        if self._within and self._within[-1] == tag:
            self._within.pop()

    def handle_data(self, data: str) -> None:
        """The text of a cell or a paragraph."""
        if "section" not in self._within or self._within[-1] not in ("td", "p"):
            return
        place = self.answers[-1].numbers[-1] if "details" in self._within else self.answers[-1].words
        place[-1] += data


def install(connection: sa.Connection, pipeline: str, run_id: str, tables: dict[str, pd.DataFrame]) -> None:
    """Make a run with those tables the live one of its pipeline."""
    about = {"run_id": run_id, "pipeline": pipeline}
    connection.execute(
        sa.text("INSERT INTO runs (run_id, pipeline, status, started_at) "
                "VALUES (:run_id, :pipeline, 'succeeded', '2026-01-15 04:00:00')"), about
    )  # fmt: skip
    for name, rows in tables.items():
        table = sa.Table(name, sa.MetaData(), autoload_with=connection, resolve_fks=False)
        checked = handoff.check(name, rows, handoff.RESULTS).assign(run_id=run_id).to_dict("records")
        records: list[dict[str, Any]] = [
            {str(key): None if pd.isna(value) else value for key, value in row.items()} for row in checked
        ]
        for record in records if name == "answers" else ():
            record |= {column: json.loads(str(record[column])) for column in ("figures", "queries")}
        connection.execute(table.insert(), records)
    number = connection.execute(sa.text("SELECT COUNT(*) FROM promotions")).scalar_one() + 1
    connection.execute(
        sa.text("INSERT INTO promotions (number, pipeline, run_id, kind, at, by_whom, gates) "
                "VALUES (:number, :pipeline, :run_id, 'promoted', '2026-01-15 05:00:00', 'cron', '[]')"),
        {**about, "number": number},
    )  # fmt: skip


def published(connection: sa.Connection, pipeline: str) -> Iterator[tuple[str, dict[str, Any], dict[str, str]]]:
    """Topic, figures and queries of every live answer of a pipeline, in the order of the report."""
    asked = "SELECT topic, figures, queries FROM current_answers WHERE pipeline = :pipeline ORDER BY position"
    for topic, *said in connection.execute(sa.text(asked), {"pipeline": pipeline}).all():
        figures, queries = (json.loads(each) if isinstance(each, str) else each for each in said)
        yield topic, figures, queries


def wrong(connection: sa.Connection, pipeline: str, page: str, speak: Language) -> list[tuple[object, ...]]:
    """Whatever a page prints that the query beside it does not give, or that stands beside no query."""
    faults: list[tuple[object, ...]] = []
    answers = Page(page).answers
    told = list(published(connection, pipeline))
    assert len(answers) == len(told) > 0
    for printed, (topic, figures, queries) in zip(answers, told, strict=True):
        assert [name for name, _, _ in printed.numbers] == list(figures)
        for name, value, query in printed.numbers:
            rows = [tuple(row) for row in connection.exec_driver_sql(query)]
            if query != queries[name] or value != shown(figures[name], speak):
                faults.append((topic, name, value, query))
            if not same(found(rows, figures[name]), figures[name]):
                faults.append((topic, name, value, rows[:3]))
        faults += [(topic, number) for number in unfounded(printed.words, figures, speak)]
    return faults


def agrees_with_scipy(customers: pd.DataFrame, differences: Mapping[str, Any], shares: Mapping[str, Any]) -> None:
    """Whether what the answers say of revenue is what SciPy's own calls give; customers have segment and is_insider."""
    ours, others = (customers.loc[customers["is_insider"] == which, "gross_revenue"] for which in (True, False))
    rival = customers.loc[customers["segment"] == differences["rival"], "gross_revenue"]
    assert differences["u_gross_revenue_others"] == stats.mannwhitneyu(ours, others).statistic
    assert differences["u_gross_revenue_rival"] == stats.mannwhitneyu(ours, rival).statistic
    student = stats.t.interval(0.95, len(ours) - 1, loc=ours.mean(), scale=stats.sem(ours))
    assert [differences["student_lower"], differences["student_upper"]] == pytest.approx(student, rel=1e-9)
    again = stats.bootstrap((ours.to_numpy(),), np.mean, n_resamples=2000, method="BCa", rng=np.random.default_rng(1))
    bounds = [differences["bootstrap_lower"], differences["bootstrap_upper"]]
    assert bounds == pytest.approx(list(again.confidence_interval), rel=0.06)
    assert differences["mean_gross_revenue"] == pytest.approx(ours.mean(), rel=1e-12)
    assert shares["gross_share"] == pytest.approx(ours.sum() / customers["gross_revenue"].sum(), rel=1e-12)
    assert shares["gross_share_plain_sort"] == pytest.approx(
        customers["gross_revenue"].nlargest(len(ours)).sum() / customers["gross_revenue"].sum(), rel=1e-12
    )


def found(rows: list[tuple[Any, ...]], figure: object) -> object:
    """The rows of a query in the form of the figure."""
    if isinstance(figure, dict) and (not rows or len(rows[0]) == 2):
        return dict(rows)
    if isinstance(figure, list | dict) and len(rows) == 1:
        value = rows[0][0]
        return json.loads(value) if isinstance(value, str) and value[:1] in "[{" else value
    return [row[0] for row in rows] if isinstance(figure, list) else rows[0][0] if rows else None


def same(one: object, other: object) -> bool:
    """Whether both say the same, numbers to nine digits; a missing value is none."""
    if isinstance(other, dict):
        return isinstance(one, dict) and one.keys() == other.keys() and all(same(one[key], other[key]) for key in other)
    if isinstance(other, list):
        one = one if isinstance(one, list) else [one]
        return len(one) == len(other) and all(same(*pair) for pair in zip(one, other, strict=True))
    if other is None or isinstance(other, str):
        return one == other
    return one is not None and float(one) == pytest.approx(float(other), rel=1e-9, abs=1e-12)  # type: ignore[arg-type]


_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_NUMBER = re.compile(r"(?<![\w.,])\d[\d.,\xa0]*(?<=\d)(?![\w])")
_FIXED = {
    number
    for message in messages()
    for text in ([message] if isinstance(message, str) else message)
    for number in _NUMBER.findall(text)
}
"""Numbers that a sentence says whatever the data are."""


def unfounded(words: list[str], figures: dict[str, Any], speak: Language) -> list[str]:
    """Numbers of the words that none of the figures is, rounded as printed, in percent, or without its sign."""
    leaves = list(_leaves(figures))
    texts: list[str] = [leaf for leaf in leaves if isinstance(leaf, str)]
    values: list[float] = [leaf for leaf in leaves if not isinstance(leaf, str)]
    values += [
        float(number.replace(",", ""))
        for text in texts
        if not _DAY.fullmatch(text)
        for number in re.findall(r"\d[\d,]*(?:\.\d+)?", text)
    ]
    days = [speak.day(text) for text in texts if _DAY.fullmatch(text)]
    days += [speak.month(text) for text in texts if re.fullmatch(r"\d{4}-\d\d(-\d\d)?", text)]
    lacking = []
    for text in words:
        if text in texts:  # a cell of the table, which is a figure as it is printed
            continue
        for known in sorted({*days, *(said for said in texts if re.search(r"[^\W\d]", said))}, key=len, reverse=True):
            text = text.replace(known, " ")
        lacking += [number for number in _NUMBER.findall(text) if not _is_one_of(number, values, speak)]
    return lacking


def _is_one_of(number: str, values: list[float], speak: Language) -> bool:
    if number in _FIXED or number == speak.decimal(0.001, 3):  # p values below it are not told apart
        return True
    plain = number.replace("\xa0", "")
    plain = plain.replace(",", "") if speak.code == "en" else plain.replace(".", "").replace(",", ".")
    decimals = len(plain.partition(".")[2])
    forms = (
        form
        for value in values
        for form in (value, 100 * value, 1 - value, 100 * (1 - value), 1 + value, 100 + 100 * value)
    )
    return any(abs(abs(form) - float(plain)) <= 0.5000001 * 10**-decimals for form in forms)


def _leaves(value: object) -> Iterator[Any]:
    """Every number and text within figures, the names of a mapping included."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield str(name)
            yield from _leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner)
    elif value is not None:
        yield float(value) if isinstance(value, int | float) else value
