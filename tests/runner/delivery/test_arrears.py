"""What is behind beside the deliveries of runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from runner.delivery import arrears
from runner.delivery.places import Places
from runner.ledger.book import Book
from runner.ledger.line import Event
from runner.promotion.rollback import rollback
from runner.settings import Settings
from tests.runner.delivery.test_chronicle import delivered
from tests.runner.delivery.test_spool import query, versions
from tests.runner.runs import settings


@pytest.fixture
def remote(tmp_path: Path, postgres_url: str, s3_endpoint: str, bucket: str) -> Settings:
    """An installation with PostgreSQL and a bucket."""
    return settings(tmp_path, postgres_url, bucket=f"{bucket}/kept", endpoint_url=s3_endpoint)


def test_all_that_is_behind_is_made_up_for(remote: Settings, monkeypatch: pytest.MonkeyPatch, s3: Any) -> None:
    """A rollback whose process was killed, and a word of a reviewer: line, copy, anchor and pointer follow, once."""
    first, second = delivered(remote, monkeypatch), delivered(remote, monkeypatch, hour=5)
    places = Places(remote)
    rollback(places.database, "monthly", "Ada")
    places.close()
    Book.of(remote).append(Event.APPROVED, pipeline="monthly", run_id=second, who="Ada")
    arrears.settle(remote)
    lines = Book.of(remote).lines()
    assert [line.event for line in lines[-2:]] == ["approved", "rolled_back"]
    assert query(remote, "SELECT count(*) FROM ledger") == [(len(lines),)]
    keys = versions(s3, remote)
    assert [key for key in keys if f"/{len(lines):012d}-" in key]
    bucket = (remote.bucket or "").partition("/")[0]
    pointer = json.loads(s3.get_object(Bucket=bucket, Key="kept/monthly/current.json")["Body"].read())
    assert (pointer["run_id"], pointer["promotion"]) == (first, 3)
    arrears.settle(remote)
    assert versions(s3, remote) == keys


def test_without_a_ledger_nothing_is_made(tmp_path: Path) -> None:
    """Not even a database."""
    places = settings(tmp_path, f"sqlite:///{tmp_path / 'results.db'}")
    arrears.settle(places)
    assert not (tmp_path / "results.db").exists()
