"""A database that is rebuilt from the archive alone."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from runner.errors import DamageError, RecordError, UsageError
from runner.restoring.bucket import BucketSource
from runner.restoring.folder import FolderSource
from runner.restoring.rebuilding import Summary, rebuild
from runner.restoring.source import Source
from runner.restoring.succession import CONCLUDED
from runner.settings import Settings
from runner.stores.objects import key_of
from runner.tables import database
from tests.runner.restoring import kept
from tests.runner.runs import settings
from tests.servers import AWS, Server, make_bucket

Content = dict[str, list[str]]


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    """An installation whose folder is its archive."""
    return settings(tmp_path, f"sqlite:///{tmp_path / 'lost.db'}")


def restored(source: Source, url: str) -> Summary:
    """What a rebuild of that database comes to."""
    engine = database.engine(url)
    try:
        return rebuild(source, engine)
    finally:
        engine.dispose()


@pytest.fixture(scope="module")
def archive(
    tmp_path_factory: pytest.TempPathFactory, s3_server: Server, s3: Any
) -> tuple[Settings, list[str], Content]:
    """A bucket with a history, the ids of its runs, and what the database had; host and database are gone."""
    folder, name = tmp_path_factory.mktemp("lost"), f"test-{uuid4().hex[:12]}"
    make_bucket(s3, name)
    url, endpoint = f"sqlite:///{folder / 'lost.db'}", f"http://127.0.0.1:{s3_server.port}"
    places = settings(folder, url, bucket=f"{name}/kept", endpoint_url=endpoint)
    with pytest.MonkeyPatch.context() as monkeypatch:
        for variable, value in AWS.items():
            monkeypatch.setenv(variable, value)
        runs = kept.make(places, monkeypatch)
    content = kept.content(url)
    shutil.rmtree(folder)
    return places, runs, content


def test_a_bucket_alone_gives_every_row_back(
    archive: tuple[Settings, list[str], Content], tmp_path: Path, s3_endpoint: str, database_url: str
) -> None:
    """Every table and view is row by row as it was, on both databases; twice is as once, and no file is left."""
    places, runs, before = archive
    elsewhere = dataclasses.replace(places, output=tmp_path / "output")
    source = BucketSource.of(elsewhere)
    assert source is not None
    summary = restored(source, database_url)
    assert (summary.runs, summary.promotions, summary.current) == (5, 4, {"monthly": runs[-1]})
    assert (summary.refused, summary.concluded) == ([], [])
    after = kept.content(database_url)
    [opening] = set(before["ledger"]) - set(after["ledger"])
    assert '"event": "opened"' in opening  # it is about no run, and stands in no anchor
    assert [name for name in before if name != "ledger" and after[name] != before[name]] == []
    assert restored(source, database_url).rows == summary.rows
    assert kept.content(database_url) == after
    assert not elsewhere.output.exists()


def test_a_rollback_that_no_anchor_tells_of_is_concluded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bucket: str, s3_endpoint: str
) -> None:
    """The promotion after it names the run that was current; the summary and the row say that it was concluded."""
    places = settings(tmp_path, f"sqlite:///{tmp_path / 'lost.db'}", bucket=bucket, endpoint_url=s3_endpoint)
    first, _ = kept.run(places, monkeypatch, {"a": True}, hour=4)
    kept.run(places, monkeypatch, {"b": True}, hour=5)
    kept.take_back(places, killed=True)
    kept.run(places, monkeypatch, {"c": True}, hour=6)
    source = BucketSource.of(places)
    assert source is not None
    url = f"sqlite:///{tmp_path / 'new.db'}"
    assert restored(source, url).concluded == [3]
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        row = connection.execute(sa.text("SELECT run_id, kind, note FROM promotions WHERE number = 3")).one()
    assert tuple(row) == (first, "rolled_back", CONCLUDED)
    after, before = kept.content(url), kept.content(places.database_url)
    views = [name for name in before if name.startswith("current_")]
    assert len(views) > 5
    assert [name for name in (*views, "membership_changes") if after[name] != before[name]] == []


def test_a_folder_gives_every_row_back(here: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So does the folder that is its own archive; a rebuild that was cut off goes on where it stopped."""
    kept.make(here, monkeypatch)
    url = f"sqlite:///{tmp_path / 'new.db'}"

    class Cut(FolderSource):
        def opened(self, pipeline: str, run_id: str) -> Any:
            if run_id == self.runs()[2][1]:
                raise KeyboardInterrupt
            return super().opened(pipeline, run_id)

    with pytest.raises(KeyboardInterrupt):
        restored(Cut(here), url)
    restored(FolderSource(here), url)
    assert kept.content(url) == kept.content(here.database_url)


def test_a_database_with_other_rows_is_refused(here: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its runs are named, and nothing is written."""
    kept.run(here, monkeypatch, {"a": True}, hour=4)
    other = settings(tmp_path / "other", f"sqlite:///{tmp_path / 'other.db'}")
    stranger, _ = kept.run(other, monkeypatch, {"a": True}, hour=4)
    before = kept.content(other.database_url)
    with pytest.raises(UsageError, match=f"(?s)holds other rows.*the run {stranger} is not in the archive.*ledger"):
        restored(FolderSource(here), other.database_url)
    assert kept.content(other.database_url) == before


def test_an_altered_archive_is_not_restored(here: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a record that the ledger does not tell of, nor rows of another digest."""
    run_id, _ = kept.run(here, monkeypatch, {"a": True}, hour=4)
    folder = here.output / "monthly" / run_id
    rows = folder / "results" / "segments.parquet"
    rows.write_bytes(rows.read_bytes() + b" ")
    with pytest.raises(DamageError, match=r"segments\.parquet was altered"):
        restored(FolderSource(here), f"sqlite:///{tmp_path / 'new.db'}")
    manifest = folder / "run.json"
    manifest.write_text(manifest.read_text().replace('"cron"', '"core"'))
    with pytest.raises(DamageError, match="not the one that the ledger tells of"):
        restored(FolderSource(here), f"sqlite:///{tmp_path / 'newer.db'}")


def test_what_is_gone_from_the_bucket_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bucket: str, s3: Any, s3_endpoint: str
) -> None:
    """An object that is missing, and one that was altered."""
    places = settings(tmp_path, f"sqlite:///{tmp_path / 'lost.db'}", bucket=bucket, endpoint_url=s3_endpoint)
    run_id, _ = kept.run(places, monkeypatch, {"a": True}, hour=4)
    engine = sa.create_engine(places.database_url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        query = sa.text("SELECT sha256 FROM deliveries WHERE table_name = 'answers'")
        key = key_of(connection.execute(query).scalar_one())
    source = BucketSource.of(places)
    assert source is not None
    s3.put_object(Bucket=bucket, Key=key, Body=b"other rows")
    with pytest.raises(DamageError, match=f"{key} was altered"):
        restored(source, f"sqlite:///{tmp_path / 'new.db'}")
    s3.delete_object(Bucket=bucket, Key=key)
    with pytest.raises(DamageError, match=f"answers.parquet of the run {run_id} is gone from the bucket"):
        restored(source, f"sqlite:///{tmp_path / 'new.db'}")


def test_a_pruned_predecessor_is_named(here: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a run that was current lies in no archive any more, the history is not made up."""
    first, _ = kept.run(here, monkeypatch, {"a": True}, hour=4)
    kept.run(here, monkeypatch, {"b": True}, hour=5)
    shutil.rmtree(here.output / "monthly" / first)
    with pytest.raises(RecordError, match=f"not in this archive any more.*{first}.*INSIDERS_BUCKET"):
        restored(FolderSource(here), f"sqlite:///{tmp_path / 'new.db'}")


def test_generated_data_stay_out_of_postgres(
    here: Settings, postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A demo that was current on SQLite is refused before a row of it is written, and restored to SQLite."""
    run_id, _ = kept.run(here, monkeypatch, {"a": True}, hour=4, synthetic=True)
    with pytest.raises(UsageError, match=f"(?s)generated data.*{run_id} of monthly"):
        restored(FolderSource(here), postgres_url)
    engine = sa.create_engine(postgres_url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM runs")).scalar_one() == 0
    assert restored(FolderSource(here), f"sqlite:///{tmp_path / 'new.db'}").current == {"monthly": run_id}
