"""`runner rerun RUN`: run again from the recorded commit, parameters and inputs, and compare what comes out.

The exit status is 0 where the same came out and 1 where something differs; a repetition that was refused, locked out or
stopped has the exit status of that.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import importlib
import json
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from runner import settings
from runner.errors import PreflightError, UsageError, listed
from runner.origins import comparison, worktree
from runner.origins.comparison import Comparison
from runner.outcomes import ExitStatus, Status
from runner.progress import console_for
from runner.reading import notebooks, pipeline
from runner.reading.choice import Choice
from runner.reading.notebooks import Notebook
from runner.reading.pipeline import Pipeline
from runner.records import archive, digests
from runner.settings import Settings
from runner.values import parameters
from runner.values.shown import shown

EXAMPLE = """runner rerun latest-good
  runner rerun 0199a3b2 --current-code  # would the code of today give the same?"""
REPEATED = "repeated"
"""What the record of a repetition calls the run that it repeats."""
_NOTHING_TO_COMPARE = (ExitStatus.REFUSED, ExitStatus.LOCKED, ExitStatus.INTERRUPTED, ExitStatus.TERMINATED)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("run", metavar="RUN", help="run id, unique prefix of one, latest, latest-good or previous")
    parser.add_argument("--pipeline", help="look among the runs of this pipeline only")
    parser.add_argument("--current-code", action="store_true", help="use the code as it is now, not the recorded one")
    parser.add_argument("--json", action="store_true", help="print the comparison as JSON")


def main(options: argparse.Namespace) -> ExitStatus:
    """Run again, and compare."""
    return repeat(options, settings.load())


def repeat(options: argparse.Namespace, places: Settings) -> ExitStatus:
    """Run again, and compare; the results of the repetition never become current."""
    folder = archive.find(options.run, places.output, options.pipeline)
    manifest = archive.read_manifest(folder)
    if manifest["status"] == Status.RUNNING:
        raise UsageError(f"run {manifest['run_id']} is still under way")
    console = console_for(sys.stderr if options.json else sys.stdout)
    with contextlib.redirect_stdout(console.file), _code(manifest, folder, places, options) as code:
        status, again = _run(manifest, _pipeline_file(manifest, places, code), code, options)
    if again is None or status in _NOTHING_TO_COMPARE:
        return status
    compared = comparison.compare(manifest, archive.read_manifest(again), (folder, again))
    if options.json:
        sys.stdout.write(json.dumps(_facts(compared, folder, again), indent=1, ensure_ascii=False) + "\n")
    else:
        _print(compared, console, folder)
    return ExitStatus.SUCCEEDED if compared.equal else ExitStatus.FAILED


@contextlib.contextmanager
def _code(
    manifest: Mapping[str, Any], folder: Path, places: Settings, options: argparse.Namespace
) -> Iterator[Settings]:
    """The settings with a checkout as the run saw it, which kernels import from."""
    git = manifest["provenance"]["git"]
    if options.current_code or git["dirty"] is None:
        yield places
        return
    with worktree.of_run(places.checkout, git, folder) as place, worktree.imported_by_kernels(place):
        yield dataclasses.replace(places, checkout=place, data=_data(places))


def _data(places: Settings) -> Path | None:
    """Where the data sets lie that git ignores, and a worktree therefore lacks."""
    near = (places.checkout / "data", places.checkout.parent / "shared" / "data")
    return places.data or next((place for place in near if place.is_dir()), None)


def _run(
    manifest: Mapping[str, Any], file: Path, code: Settings, options: argparse.Namespace
) -> tuple[ExitStatus, Path | None]:
    """Run again, and give the folder of the new run, None where there is none."""
    asked = pipeline.read(file, code)
    books, faults = notebooks.read_all(asked.notebooks)
    if faults:
        raise PreflightError(listed("refused before the first cell, and nothing was started:", faults))
    if not options.current_code:
        _check_code(manifest, asked, books)
    recorded = {step["name"]: step["parameters"] for step in manifest["steps"]}
    plan = parameters.restored(asked, books, recorded, inputs=_sources(manifest, asked), environment=os.environ)
    known = set(archive.run_folders(code.output, asked.name))
    repeated = {REPEATED: manifest["run_id"]}
    # What runs notebooks takes seconds to load.
    status = importlib.import_module("runner.launch").launch(
        asked,
        books,
        plan,
        code,
        command=options.command_line,
        choice=Choice(force=True),
        parent=repeated,
        may_go_live=False,
    )
    made = [one for one in archive.run_folders(code.output, asked.name) if one not in known]
    own = (one for one in made if archive.read_manifest(one).get("parent") == repeated)
    return status, next(own, None)


def _pipeline_file(manifest: Mapping[str, Any], places: Settings, code: Settings) -> Path:
    """The pipeline file of the run in that code; one that lies elsewhere is taken where it lies."""
    path = Path(manifest["pipeline_file"]["path"])
    if path.is_relative_to(places.checkout.resolve()):
        return code.checkout / path.relative_to(places.checkout.resolve())
    return path if path.is_absolute() and path.is_file() else pipeline.find(manifest["pipeline"], code)


def _check_code(manifest: Mapping[str, Any], asked: Pipeline, books: Mapping[str, Notebook]) -> None:
    """Raise a `UsageError` for what is not as it was: files that the commit does not hold may have changed since."""
    recorded = {step["name"]: step["notebook_sha256"] for step in manifest["steps"]}
    changed = [book.path.name for name, book in books.items() if recorded.get(name, book.sha256) != book.sha256]
    if digests.of_file(asked.path) != manifest["pipeline_file"]["sha256"]:
        changed.insert(0, asked.path.name)
    if changed:
        raise UsageError(
            f"{', '.join(dict.fromkeys(changed))}: not as in run {manifest['run_id']}, and not in the commit that it "
            f"names; {worktree.CURRENT}"
        )


def _sources(manifest: Mapping[str, Any], asked: Pipeline) -> dict[str, str]:
    """Where the inputs come from: the run's own copies where they are unaltered, else from where they came then."""
    sources = {}
    for one in manifest["inputs"]:
        name, path = one["parameter"], None if one["injected"] is None else Path(one["injected"])
        if path is not None and one["sha256"] and path.exists() and digests.of(path) == one["sha256"]:
            sources[name] = str(path)
        elif "***" not in one["value"]:
            sources[name] = one["value"]
        elif shown(asked.inputs.get(name, "")) != one["value"]:
            raise UsageError(f"the copy of input {name} is gone, and {one['value']} was recorded without its password")
    return sources


def _facts(compared: Comparison, folder: Path, again: Path) -> dict[str, Any]:
    return {
        "run": folder.name,
        "repetition": again.name,
        "equal": compared.equal,
        "differences": [dataclasses.asdict(one) for one in compared.differences],
        "same": dict(compared.same),
        "circumstances": dict(compared.circumstances),
    }


def _print(compared: Comparison, console: Console, folder: Path) -> None:
    console.print()
    for step, count in compared.same.items():
        own = [one for one in compared.differences if one.step == step]
        word = Text(f"{len(own)} different", style="yellow") if own else Text("the same", style="green")
        console.print(Text.assemble((f"{step}: ", "bold"), word, f", {count} metrics and files equal"))
        if step in compared.circumstances:
            console.print(Text(f"  other circumstances: {compared.circumstances[step]}", style="dim"))
    for one in compared.differences:
        where = f"{one.step}: " if one.step else ""
        detail = f" ({one.detail})" if one.detail else ""
        console.print(Text(f"{where}{one.kind} {one.name}: {_brief(one.earlier)} → {_brief(one.later)}{detail}"))
    if compared.equal:
        console.print(Text(f"the same came out as in run {folder.name}", style="green"))
    else:
        console.print(Text(f"{len(compared.differences)} things differ from run {folder.name}", style="yellow"))


def _brief(value: object) -> str:
    text = "none" if value is None else str(value)
    return text[:12] if len(text) == 64 else text[:80]
