"""Which runs the list holds, and in which order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from starlette.datastructures import QueryParams

from runner.desk.catalogue import answers, questions
from runner.desk.catalogue.index import Index
from runner.outcomes import Status
from tests.runner.desk.archives import a_step, put, settings_in


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """Four runs: three months of one pipeline, the second of which failed, and one of another."""
    settings = settings_in(tmp_path_factory.mktemp("conditions"))
    for month, share in ((1, 0.1), (2, 0.5), (3, 0.3)):
        status = Status.FAILED if month == 2 else Status.SUCCEEDED
        values = {"k": {"value": 8 + month, "from": "default"}, "refit": {"value": month != 3, "from": "default"}}
        step = a_step(status=status, figures={"share": share}, parameters=values, reason="disk is full" * (month == 2))
        day = date(2026, month, 15)
        put(settings, step, status=str(status), logical_date=day, title=f"month {month}")
    put(settings, a_step("stores"), pipeline="stores", logical_date=date(2026, 3, 1))
    made = Index(settings.output, settings.checkout / "index.sqlite", 60)
    yield made
    made.close()


def dates(index: Index, query: str) -> list[str]:
    with index.asked() as connection:
        answer = answers.ask(connection, questions.read(QueryParams(query)))
    return [row.logical_date[5:] for row in answer.rows]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["03-01", "03-15", "02-15", "01-15"]),
        ("pipeline=stores", ["03-01"]),
        ("status=failed", ["02-15"]),
        ("status=failed&status=succeeded&pipeline=monthly", ["03-15", "02-15", "01-15"]),
        ("since=2026-02-01&until=2026-03-01", ["03-01", "02-15"]),
        ("parameter=k%3D10", ["02-15"]),
        ("parameter=report.k+%3D+10", ["02-15"]),
        ("parameter=refit%3DFalse", ["03-15"]),
        ("parameter=k%3D10&parameter=refit%3Dtrue", ["02-15"]),
        ("metric=share+>+0.1", ["03-15", "02-15"]),
        ("metric=report.share+between+0.1+and+0.3", ["03-15", "01-15"]),
        ("metric=share<0.3", ["01-15"]),
        ("text=DISK+month", ["02-15"]),
        ("text=%25", []),
        ("sort=logical_date&pipeline=monthly", ["01-15", "02-15", "03-15"]),
        ("show=report.share&sort=-report.share", ["02-15", "03-15", "01-15", "03-01"]),
    ],
)
def test_runs_are_found_and_ordered(index: Index, query: str, found: list[str]) -> None:
    """Each filter takes away what does not fit, several together; runs without the figure stand last."""
    assert dates(index, query) == found
