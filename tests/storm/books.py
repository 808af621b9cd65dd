"""The ledgers after a storm: chain, events, copies in the database and anchors in the bucket, computed anew.

Nothing of `runner.ledger` is used: what it got wrong it would get wrong here too.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa

ONCE = ("opened", "adopted", "started", "finished", "quarantined")
"""Events that a run, or a ledger, has once."""
_ANCHOR = re.compile(r"ledger/(?P<ledger>[^/]+)/(?P<size>\d{12})-(?P<root>[0-9a-f]{64})\.json")


class Ledger:
    """One host's ledger, as its file says."""

    def __init__(self, output: Path) -> None:
        path = output / "ledger.jsonl"
        self.texts = path.read_bytes().split(b"\n")[:-1] if path.exists() else []
        self.lines: list[dict[str, Any]] = [json.loads(text) for text in self.texts]
        self.tail = path.exists() and not path.read_bytes().endswith(b"\n")

    def of_run(self, run_id: str, event: str) -> list[dict[str, Any]]:
        """A run's lines of one kind."""
        return [line for line in self.lines if (line["run_id"], line["event"]) == (run_id, event)]

    def torn(self) -> Iterator[str]:
        """What breaks the chain."""
        if self.tail:
            yield "the ledger ends in half a line"
        previous = "0" * 64
        for number, (text, line) in enumerate(zip(self.texts, self.lines, strict=True), start=1):
            if (line["number"], line["previous"]) != (number, previous):
                yield f"line {number} of the ledger does not follow the one before"
            previous = hashlib.sha256(text).hexdigest()

    def doubled(self) -> Iterator[str]:
        """Events that stand twice."""
        told = Counter((line["event"], line["run_id"]) for line in self.lines if line["event"] in ONCE)
        told.update(
            (line["event"], json.dumps(line["facts"], sort_keys=True))
            for line in self.lines
            if line["event"] in ("promoted", "rolled_back")
        )
        for (event, which), times in told.items():
            if times > 1:
                yield f"the ledger says {times} times: {event} {which}"

    def against(self, connection: sa.Connection) -> Iterator[str]:
        """Where the database's copy differs from the file."""
        if not self.lines:
            return
        query = sa.text("SELECT number, line, sha256 FROM ledger WHERE ledger = :ledger ORDER BY number")
        found = connection.execute(query, {"ledger": self.lines[0]["ledger"]}).all()
        if [number for number, _, _ in found] != list(range(1, len(self.lines) + 1)):
            yield f"of {len(self.lines)} lines of the ledger the database has {len(found)}"
        for number, line, sha256 in found:
            text = self.texts[number - 1] if number <= len(self.texts) else b""
            if (line.encode(), sha256) != (text, hashlib.sha256(text).hexdigest()):
                yield f"line {number} of the ledger is another one in the database"

    def anchors(self, keys: Sequence[str]) -> Iterator[str]:
        """Anchors in the bucket that this ledger does not keep; where a run has ended there is one."""
        roots = prefix_roots(self.texts)
        found = [_ANCHOR.fullmatch(key) for key in keys]
        own = [one for one in found if one and self.lines and one["ledger"] == self.lines[0]["ledger"]]
        for one in own:
            size = int(one["size"])
            if size > len(roots) or roots[size - 1] != one["root"]:
                yield f"the anchor {one[0]} is not of this ledger"
        if any(line["event"] == "finished" for line in self.lines) and not own:
            yield "no anchor of the ledger is in the bucket"


def prefix_roots(leaves: Sequence[bytes]) -> list[str]:
    """The Merkle roots of RFC 9162 over the first line, the first two, and so on."""
    roots, stack = [], list[tuple[int, bytes]]()
    for leaf in leaves:
        size, node = 1, hashlib.sha256(b"\0" + leaf).digest()
        while stack and stack[-1][0] == size:
            node, size = hashlib.sha256(b"\1" + stack.pop()[1] + node).digest(), 2 * size
        stack.append((size, node))
        root = stack[-1][1]
        for _, left in reversed(stack[:-1]):
            root = hashlib.sha256(b"\1" + left + root).digest()
        roots.append(root.hex())
    return roots
