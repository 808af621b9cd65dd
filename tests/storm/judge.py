"""What a storm has lost, doubled or torn: disk, ledgers, database and bucket, against what each run was to leave."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from tests.storm import bucket as objects
from tests.storm import rows
from tests.storm.books import Ledger
from tests.storm.bucket import Bucket, files_of, object_key
from tests.storm.ground import HOSTS, Ground
from tests.storm.notes import Note

SHUT_OUT = """
SELECT own.run_id FROM pipeline_locks AS own JOIN pipeline_locks AS next
ON next.pipeline = own.pipeline AND next.fence = own.fence + 1 AND own.ended_at IS NULL
"""
"""Runs that never told the database that they had ended before another host took their lock."""


@dataclass
class Verdict:
    """What is wrong, in words; and how many runs were looked at."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    torn: list[str] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)

    @property
    def clean(self) -> bool:
        """Whether nothing is wrong."""
        return not (self.lost or self.doubled or self.torn)

    def __str__(self) -> str:
        return f"lost {len(self.lost)}, doubled {len(self.doubled)}, torn {len(self.torn)}"


@dataclass
class Judge:
    """One look at everything, when nothing moves any more."""

    ground: Ground
    bucket: Bucket
    connection: sa.Connection
    versions: Counter[str] = field(init=False)
    shut_out: set[str] = field(init=False)
    foreign: frozenset[str] = frozenset()
    """Objects that somebody else has put where ours belong: what needs them must not be delivered."""

    def __post_init__(self) -> None:
        self.versions = self.bucket.versions()
        self.shut_out = set(self.connection.execute(sa.text(SHUT_OUT)).scalars())

    def verdict(self) -> Verdict:
        """What is wrong."""
        verdict = Verdict()
        verdict.torn += [*objects.torn(self.bucket, self.versions, self.foreign), *rows.torn(self.connection)]
        verdict.torn += rows.disordered(self.connection)
        verdict.torn += self._pointers()
        verdict.doubled += [*objects.doubled(self.versions), *rows.doubled(self.connection)]
        notes = {note.run_id: note for note in self.ground.noted()}
        for host in HOSTS:
            output = self.ground.output(host)
            ledger = Ledger(output)
            verdict.torn += [*ledger.torn(), *ledger.against(self.connection), *ledger.anchors(list(self.versions))]
            verdict.doubled += ledger.doubled()
            left = {path.stem for path in (output / "spool").glob("*.json")}
            alarmed = {line["run_id"] for line in ledger.lines if line["event"] == "quarantined"}
            verdict.lost += [f"{run_id} is still in the spool" for run_id in sorted(left - alarmed)]
            verdict.statuses["quarantined"] += len(alarmed)
            for folder in sorted(path.parent for path in output.glob("*/????????-????-7*/run.json")):
                manifest = json.loads((folder / "run.json").read_bytes())
                verdict.statuses[manifest["status"]] += 1
                verdict.statuses["shut out"] += self._is_shut_out(folder.name, manifest["status"])
                verdict.lost += self._lost(folder, manifest, ledger, notes.get(folder.name))
        verdict.lost += self._promoted_lines()
        return verdict

    def _lost(self, folder: Path, manifest: dict[str, Any], ledger: Ledger, note: Note | None) -> Iterator[str]:
        run_id, status = folder.name, manifest["status"]
        if status == "running":
            yield f"{run_id} is still said to be running"
            return
        digest = hashlib.sha256((folder / "run.json").read_bytes()).hexdigest()
        if [line["digest"] for line in ledger.of_run(run_id, "finished")] != [digest]:
            yield f"{run_id} ({status}) has no line for its end, or one of another record"
        if not ledger.of_run(run_id, "started"):
            yield f"{run_id} has no line for its beginning"
        if self.foreign and ledger.of_run(run_id, "quarantined"):
            return
        if self._is_shut_out(run_id, status):
            yield from self._not_in_the_bucket(folder, manifest, None)  # as evidence; its results nobody will see
            return
        promised = note if status == "succeeded" else None
        yield from self._not_in_the_bucket(folder, manifest, promised)
        yield from self._not_in_the_database(run_id, status, digest, promised)

    def _is_shut_out(self, run_id: str, status: str) -> bool:
        """Whether another run took the lock before this one had ended; a lost one is told of all the same."""
        return status != "lost" and run_id in self.shut_out

    def _not_in_the_bucket(self, folder: Path, manifest: dict[str, Any], note: Note | None) -> Iterator[str]:
        key = f"{folder.parent.name}/{folder.name}/run.json"
        if key not in self.versions:
            yield f"{key} is not in the bucket"
        elif self.bucket.read(key) != (folder / "run.json").read_bytes():
            yield f"{key} is another record in the bucket"
        named = files_of(manifest)
        on_disk = {
            path.relative_to(folder).as_posix()
            for path in folder.rglob("*")
            if path.is_file() and path.name != "run.json" and not path.name.startswith(".")
        }
        if unnamed := on_disk - named.keys():
            yield f"{folder.name}: its record does not name {sorted(unnamed)}"
        for path, sha256 in {**named, **(note.files if note else {})}.items():
            if object_key(sha256) not in self.versions or named.get(path) != sha256:
                yield f"{folder.name}: {path} is not in the bucket"

    def _not_in_the_database(self, run_id: str, status: str, digest: str, note: Note | None) -> Iterator[str]:
        query = sa.text("SELECT status, digest FROM runs WHERE run_id = :run")
        found = [tuple(row) for row in self.connection.execute(query, {"run": run_id})]
        if found != [(status, digest)]:
            yield f"{run_id}: the database says {found}"
        if note is not None:
            yield from rows.lost(self.connection, run_id)

    def _pointers(self) -> Iterator[str]:
        """`current.json` of each pipeline against the newest promotion."""
        query = "SELECT pipeline, number, run_id FROM promotions ORDER BY number"
        newest = {pipeline: (number, run) for pipeline, number, run in self.connection.execute(sa.text(query))}
        for pipeline, (number, run_id) in newest.items():
            key = f"{pipeline}/current.json"
            told = json.loads(self.bucket.read(key)) if key in self.versions else {}
            if (told.get("promotion"), told.get("run_id")) != (number, run_id):
                yield f"{key} says {told.get('promotion')}, {told.get('run_id')}; newest is {number}, {run_id}"

    def _promoted_lines(self) -> Iterator[str]:
        """Every promotion has its line in the ledger of one host."""
        lines = [line for host in HOSTS for line in Ledger(self.ground.output(host)).lines]
        told = Counter(line["facts"].get("promotion") for line in lines if line["event"] in ("promoted", "rolled_back"))
        for (number,) in self.connection.execute(sa.text("SELECT number FROM promotions ORDER BY number")):
            if told[number] != 1:
                yield f"promotion {number} stands {told[number]} times in the ledgers"
