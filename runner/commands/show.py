"""`runner show RUN`: what happened in one run, with which parameters, from what, what it left, and how it stands."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from runner import settings, wording
from runner.delivery.places import Places
from runner.outcomes import ExitStatus
from runner.progress import colour, console_for, ending
from runner.promotion import standing
from runner.promotion.standing import Standing
from runner.records import archive

EXAMPLE = "runner show latest"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("run", metavar="RUN", help="run id, unique prefix of one, latest, latest-good or previous")
    parser.add_argument("--pipeline", help="look among the runs of this pipeline only")
    parser.add_argument("--json", action="store_true", help="print the manifest as JSON, with how the run stands")


def main(options: argparse.Namespace) -> ExitStatus:
    """Print the run."""
    places = Places(settings.load())
    folder = archive.find(options.run, places.settings.output, options.pipeline)
    manifest = archive.read_manifest(folder)
    try:
        stands = standing.of(places, folder, manifest)
    finally:
        places.close()
    if options.json:
        sys.stdout.write(archive.as_text({**manifest, "standing": stands.told()}))
        return ExitStatus.SUCCEEDED
    console = console_for(sys.stdout)
    _print_run(console, manifest, folder, stands)
    for step in manifest["steps"]:
        console.print()
        _print_step(console, step)
    return ExitStatus.SUCCEEDED


def _print_run(console: Console, manifest: dict[str, Any], folder: Path, stands: Standing) -> None:
    console.print(Text.assemble((manifest["run_id"], "bold"), "  ", (manifest["status"], colour(manifest["status"]))))
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in _facts(manifest):
        table.add_row(name, Text(value))
    for name, value in stands.lines():
        table.add_row(name, Text(value, style="red" if name.endswith(" void") else ""))
    table.add_row("folder", Text(str(folder)))
    console.print(table)


def _facts(manifest: dict[str, Any]) -> Iterator[tuple[str, str]]:
    origin = manifest["provenance"]
    git = origin["git"]
    yield "pipeline", " · ".join(filter(None, (manifest["pipeline"], manifest["title"])))
    if manifest["reason"]:
        yield "reason", manifest["reason"]
    for word, run in (manifest["parent"] or {}).items():
        yield word, f"run {run}"
    yield "date", manifest["logical_date"]
    yield "started", f"{wording.moment(manifest['started'])}, took {wording.seconds(manifest['seconds'])}"
    yield "command", manifest["command"]
    yield "code", _code(git)
    yield "packages", f"lock {(origin['lock_sha256'] or 'missing')[:12]}, Python {origin['python']}"
    yield "host", f"{origin['user']} on {origin['host']} ({origin['platform']})"
    for one in manifest["inputs"]:
        size = f", {wording.memory(one['bytes'])}" if one["bytes"] is not None else ""
        digest = f", sha256 {one['sha256'][:12]}" if one["sha256"] else ""
        version = f", version {one['version']}" if one["version"] else ""
        yield f"input {one['parameter']}", f"{one['value']}{size}{version}{digest}"


def _code(git: dict[str, Any]) -> str:
    if git["dirty"] is None:
        return "not under version control"
    changes = f" with uncommitted changes ({git['diff_sha256'][:12]})" if git["dirty"] else ""
    return f"commit {(git['commit'] or 'none yet')[:12]} on {git['branch'] or 'no branch'}{changes}"


def _print_step(console: Console, step: dict[str, Any]) -> None:
    console.print(Text.assemble((f"{step['name']}  ", "bold"), (ending(step), colour(step["status"]))))
    given = {name: one for name, one in step["parameters"].items() if one["from"] != "default"}
    default = {name: one for name, one in step["parameters"].items() if one["from"] == "default"}
    lines = [
        *([("why", step["why"])] if step["why"] else []),
        *([("cached", f"from run {step['cached_from']}")] if step["cached_from"] else []),
        *([("item", ", ".join(f"{name} = {value!r}" for name, value in step["item"].items()))] if step["item"] else []),
        *(("attempt", _attempt(one)) for one in step["attempts"]),
        *(("changed", line) for line in step["overridden"]),
        *(("set", f"{name} = {one['value']!r} ({one['from']})") for name, one in given.items()),
        *([("default", ", ".join(f"{name} = {one['value']!r}" for name, one in default.items()))] if default else []),
        *(("metric", wording.metric(one)) for one in step["metrics"]),
        *(("file", f"{one['path']}, {wording.memory(one['bytes'])}, {one['sha256'][:12]}") for one in step["files"]),
        *(("published", _publication(one)) for one in step["publications"]),
    ]
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    before = None
    for kind, text in lines:
        table.add_row(f"  {kind}" if kind != before else "", Text(text))
        before = kind
    console.print(table)


def _attempt(one: dict[str, Any]) -> str:
    where = f" in cell {one['stopped_at']}" if one["stopped_at"] else ""
    ended = f"{one['status']}{where} after {wording.seconds(one['seconds'])}"
    return f"{one['number']}: {ended}: {one['reason']}; {one['copy']}"


def _publication(one: dict[str, Any]) -> str:
    tables = ", ".join(f"{table['name']} ({table['rows']:,} rows)" for table in one.get("tables", []))
    objects = f"{len(one.get('objects', []))} files"
    return f"{one['status']}: {' and '.join(filter(None, (tables, objects)))}"
