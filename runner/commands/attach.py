"""`runner attach RUN [STEP]`: a step of an earlier run opened in JupyterLab, as it stood, in a scratch folder."""

from __future__ import annotations

import argparse
import dataclasses
import importlib
import json
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.text import Text

from runner import settings
from runner.editing import jupyter, scratch, source
from runner.editing.scratch import Attached
from runner.errors import UsageError
from runner.outcomes import ExitStatus, Status
from runner.progress import console_for
from runner.reading import pipeline
from runner.records import archive
from runner.records.paths import inside
from runner.settings import Settings

EXAMPLE = "runner attach latest"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("run", metavar="RUN", help="run id, unique prefix of one, latest, latest-good or previous")
    parser.add_argument("step", metavar="STEP", nargs="?", help="a step of it; without one that at which it stopped")
    parser.add_argument("--pipeline", help="look among the runs of this pipeline only")
    ways = parser.add_mutually_exclusive_group()
    ways.add_argument("--console", action="store_true", help="a console instead, with the cells before the stop run")
    ways.add_argument("--no-open", action="store_true", help="make the scratch folder and say where it is, no more")
    ways.add_argument("--copy-back", action="store_true", help="take changed cells back to the notebook's own file")
    ways.add_argument("--json", action="store_true", help="as --no-open, as JSON")
    parser.add_argument("--fresh", action="store_true", help="throw away what an earlier call has left, and begin anew")
    parser.add_argument("--with-secrets", action="store_true", help="give the kernel what env:NAME parameters refer to")


def main(options: argparse.Namespace) -> ExitStatus:
    """Bring the step back, tell what there is to know, and become JupyterLab or a console."""
    places = settings.load()
    run = archive.find(options.run, places.output, options.pipeline)
    manifest = archive.read_manifest(run)
    if manifest["status"] == Status.RUNNING:
        raise UsageError(f"run {manifest['run_id']} is still under way")
    step = scratch.choose(manifest, options.step)
    target = scratch.place(places.output, manifest, step)
    if options.copy_back and not target.is_dir():
        raise UsageError(f"step {step['name']} was not attached: there is no {target}")
    fresh = options.fresh and not options.copy_back
    attached = scratch.make(run, manifest, step, _notebook(manifest, step, places), target, fresh=fresh)
    if options.copy_back:
        return _copy_back(attached, manifest)
    if modules := source.changed(step, (attached.source.parent, places.checkout)):
        how = f"`runner diff --against-source {manifest['run_id']}` says how"
        note = f"changed since the run, and used here as it is now: {', '.join(modules)}; {how}"
        attached = dataclasses.replace(attached, notes=(*attached.notes, note))
    given = attached.secrets if options.with_secrets else {}
    environment = jupyter.environment(places, str(step["name"]), given)
    start = (jupyter.console if options.console else jupyter.lab)(attached, environment)
    if options.json:
        sys.stdout.write(json.dumps(_facts(attached, manifest, step, start), indent=1, ensure_ascii=False) + "\n")
        return ExitStatus.SUCCEEDED
    _tell(attached, manifest, step, kept=sorted(attached.secrets.keys() - given.keys()))
    if options.no_open:
        sys.stdout.write(f"open it: {_again(manifest, step)}\n")
    else:
        start.become()
    return ExitStatus.SUCCEEDED


def _notebook(manifest: Mapping[str, Any], step: Mapping[str, Any], places: Settings) -> Path:
    """Where the step's notebook lies: beside the pipeline file, where it lay then, else beside the one of that name."""
    path = Path(str(manifest["pipeline_file"]["path"]))
    there = path.is_absolute() and path.suffix in (".yml", ".yaml") and path.is_file()
    return inside((path if there else pipeline.find(str(manifest["pipeline"]), places)).parent, step["notebook"])


def _copy_back(attached: Attached, manifest: Mapping[str, Any]) -> ExitStatus:
    # It reads and merges notebooks with a library that takes most of a second to load, and is seldom asked for.
    taken = importlib.import_module("runner.editing.homeward").take(attached)
    if not taken.told:
        sys.stdout.write(f"nothing in {attached.notebook} differs from what was attached\n")
        return ExitStatus.SUCCEEDED
    sys.stdout.write(f"{attached.source}{' has it already' if taken.there else ''}: {taken.told}\n")
    sys.stdout.write(f"look at it with git diff, then: runner resume {manifest['run_id']}\n")
    return ExitStatus.SUCCEEDED


def _again(manifest: Mapping[str, Any], step: Mapping[str, Any]) -> str:
    return shlex.join(["runner", "attach", manifest["run_id"], step["name"]])


def _facts(
    attached: Attached, manifest: Mapping[str, Any], step: Mapping[str, Any], start: jupyter.Start
) -> dict[str, Any]:
    stop = attached.stop
    return {
        "run": manifest["run_id"],
        "step": step["name"],
        "folder": str(attached.folder),
        "notebook": str(attached.notebook),
        "source": str(attached.source),
        "cell": None if stop is None else {"number": stop.number, "id": stop.id, "reason": stop.reason},
        "reopened": attached.reopened,
        "notes": list(attached.notes),
        "command": shlex.join(start.command),
    }


def _tell(attached: Attached, manifest: Mapping[str, Any], step: Mapping[str, Any], kept: list[str]) -> None:
    console = console_for(sys.stdout)
    console.print(Text.assemble((f"{step['name']}", "bold"), f" of run {manifest['run_id']}"))
    if attached.stop is not None:
        console.print(Text(f"stopped in {attached.stop.told}", style="red"))
    elif not step["cells"]:
        console.print(Text("it never began", style="yellow"))
    for note in attached.notes:
        console.print(Text(note, style="dim"))
    for name in kept:
        console.print(Text(f"{name} is kept from the kernel; --with-secrets gives it", style="yellow"))
    word = "as you left it: " if attached.reopened else "notebook: "
    console.print(Text(f"{word}{attached.notebook}"))
    console.print(Text(f"changes go back to {attached.source.name} by: {_again(manifest, step)} --copy-back"))
