"""Fixtures of the runner's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from runner.run import Ended
from runner.settings import Settings
from runner.tables import database
from tests.runner.bench import Bench

GOOD = """title: Three that succeed
parameters: {number: 4}
inputs: {source: demo}
steps:
  - {name: values, notebook: values.ipynb, parameters: {word: fancy, day: 2011-12-09}}
  - {name: writes, notebook: writes.ipynb}
  - {name: reads, notebook: reads.ipynb, needs: [writes]}
  - {name: reads-source, notebook: reads_source.ipynb}
promote: automatic
"""
BAD = """title: Some that do not
steps:
  - {name: fails, notebook: fails.ipynb}
  - {name: needs-it, notebook: values.ipynb, needs: [fails]}
  - {name: needs-that, notebook: writes.ipynb, needs: [needs-it]}
  - {name: dies, notebook: dies.ipynb}
  - {name: sleeps, notebook: sleeps.ipynb, timeout_minutes: 0.08}
  - {name: spawns, notebook: spawns.ipynb}
"""


def bench_in(folder: Path, checkout: Path) -> Bench:
    """A bench below a folder, with an SQLite database."""
    output = folder / "output"
    settings = Settings(checkout=checkout, output=output, database_url=f"sqlite:///{output}/insiders.db")
    return Bench(folder / "pipelines", settings)


@pytest.fixture
def bench(tmp_path: Path, checkout: Path) -> Bench:
    """A bench for one test."""
    return bench_in(tmp_path, checkout)


@pytest.fixture(scope="module")
def module_bench(tmp_path_factory: pytest.TempPathFactory, checkout: Path) -> Bench:
    """A bench for the tests of one file."""
    return bench_in(tmp_path_factory.mktemp("bench"), checkout)


@pytest.fixture(scope="session")
def shared_bench(tmp_path_factory: pytest.TempPathFactory, checkout: Path) -> Bench:
    """A bench whose runs many tests look at, and none changes."""
    return bench_in(tmp_path_factory.mktemp("bench"), checkout)


@pytest.fixture(scope="session")
def good(shared_bench: Bench) -> Ended:
    """A run whose steps all succeed."""
    return shared_bench.run(GOOD, given=["values.names=a,b", 'weights={"a": 1}'])


@pytest.fixture(scope="session")
def bad(shared_bench: Bench, good: Ended) -> Ended:
    """A later run in which notebooks fail in four ways."""
    return shared_bench.run(BAD)


@pytest.fixture
def engine(database_url: str) -> Iterator[sa.Engine]:
    """An engine of a database with all tables, once on SQLite and once on PostgreSQL."""
    made = database.engine(database_url)
    database.migrate(made)
    yield made
    made.dispose()
