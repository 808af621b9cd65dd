"""Pruning: the runs that nobody needs any more leave the local disk, and the ledger says which, why and what went.

The line comes first, then the folder is renamed in one step so that no reader meets half a run, then it is removed.
Whatever is cut off in between, the next call finishes. A bucket keeps what it has, as long as its own rules say.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from runner.errors import DamageError, listed
from runner.keeping import reasons, removal
from runner.ledger.book import Book
from runner.ledger.line import Event, Line
from runner.ledger.signing import Verifier
from runner.outcomes import Status
from runner.records import archive, digests
from runner.settings import Settings
from runner.verification import chain
from runner.verification.findings import Findings
from runner.verification.histories import History

MOST_NAMED = 10


@dataclass(frozen=True)
class Going:
    """A run that is to be removed."""

    folder: Path
    digest: str
    why: str
    files: int
    bytes: int

    @property
    def run_id(self) -> str:
        """Its id."""
        return self.folder.name


@dataclass(frozen=True)
class Staying:
    """A run that stays."""

    run_id: str
    pipeline: str
    why: str


@dataclass(frozen=True)
class Plan:
    """What goes and what stays, before anything is done."""

    going: tuple[Going, ...]
    staying: tuple[Staying, ...]
    frees: int
    """Bytes that will be free: a file that a run shares with one that stays frees nothing."""
    size: int
    """How many lines of the ledger it rests on."""


def plan(settings: Settings, keep: int, pipeline: str | None = None) -> Plan:
    """What pruning to the newest `keep` runs of each pipeline, or of one, would do.

    A `DamageError` where the ledger is not whole, or says otherwise than the folders; a `PreflightError` where the
    database does not say which runs are current.
    """
    book = Book.of(settings)
    findings = Findings()
    found = chain.check(book.path, Verifier.of(settings), {}, findings)
    histories = {
        run_id: history
        for run_id, history in found.histories.of.items()
        if pipeline is None or history.pipeline == pipeline
    }
    folders = archive.run_folders(settings.output, pipeline)
    faults = [*map(str, findings.damages), *_differences(book, histories, folders)]
    if faults:
        more = [f"and {len(faults) - MOST_NAMED} more"] if len(faults) > MOST_NAMED else []
        title = "nothing was removed, for the archive is damaged; runner verify says more:"
        raise DamageError(listed(title, [*faults[:MOST_NAMED], *more]))
    lines = book.lines()[: found.size]
    stay = _why_staying(settings, lines, histories, folders)
    going, staying = _divided(folders, histories, stay, lines, keep)
    return Plan(tuple(going), tuple(staying), removal.freed(settings.output, [run.folder for run in going]), found.size)


def carry_out(settings: Settings, made: Plan) -> Iterator[Going]:
    """Remove what the plan says, one run after the other; what somebody wants to keep since then stays."""
    book = Book.of(settings)
    for run in made.going:
        facts = {"reason": run.why, "files": run.files, "bytes": run.bytes, "bucket": settings.bucket}
        line = book.append(
            Event.PRUNED,
            pipeline=run.folder.parent.name,
            run_id=run.run_id,
            digest=run.digest,
            facts=facts,
            unless=lambda line: line.event is Event.PRUNED or (line.number > made.size and line.event in reasons.HOLDS),
        )
        if line.event is Event.PRUNED:
            removal.remove(run.folder)
            yield run
    removal.sweep(settings.output, {line.run_id for line in book.lines() if line.event is Event.PRUNED})


def _differences(book: Book, histories: dict[str, History], folders: list[Path]) -> Iterator[str]:
    """What the ledger says of the runs that ended, and the folders do not."""
    output, there = book.path.parent, {folder.name: folder for folder in folders}
    for run_id, history in histories.items():
        manifest = output / (history.pipeline or "") / run_id / archive.MANIFEST
        if not history.ended or (run_id not in there and history.pruned is not None):
            continue
        try:
            found = digests.of_file(manifest)
        except OSError as fault:
            # Somebody else may be pruning, and be further than the lines that we have seen.
            if all(line.event is not Event.PRUNED for line in book.of_run(run_id)):
                yield f"missing: {manifest.relative_to(output)}, which the ledger says has ended ({fault.strerror})"
            continue
        if found != history.digest:
            expected = f"expected {str(history.digest)[:12]}…, found {found[:12]}…"
            yield f"altered: {manifest.relative_to(output)}: {expected}"


def _why_staying(
    settings: Settings, lines: list[Line], histories: dict[str, History], folders: list[Path]
) -> dict[str, str]:
    """The runs that stay whatever their age, and why."""
    runs = {folder.name: folder.parent.name for folder in folders}
    return {
        **reasons.in_ledger(lines),
        **reasons.in_database(settings, runs, lines),
        **reasons.in_spool(settings.output, runs),
        **{folder.name: "its folder is a link" for folder in folders if folder.is_symlink()},
        **{run_id: "the ledger does not say yet how it ended" for run_id in runs if not _ended(histories.get(run_id))},
    }


def _ended(history: History | None) -> bool:
    return history is not None and history.ended


def _divided(
    folders: list[Path], histories: dict[str, History], stay: dict[str, str], lines: list[Line], keep: int
) -> tuple[list[Going], list[Staying]]:
    """The runs that go and those that stay. A run that was refused, and holds nothing, does not count."""
    refused = {line.run_id for line in lines if line.facts.get("status") == Status.SKIPPED}
    going: list[Going] = []
    staying: list[Staying] = []
    newer: Counter[str] = Counter()
    for folder in folders:
        run_id, pipeline, history = folder.name, folder.parent.name, histories.get(folder.name)
        if history is not None and history.ended and history.pruned is not None:
            going.append(_going(folder, history, "it was pruned before, and its folder is still there"))
        elif run_id in stay:
            staying.append(Staying(run_id, pipeline, stay[run_id]))
        elif newer[pipeline] < keep or history is None:
            staying.append(Staying(run_id, pipeline, f"is one of the newest {keep} of {pipeline}"))
        else:
            going.append(_going(folder, history, f"older than the newest {keep} of {pipeline}"))
        newer[pipeline] += run_id not in refused and _ended(history)
    return going, staying


def _going(folder: Path, history: History, why: str) -> Going:
    sizes = [found.st_size for found in removal.files(folder)]
    return Going(folder, str(history.digest), why, len(sizes), sum(sizes))
