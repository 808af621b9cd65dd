"""Bugs that are planted to see whether the storm finds them: what a delivery easily gets wrong at first."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import uuid4

import pyarrow as pa
import sqlalchemy as sa

from runner.delivery import conclusion, places, spool, staging
from runner.delivery.places import Places
from runner.delivery.publication import Rows, Staged
from runner.ledger import reconcile
from runner.ledger.book import Book
from runner.promotion import pointer
from runner.stores.s3 import S3Store
from tests.storm.effects import replace


def manifest_first() -> None:
    """The commit mark comes before what it speaks of."""
    keep = conclusion._keep

    def marked_too_soon(where: Places, ending: conclusion.Ending, done: Any) -> int:
        places.mark(where, ending.folder, ending.digest)
        return keep(where, ending, done)

    replace(conclusion, "_keep", marked_too_soon)


def rows_again() -> None:
    """Rows are inserted by each attempt, in tables whose keys are made up: what `to_sql` into a log of rows does."""

    def staged(connection: sa.Connection, run_id: str, step: str, rows: Rows, path: Path) -> Staged:
        table = staging._table(connection, rows.name)
        staging._claim(connection, run_id, step, rows)
        for batch in staging._batches(table, path, run_id):
            keys = pa.array([uuid4().hex for _ in range(len(batch))])
            staging._insert(connection, table, batch.set_column(1, batch.schema.names[1], keys))
        return Staged(name=rows.name, rows=rows.rows, place="simulated")

    replace(places, "stage", staged)


def lines_again() -> None:
    """An event is told again by whoever repeats it."""
    append = Book.append

    def appended(book: Book, event: Any, **facts: Any) -> Any:
        return append(book, event, **{**facts, "unless": None})

    replace(Book, "append", appended)


def taken_for_ours() -> None:
    """What lies in an object's place is taken for the object."""
    replace(S3Store, "_check", lambda *_: None)


def pointer_goes_back() -> None:
    """`current.json` is written by whoever comes last."""
    replaced = pointer._replaced

    def written(store: S3Store, name: str, content: bytes, _etag: str | None) -> bool:
        _, etag = pointer._read(store, name)
        return replaced(store, name, content, etag)

    replace(pointer, "_replaced", written)


def forgotten_too_soon() -> None:
    """A run leaves the spool before it is delivered."""

    def finished(desk: Any) -> Any:
        spool._clear(desk.folder)
        return desk.finish()

    replace(spool, "_finished", finished)


def nobody_looks() -> None:
    """Nobody completes what a kill left untold."""
    for module in (reconcile, spool):
        replace(module, "reconcile", lambda *_: [])


BUGS = {
    bug.__name__.replace("_", " "): bug
    for bug in (
        manifest_first,
        rows_again,
        lines_again,
        taken_for_ours,
        pointer_goes_back,
        forgotten_too_soon,
        nobody_looks,
    )
}
