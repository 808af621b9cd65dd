"""What the index answers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from starlette.datastructures import QueryParams

from runner.desk.catalogue import answers, questions
from runner.desk.catalogue.answers import Answer
from runner.desk.catalogue.index import Index
from runner.outcomes import Status
from tests.runner.desk.archives import a_step, put, settings_in


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """A run of one pipeline with a gate, one that failed, and one of another pipeline."""
    settings = settings_in(tmp_path_factory.mktemp("answers"))
    gates = {"gates": ["report.share >= 0.1"], "approval": "automatic", "promote": "manual"}
    put(settings, a_step(figures={"share": 0.1}), policy=gates)
    failed = a_step(status=Status.FAILED, figures={"share": 0.5, "other": 1.0})
    put(settings, failed, status="failed", logical_date=date(2026, 2, 15), policy=gates)
    put(settings, a_step("stores"), pipeline="stores", logical_date=date(2026, 3, 1))
    made = Index(settings.output, settings.checkout / "index.sqlite", 60)
    yield made
    made.close()


def ask(index: Index, query: str) -> Answer:
    with index.asked() as connection:
        return answers.ask(connection, questions.read(QueryParams(query)))


def test_the_figures_of_gates_stand_in_the_row(index: Index) -> None:
    """What the gates of a pipeline ask about is what a row shows unasked."""
    assert [row.decisive for row in ask(index, "status=failed").rows] == [{"report.share": 0.5}]


def test_a_page_beyond_the_last_is_the_last(index: Index) -> None:
    """Whoever asks for page 900 of one sees that one."""
    answer = ask(index, "page=900")
    assert (answer.page, answer.pages, len(answer.rows)) == (1, 1, 3)


@pytest.mark.parametrize("query", ["metric=share", "metric=share+>+much", "parameter=k", "since=2026-02-31"])
def test_what_cannot_be_understood_is_told(query: str) -> None:
    """A filter that says nothing is named, and the others count."""
    question = questions.read(QueryParams(f"{query}&text=x"))
    assert (len(question.faults), question.text) == (1, "x")
