"""Anchors: what the ledger came to at a run's delivery, kept outside its folder where nothing is written over.

    <prefix>/ledger/<ledger id>/<size, 12 digits>-<root>.json

One listing tells all sizes and roots, so a ledger that was cut off, or computed anew, is found without a download. What
an anchor says follows from its size alone: writing it again, whoever does, writes the same.
"""

from __future__ import annotations

import json
from dataclasses import asdict

from runner.ledger.book import Book, Head
from runner.stores.store import Store

ROOM = "ledger"


def key_of(head: Head) -> str:
    """Where the anchor of a head lies."""
    return f"{ROOM}/{head.ledger}/{head.size:012d}-{head.root}.json"


def of_run(store: Store, book: Book, run_id: str) -> None:
    """Anchor the ledger up to the last line of a run."""
    if own := book.of_run(run_id):
        _write(store, book, own[-1].number)


def of_head(store: Store, book: Book) -> None:
    """Anchor the whole ledger, as far as it has come."""
    if head := book.head():
        _write(store, book, head.size)


def _write(store: Store, book: Book, size: int) -> None:
    head = book.head(size)
    if head is not None:
        store.write(key_of(head), _content(head, book))


def _content(head: Head, book: Book) -> bytes:
    """The head, and the lines of the run that its last line is about, as they stand in the file."""
    lines = book.lines()[: head.size]
    about = lines[-1].run_id
    own = [line.text.decode() for line in lines if line.run_id == about]
    return (json.dumps({**asdict(head), "lines": own}, indent=1, ensure_ascii=False) + "\n").encode()
