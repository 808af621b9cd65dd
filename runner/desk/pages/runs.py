"""The list of all runs: the start page of the desk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from runner.desk.addresses import Addresses
from runner.desk.catalogue import answers, predecessors, questions
from runner.desk.catalogue.answers import Answer, Row
from runner.desk.catalogue.predecessors import Predecessor
from runner.desk.catalogue.questions import Question
from runner.desk.desk import Desk
from runner.outcomes import Status


def show(desk: Desk, request: Request) -> Response:
    """The page of the runs that a URL asks for."""
    question = questions.read(request.query_params)
    with desk.index.asked() as connection:
        answer = answers.ask(connection, question)
        facts: dict[str, Any] = {
            "pipelines": answers.pipelines(connection),
            "statuses": answers.statuses(connection),
            "figures": answers.figures(connection, question.pipeline),
        }
        before = {
            row.run_id: predecessors.of(connection, row.pipeline, row.run_id) for row in answer.rows if row.comparable
        }
    links = _Links(question, Addresses())
    facts |= {"before": before, "pair": _pair(answer.rows, before)}
    return desk.page(request, "runs.html", answer=answer, question=question, links=links, here="runs", **facts)


def text(desk: Desk, at: Addresses, answer: Answer, before: Mapping[str, Predecessor | None]) -> str:
    """The list as a file: nothing to ask, all runs on one page; `before` is what each is compared with, by run."""
    question = Question()
    facts: Mapping[str, Any] = {"pipelines": [], "statuses": [], "figures": [], "before": before, "pair": ("", "")}
    return desk.text(
        "runs.html", at, answer=answer, question=question, links=_Links(question, at), here="runs", **facts
    )


def _pair(rows: Sequence[Row], before: Mapping[str, Predecessor | None]) -> tuple[str, str]:
    """The runs that stand chosen for a comparison: the first good one that has the one before it on the page, too."""
    shown = {row.run_id: row for row in rows}
    pairs = [(one.run_id, run_id) for run_id, one in before.items() if one is not None and one.run_id in shown]
    good = (pair for pair in pairs if shown[pair[1]].status == Status.SUCCEEDED)
    return next(good, pairs[0] if pairs else ("", ""))


class _Links:
    """Addresses of the same list in another order, or another page of it."""

    def __init__(self, question: Question, at: Addresses) -> None:
        self.question, self.at = question, at

    @property
    def bounds(self) -> list[str]:
        """The ranges of figures as a person writes them."""
        return [questions.spelt(one) for one in self.question.ranges]

    def sorted(self, order: str) -> str:
        """The list in this order; where it stands in it, turned around."""
        down = not self.question.descending if order == self.question.order else order in ("started", "seconds")
        return self._asked(sort=("-" if down else "") + order)

    def page(self, number: int) -> str:
        """Another page of the list."""
        return self._asked(page=str(number))

    def mark(self, order: str) -> str:
        """Which way the list goes by this column: `ascending`, `descending` or `none`."""
        if order != self.question.order:
            return "none"
        return "descending" if self.question.descending else "ascending"

    def _asked(self, **changed: str) -> str:
        one = self.question
        fields = {
            "pipeline": one.pipeline,
            "status": one.statuses,
            "since": one.since.isoformat() if one.since else "",
            "until": one.until.isoformat() if one.until else "",
            "parameter": [f"{choice.name} = {choice.value}" for choice in one.choices],
            "metric": self.bounds,
            "text": one.text,
            "show": one.columns,
            "sort": ("-" if one.descending else "") + one.order,
            **changed,
        }
        return self.at.asked(self.at.runs, fields)
