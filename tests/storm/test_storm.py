"""A hundred killed runs, a bucket behind a bad line, a database server that goes down hard: nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from tests.faults.stage import tell
from tests.servers import AWS, Server
from tests.storm.storm import Storm, rage


@pytest.fixture(scope="module")
def storm(
    tmp_path_factory: pytest.TempPathFactory,
    postgres_server: Server,
    s3_server: Server,
    s3: Any,
    seed: int,
    kills: int,
) -> Iterator[Storm]:
    """One storm, at which all tests look; what it did is printed."""
    root: Path = tmp_path_factory.mktemp("storm")
    _say(postgres_server, "CREATE DATABASE storm")
    url = f"postgresql+psycopg2://insiders:never-checked@127.0.0.1:{postgres_server.port}/storm"
    with pytest.MonkeyPatch.context() as patch:
        for name, value in AWS.items():
            patch.setenv(name, value)
        raged = rage(root, postgres_server, url, s3_server.port, s3, seed=seed, kills=kills)
    tell(f"{raged}")
    yield raged
    # The roles of the tables could not be made anew by another test while these tables are there.
    _say(postgres_server, "DROP DATABASE storm WITH (FORCE)")


def _say(server: Server, statement: str) -> None:
    with closing(psycopg2.connect(f"host=127.0.0.1 port={server.port} user=insiders dbname=postgres")) as connection:
        connection.autocommit = True
        connection.cursor().execute(statement)


def test_it_was_a_storm(storm: Storm, kills: int) -> None:
    """Processes died at many points, and both places failed in every way."""
    assert storm.kills >= kills
    assert len({one["point"] for one in storm.lived if one["killed"]}) > min(kills, 400) / 5
    assert storm.stops > kills / 50
    assert len(storm.line) > 9
    assert storm.verdict.statuses["succeeded"] > kills / 5


def test_nothing_is_lost(storm: Storm) -> None:
    """Every run that ended is in bucket, database and ledger, with all that it was going to leave."""
    assert not storm.verdict.lost


def test_nothing_is_doubled(storm: Storm) -> None:
    """Rows, objects, lines and promotions are there once."""
    assert not storm.verdict.doubled


def test_nothing_is_torn(storm: Storm) -> None:
    """Objects are what their names say, commit marks tell the truth, chain, anchors and promotions follow in order."""
    assert not storm.verdict.torn


def test_a_reader_met_nothing_mixed_or_half(storm: Storm) -> None:
    """Who reads the views and the bucket all the while meets whole runs, and never one before the last."""
    assert storm.read["views"] > 10
    assert storm.read["run.json"] > 10
    assert not storm.mixed


def test_no_process_broke_down(storm: Storm) -> None:
    """What the places do to a runner that is not killed is an outcome that it expects."""
    assert not storm.broken


def test_sync_and_verify_find_all_well(storm: Storm) -> None:
    """In the end `runner sync` has nothing left, and `runner verify` nothing to say."""
    assert not storm.commands
