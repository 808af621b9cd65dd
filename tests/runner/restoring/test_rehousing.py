"""The output folder of a host that is gone."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from runner.delivery import arrears
from runner.errors import DamageError, RecordError, UsageError
from runner.ledger.book import Book
from runner.records import inventory
from runner.restoring.bucket import BucketSource
from runner.restoring.rehousing import Summary, bring
from runner.settings import Settings
from runner.tables import database
from runner.verification.verify import verify
from tests.runner.restoring import kept
from tests.runner.runs import settings

Files = dict[str, bytes]


def host(folder: Path, database_url: str, bucket: str, endpoint: str) -> Settings:
    """An installation that shares database and bucket with others."""
    return settings(folder, database_url, bucket=bucket, endpoint_url=endpoint)


def brought(places: Settings, ledger: str | None = None) -> Summary:
    """What comes into the output folder."""
    source, engine = BucketSource.of(places), database.engine(places.database_url)
    assert source is not None
    try:
        return bring(source, places, engine, ledger=ledger)
    finally:
        engine.dispose()


def content(places: Settings) -> Files:
    """Every file of every run that its record knows, and the ledger."""
    folders = {path.parent for path in places.output.glob("*/*/run.json")}
    found = {f"{one.name}/{path}": (one / path).read_bytes() for one in folders for path in inventory.paths(one)}
    manifests = {f"{one.name}/run.json": (one / "run.json").read_bytes() for one in folders}
    return {**found, **manifests, "ledger": b"\n".join(Book.of(places).texts())}


def test_a_new_host_goes_on_where_the_old_one_went(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database_url: str, bucket: str, s3_endpoint: str
) -> None:
    """Ledger and runs are byte by byte as they were and pass the verification; the next run is one of their row."""
    old = host(tmp_path / "old", database_url, bucket, s3_endpoint)
    runs = kept.make(old, monkeypatch)
    before = content(old)
    shutil.rmtree(old.output)
    new = host(tmp_path / "new", database_url, bucket, s3_endpoint)
    summary = brought(new)
    assert (sorted(summary.runs), summary.there, summary.lost) == (sorted(runs), 0, [])
    assert content(new) == before
    again = brought(new)
    assert (again.runs, again.there) == ([], 5)
    arrears.settle(new)
    assert verify(new).findings.damages == []
    kept.run(new, monkeypatch, {"b": True}, hour=9)
    assert verify(new).findings.damages == []
    assert len({line.ledger for line in Book.of(new).lines()}) == 1


def test_a_restore_that_was_cut_off_is_completed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bucket: str, s3_endpoint: str
) -> None:
    """A run that is not there yet is fetched; what was left half done is no run."""
    old = host(tmp_path / "old", f"sqlite:///{tmp_path / 'a.db'}", bucket, s3_endpoint)
    first, _ = kept.run(old, monkeypatch, {"a": True}, hour=4)
    second, _ = kept.run(old, monkeypatch, {"b": True}, hour=5)
    before = content(old)
    shutil.rmtree(old.output / "monthly" / first)
    half = old.output / "monthly" / f".{first}.aside"
    half.mkdir()
    (half / "run.json").write_text("{}")
    summary = brought(old)
    assert (summary.runs, summary.there) == ([first], 1)
    assert content(old) == before
    assert not half.exists()
    assert second not in summary.runs


def test_a_run_that_was_not_delivered_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bucket: str, s3_endpoint: str
) -> None:
    """The ledger tells of it, and no archive has it: it is said to be lost, and nothing is made up."""
    url = f"sqlite:///{tmp_path / 'a.db'}"
    old = host(tmp_path / "old", url, bucket, s3_endpoint)
    kept.run(old, monkeypatch, {"a": True}, hour=4)
    alone = dataclasses.replace(old, bucket=None)
    undelivered, _ = kept.run(alone, monkeypatch, {"b": True}, hour=5)
    shutil.rmtree(old.output)
    assert brought(old).lost == [undelivered]


def test_whose_folder_it_is_must_be_clear(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bucket: str, s3_endpoint: str
) -> None:
    """Of two hosts that shared a database one is chosen by its ledger; a folder that has one takes no other."""
    url = f"sqlite:///{tmp_path / 'a.db'}"
    hosts = [host(tmp_path / name, url, bucket, s3_endpoint) for name in ("one", "two")]
    runs = [kept.run(places, monkeypatch, {"a": True}, hour=4 + place)[0] for place, places in enumerate(hosts)]
    ledgers = [Book.of(places).lines()[0].ledger for places in hosts]
    new = host(tmp_path / "new", url, bucket, s3_endpoint)
    with pytest.raises(UsageError, match=f"(?s)say which is to go on here.*{min(ledgers)}: .*{max(ledgers)}: "):
        brought(new)
    with pytest.raises(UsageError, match="there is none of that id"):
        brought(new, ledger="no-such-ledger")
    assert not Book.of(new).path.exists()
    assert brought(new, ledger=ledgers[1]).runs == [runs[1]]
    with pytest.raises(UsageError, match="is another one"):
        brought(new, ledger=ledgers[0])


def test_a_ledger_with_a_gap_is_not_restored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bucket: str, s3_endpoint: str
) -> None:
    """Where the database is gone, too, and anchors do not hold every line, it is said what would have them."""
    old = host(tmp_path / "old", f"sqlite:///{tmp_path / 'a.db'}", bucket, s3_endpoint)
    kept.run(old, monkeypatch, {"a": True}, hour=4)
    new = host(tmp_path / "new", f"sqlite:///{tmp_path / 'b.db'}", bucket, s3_endpoint)
    engine = database.engine(new.database_url)
    database.migrate(engine)
    engine.dispose()
    with pytest.raises(RecordError, match=r"1 line cannot be had \(the first: 1\).*a backup of the database first"):
        brought(new)
    assert not Book.of(new).path.exists()


def test_a_key_that_leads_elsewhere_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bucket: str, s3: Any, s3_endpoint: str
) -> None:
    """Whoever may write to the bucket chooses no place on this host: nothing is written outside the output folder."""
    old = host(tmp_path / "old", f"sqlite:///{tmp_path / 'a.db'}", bucket, s3_endpoint)
    run_id, _ = kept.run(old, monkeypatch, {"a": True}, hour=4)
    [key] = [one["Key"] for one in s3.list_objects_v2(Bucket=bucket)["Contents"] if one["Key"].endswith("run.json")]
    elsewhere = key.replace(f"monthly/{run_id}", f"../{run_id}")
    assert elsewhere != key
    s3.copy_object(Bucket=bucket, Key=elsewhere, CopySource={"Bucket": bucket, "Key": key})
    s3.delete_object(Bucket=bucket, Key=key)
    shutil.rmtree(old.output)
    with pytest.raises(DamageError, match=r"a pipeline called '\.\.', which no pipeline is"):
        brought(old)
    assert not (old.output.parent / run_id).exists()


def test_nothing_is_restored_from_nothing(tmp_path: Path, bucket: str, s3_endpoint: str) -> None:
    """An empty bucket and an empty database know no ledger."""
    new = host(tmp_path / "new", f"sqlite:///{tmp_path / 'b.db'}", bucket, s3_endpoint)
    engine = database.engine(new.database_url)
    database.migrate(engine)
    with engine.connect() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM ledger")).scalar_one() == 0
    engine.dispose()
    with pytest.raises(UsageError, match="nothing to restore"):
        brought(new)
