"""`runner prune --keep N`: remove old runs from the disk; the ledger keeps their digests."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from typing import Any

from rich.text import Text

from runner import settings, wording
from runner.keeping import prune
from runner.keeping.prune import Going, Plan
from runner.ledger import reconcile
from runner.ledger.book import Book
from runner.outcomes import ExitStatus
from runner.progress import console_for

EXAMPLE = """runner prune --keep 12 --dry-run
  runner prune --keep 12 --pipeline monthly

what stays, whatever its age: runs that are pinned, approved, current or were so before, that still have something to
deliver, or have not ended yet. The bucket keeps what it has, as long as its own rules say."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument(
        "--keep", type=_count, required=True, metavar="N", help="the newest N finished runs of each pipeline stay"
    )
    parser.add_argument("--pipeline", help="look at the runs of this pipeline only")
    parser.add_argument("--dry-run", action="store_true", help="say what would go, and change nothing")
    parser.add_argument("--json", action="store_true", help="print JSON instead of lines")


def main(options: argparse.Namespace) -> ExitStatus:
    """Remove old runs, or say which would go."""
    places = settings.load()
    if not options.dry_run:
        reconcile.reconcile(places, Book.of(places))
    plan = prune.plan(places, options.keep, options.pipeline)
    done = list(plan.going if options.dry_run else prune.carry_out(places, plan))
    if options.json:
        told = _facts(plan, done, dry_run=options.dry_run)
        sys.stdout.write(json.dumps(told, indent=1, ensure_ascii=False) + "\n")
    else:
        _print(plan, done, dry_run=options.dry_run)
    return ExitStatus.SUCCEEDED


def _print(plan: Plan, done: list[Going], *, dry_run: bool) -> None:
    console = console_for(sys.stdout)
    verb = "would go" if dry_run else "pruned"
    for run in done:
        size = f"{run.files:,} files, {wording.memory(run.bytes)}"
        console.print(Text(f"{verb}  {run.run_id}  {size}  {run.why}; digest {run.digest[:12]}"))
    for one in plan.staying:
        console.print(Text(f"stays  {one.run_id}  {one.pipeline}  {one.why}", style="dim"))
    if not done:
        console.print(Text("nothing to prune"))
        return
    freed = f"{wording.memory(plan.frees)} {'would be free' if dry_run else 'are free'}"
    console.print(Text(f"{len(done):,} {'run' if len(done) == 1 else 'runs'}, {freed}"))


def _facts(plan: Plan, done: list[Going], *, dry_run: bool) -> dict[str, Any]:
    going = [
        {
            "run_id": run.run_id,
            "pipeline": run.folder.parent.name,
            "digest": run.digest,
            "why": run.why,
            "files": run.files,
            "bytes": run.bytes,
        }
        for run in done
    ]
    return {
        "dry_run": dry_run,
        "pruned": going,
        "kept": [asdict(one) for one in plan.staying],
        "bytes_freed": plan.frees,
    }


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least 1")
    return int(text)
