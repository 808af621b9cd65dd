"""Anchors of the ledger in the bucket."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from runner.delivery import anchors
from runner.ledger import tree
from runner.ledger.book import Book
from runner.ledger.line import Event
from runner.stores.folder import FolderStore
from runner.stores.objects import StoreConflictError
from runner.stores.s3 import S3Store, s3_client


@pytest.fixture
def book(tmp_path: Path) -> Book:
    book = Book(tmp_path / "ledger.jsonl")
    for event in (Event.STARTED, Event.FINISHED):
        for run in ("a", "b"):
            book.append(event, pipeline="monthly", run_id=run)
    return book


@pytest.fixture
def store(s3_endpoint: str, bucket: str) -> S3Store:
    return S3Store(s3_client(s3_endpoint), bucket, "kept")


def anchored(s3: Any, bucket: str) -> dict[str, dict[str, Any]]:
    """What the anchors say, by name."""
    found = s3.list_objects_v2(Bucket=bucket, Prefix="kept/ledger/").get("Contents", [])
    return {one["Key"]: json.loads(s3.get_object(Bucket=bucket, Key=one["Key"])["Body"].read()) for one in found}


def test_a_run_is_anchored_with_its_lines(store: S3Store, book: Book, s3: Any, bucket: str) -> None:
    """Up to its last line: size and root in the name, and what a reviewer needs to go from the line to the root."""
    anchors.of_run(store, book, "a")
    lines = book.lines()
    root = tree.root(line.text for line in lines[:4])
    ((name, said),) = anchored(s3, bucket).items()
    assert name == f"kept/ledger/{lines[0].ledger}/000000000004-{root}.json"
    assert said == {
        "ledger": lines[0].ledger,
        "size": 4,
        "root": root,
        "digest": lines[3].sha256,
        "signature": None,
        "lines": [lines[1].text.decode(), lines[3].text.decode()],
    }


def test_anchoring_again_writes_nothing(store: S3Store, book: Book, s3: Any, bucket: str) -> None:
    """By its run or as the head, at once or after more lines: one size has one anchor, and one version of it."""
    anchors.of_run(store, book, "b")
    anchors.of_head(store, book)
    book.append(Event.PINNED, pipeline="monthly", run_id="a")
    anchors.of_run(store, book, "b")
    assert len(s3.list_object_versions(Bucket=bucket)["Versions"]) == 1
    anchors.of_head(store, book)
    assert [said["size"] for said in anchored(s3, bucket).values()] == [5, 6]


def test_a_forged_anchor_is_a_conflict(store: S3Store, book: Book, s3: Any, bucket: str) -> None:
    """What lies there under the right name and says something else was not written by us."""
    head = book.head()
    assert head is not None
    s3.put_object(Bucket=bucket, Key=f"kept/{anchors.key_of(head)}", Body=b"{}")
    with pytest.raises(StoreConflictError, match="other content"):
        anchors.of_head(store, book)


def test_without_lines_there_is_nothing_to_anchor(store: S3Store, tmp_path: Path, s3: Any, bucket: str) -> None:
    """Neither of an unknown run nor of a ledger that has not begun; and a folder is no place for anchors."""
    empty = Book(tmp_path / "none.jsonl")
    anchors.of_head(store, empty)
    anchors.of_run(store, empty, "a")
    assert anchored(s3, bucket) == {}
    anchors.of_head(FolderStore(tmp_path), empty)
