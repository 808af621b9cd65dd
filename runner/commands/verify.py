"""`runner verify`: is everything as it was left, here, in the bucket and in the database; and proofs for the post."""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.text import Text

from runner import settings, wording
from runner.errors import PlaceError, RecordError, UnknownRunError, UsageError
from runner.files import write_aside
from runner.ledger.book import Book
from runner.ledger.signing import Signer, Verifier
from runner.outcomes import ExitStatus
from runner.progress import console_for
from runner.records import archive
from runner.records.record import MANIFEST
from runner.settings import Settings
from runner.verification import checking, proof
from runner.verification.checking import Checked
from runner.verification.fetching import Fetching
from runner.verification.findings import Findings, short
from runner.verification.report import Report
from runner.verification.verify import verify
from runner.verification.watch import Bar, Watch

EXAMPLE = "runner verify latest --proof proof.json"
SHORTEST = 4
"""So many digits of a run id are the least that name a run whose folder is gone."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("run", metavar="RUN", nargs="?", help="only this run: id, unique prefix, latest, previous …")
    parser.add_argument("--pipeline", help="look for RUN among the runs of this pipeline only")
    parser.add_argument("--quick", action="store_true", help="manifests and chain only, and the last signature")
    parser.add_argument("--proof", metavar="FILE", type=Path, help="write a proof of RUN that can be checked anywhere")
    parser.add_argument("--check", metavar="FILE", type=Path, help="check such a proof; no archive is needed")
    parser.add_argument("--json", action="store_true", help="print JSON instead of lines")


def main(options: argparse.Namespace) -> ExitStatus:
    """Verify, and print what was found; exit status 8 on damage, 7 where a place could not be looked at."""
    places = settings.load()
    if options.check is not None:
        if options.run or options.proof or options.quick:
            raise UsageError("--check FILE goes alone: it needs no archive, and looks at none")
        return _check(options.check, places, as_json=options.json)
    if options.proof is not None and options.run is None:
        raise UsageError("--proof FILE proves one run: say which, as in `runner verify latest --proof FILE`")
    run = None if options.run is None else _named(options.run, places, options.pipeline)
    errors = console_for(sys.stderr)
    report = verify(places, run=run, quick=options.quick, watch=Bar(errors) if errors.is_terminal else Watch())
    if options.json:
        sys.stdout.write(json.dumps(report.told(), indent=1, ensure_ascii=False) + "\n")
    else:
        console = console_for(sys.stdout)
        _tell(console, report.findings)
        for line in _summary(report):
            console.print(Text(line))
    if options.proof is not None and run is not None:
        _prove(report, run, options.proof, places, console_for(sys.stderr if options.json else sys.stdout))
    return report.exit_status


def _named(name: str, places: Settings, pipeline: str | None) -> str:
    """The id of a run, also of one whose folder is gone: the ledger still has its lines."""
    try:
        return archive.find(name, places.output, pipeline).name
    except UnknownRunError:
        runs = {one for one in _in_ledger(places) if one.startswith(name)} if len(name) >= SHORTEST else set()
        if len(runs) != 1:
            raise
        return runs.pop()


def _in_ledger(places: Settings) -> Iterator[str]:
    for text in Book(places.output / "ledger.jsonl").texts():
        try:
            run = json.loads(text).get("run_id")
        except (ValueError, AttributeError):
            continue
        if isinstance(run, str):
            yield run


def _prove(report: Report, run: str, path: Path, places: Settings, console: Console) -> None:
    """Write the proof, of a run that is as it was left and no other."""
    if report.findings.damages:
        console.print(Text("no proof was written: what is damaged cannot be proved", style="red"))
        return
    text = proof.make(report, run, _manifest(report, run, places), Signer.of(places))
    try:
        write_aside(path, text)
    except OSError as fault:
        raise RecordError(f"{path}: the proof cannot be written: {fault.strerror or fault}") from fault
    console.print(
        Text(f"proof of {run} written to {path} ({len(text):,} bytes); runner verify --check {path} checks it")
    )


def _manifest(report: Report, run: str, places: Settings) -> str | None:
    """The manifest that the run ended with: from its folder or, where that is gone, from the bucket."""
    history = report.chain.histories.of.get(run)
    if history is None or history.digest is None:
        return None
    key = f"{history.pipeline}/{run}/{MANIFEST}"
    try:
        content: bytes | None = (places.output / key).read_bytes()
    except OSError:
        fetching = Fetching.of(places, Watch())
        try:
            content = None if fetching is None else fetching.content(key)
        except PlaceError:
            content = None
    if content is None or hashlib.sha256(content).hexdigest() != history.digest:
        return None
    return content.decode(errors="surrogateescape")


def _tell(console: Console, findings: Findings) -> None:
    for remark in findings.remarks:
        console.print(Text(f"remark: {remark}", style="dim"))
    for away in findings.away:
        console.print(Text(f"not verified: {away}", style="yellow"))
    for damage in findings.damages:
        console.print(Text(str(damage), style="red"))


def _summary(report: Report) -> Iterator[str]:
    figures, chain = report.findings.figures, report.chain
    counted = wording.counted
    files = f"{counted(figures.get('files', 0), 'file')} of {wording.memory(figures.get('bytes', 0))}"
    looked = f"{counted(figures.get('runs', 0), 'run')}, {counted(chain.size, 'line')}, {files}"
    if "bucket_objects" in figures:
        objects = counted(figures["bucket_objects"], "object")
        looked += f", {counted(figures['bucket_runs'], 'run')} and {objects} in the bucket"
    yield f"{_verdict(report)}: {looked}, in {wording.seconds(report.seconds)}"
    if report.head is None or report.root is None:
        yield "there is no ledger yet" if not chain.size else "the ledger has no readable last line"
        return
    yield f"ledger {chain.ledger}: head {report.head}"
    yield f"root over {counted(chain.size, 'line')}: {report.root}"
    key = f" with the key {chain.key.digits}" if chain.key is not None else ""
    yield f"signed: {chain.signed:,} of {counted(chain.size, 'line')}{key if chain.signed else ''}"
    seen = [f"{counted(report.witness.size, 'line')} in the database"] if report.witness.asked else []
    if report.anchors:
        last = counted(report.anchors[-1].size, "line")
        seen.append(f"{counted(len(report.anchors), 'anchor')} in the bucket, the last at {last}")
    alone = "nothing outside the output folder, so a tail that was cut off would not be seen"
    yield f"compared with: {' and '.join(seen) or alone}"


def _verdict(report: Report) -> str:
    damages = len(report.findings.damages)
    if damages:
        return f"DAMAGED, {wording.counted(damages, 'thing')}"
    return "not all could be verified" if report.findings.away else "verified, all is whole"


def _check(path: Path, places: Settings, *, as_json: bool) -> ExitStatus:
    try:
        text = path.read_bytes()
    except OSError as fault:
        raise UsageError(f"{path}: cannot be read: {fault.strerror}") from fault
    checked = checking.check(text, Verifier.of(places))
    if as_json:
        sys.stdout.write(json.dumps(_facts(checked), indent=1, ensure_ascii=False) + "\n")
    else:
        console = console_for(sys.stdout)
        _tell(console, checked.findings)
        for line in _said(checked):
            console.print(Text(line))
    return ExitStatus.DAMAGED if checked.findings.damages else ExitStatus.SUCCEEDED


def _said(checked: Checked) -> Iterator[str]:
    for line in checked.lines:
        digest = f", manifest {short(line.digest)}" if line.digest else ""
        yield f"line {line.number}  {wording.moment(line.at.isoformat())}  {line.event} by {line.who}{digest}"
    yield f"root over {wording.counted(checked.size, 'line')} of the ledger {checked.ledger}: {checked.root}"
    if checked.anchor:
        yield f"anchored in {checked.anchor}"
    if checked.findings.damages:
        yield "the proof does NOT hold"
    else:
        yield f"the proof of {checked.run_id} holds{f', signed with the key {checked.key}' if checked.key else ''}"


def _facts(checked: Checked) -> dict[str, object]:
    return {
        "holds": not checked.findings.damages,
        "run_id": checked.run_id,
        "ledger": {"id": checked.ledger, "lines": checked.size, "root": checked.root, "anchor": checked.anchor},
        "lines": [json.loads(line.text) for line in checked.lines],
        "public_key": checked.key,
        **checked.findings.told(),
    }
