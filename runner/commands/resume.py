"""`runner resume RUN`: a new run that takes over what an earlier one has done, and goes on where it stopped."""

from __future__ import annotations

import argparse
import importlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from runner import settings
from runner.commands.run import add_crew
from runner.errors import PreflightError, UsageError, listed
from runner.outcomes import ExitStatus, Status
from runner.reading import notebooks, pipeline
from runner.reading.choice import Choice
from runner.records import archive, digests
from runner.settings import Settings
from runner.values import parameters

EXAMPLE = "runner resume latest"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("run", metavar="RUN", help="run id, unique prefix of one, latest, latest-good or previous")
    parser.add_argument("--pipeline", help="look among the runs of this pipeline only")
    add_crew(parser)
    parser.add_argument("--json", action="store_true", help="print the manifest of the run as JSON when it has ended")


def main(options: argparse.Namespace) -> ExitStatus:
    """Run what the earlier run did not bring to its end, with its parameters, date and inputs."""
    places = settings.load()
    folder = archive.find(options.run, places.output, options.pipeline)
    manifest = archive.read_manifest(folder)
    _check(manifest)
    asked = pipeline.read(_file_of(manifest, places), places)
    books, faults = notebooks.read_all(asked.notebooks)
    if faults:
        raise PreflightError(listed("refused before the first cell, and nothing was started:", faults))
    recorded = {step["name"]: step["parameters"] for step in manifest["steps"]}
    plan = parameters.restored(asked, books, recorded, inputs=_inputs(manifest), environment=os.environ)
    launch = importlib.import_module("runner.launch")
    return launch.launch(
        asked,
        books,
        plan,
        places,
        command=options.command_line,
        as_json=options.json,
        choice=Choice(resume=folder),
        parent={"resumed": folder.name},
        cold=options.cold,
        workers=options.workers,
        cluster=options.cluster,
    )


def _check(manifest: Mapping[str, Any]) -> None:
    if manifest["status"] == Status.RUNNING:
        raise UsageError(f"run {manifest['run_id']} is still under way")
    if manifest["status"] == Status.SUCCEEDED:
        raise UsageError(
            f"run {manifest['run_id']} succeeded: there is nothing to go on from; "
            f"`runner run {manifest['pipeline']} --force` runs it again"
        )


def _file_of(manifest: Mapping[str, Any], places: Settings) -> Path:
    """The pipeline file of the run: where it lay then, else the one of that name."""
    path = Path(manifest["pipeline_file"]["path"])
    return path if path.is_absolute() and path.is_file() else pipeline.find(manifest["pipeline"], places)


def _inputs(manifest: Mapping[str, Any]) -> dict[str, str]:
    """The inputs that the run had fetched: its own copies, where they are unaltered, else nothing."""
    kept = {}
    for one in manifest["inputs"]:
        injected = one["injected"]
        if injected is None:
            continue
        if one["sha256"] is None or (Path(injected).exists() and digests.of(Path(injected)) == one["sha256"]):
            kept[one["parameter"]] = injected
    return kept
