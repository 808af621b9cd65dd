"""All that a run needs."""

import socket
from dataclasses import replace
from pathlib import Path

import pytest

from runner.errors import PreflightError
from runner.preflight.findings import require
from runner.preflight.looking import look
from runner.reading import notebooks
from runner.settings import Settings
from tests.runner.bench import NOTEBOOKS, Bench


def test_all_is_well(bench: Bench) -> None:
    """With everything in place there is no fault, and each thing that was looked at is told."""
    books = [notebooks.read(NOTEBOOKS / "values.ipynb")]
    findings = look(books, {"source": "demo"}, ["values.ipynb"], bench.settings)
    require(findings)
    assert [finding.subject.split()[0] for finding in findings] == [
        "values.ipynb",
        "kernel",
        "packages",
        "output",
        "input",
        "database",
        "archive",
    ]


def test_looking_leaves_nothing_behind(tmp_path: Path, checkout: Path) -> None:
    """Neither the output folder nor the database is made by being looked at."""
    output = tmp_path / "output"
    settings = Settings(checkout=checkout, output=output, database_url=f"sqlite:///{output}/insiders.db")
    require(look([notebooks.read(NOTEBOOKS / "values.ipynb")], {"source": "demo"}, ["values.ipynb"], settings))
    assert list(tmp_path.iterdir()) == []


def test_a_notebook_of_many_steps_is_looked_at_once(bench: Bench) -> None:
    """The items of a `for_each` share one."""
    book = notebooks.read(NOTEBOOKS / "values.ipynb")
    subjects = [one.subject for one in look([book, book], {}, ["values.ipynb"], bench.settings)]
    assert len(subjects) == len(set(subjects))


def test_places_that_do_not_answer_are_named_at_once(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Database and bucket are asked; one message names both, without passwords."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"):
        monkeypatch.setenv(name, "tests")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        settings = replace(
            bench.settings,
            database_url=f"postgresql+psycopg2://me:hush@127.0.0.1:{port}/shop",
            bucket="shop",
            endpoint_url=f"http://127.0.0.1:{port}",
        )
        findings = look([], {}, [], settings)
    with pytest.raises(PreflightError, match=r"(?s)nothing was started:.*database: .*bucket shop: ") as refused:
        require(findings)
    assert "hush" not in str(refused.value)
