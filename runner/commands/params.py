"""`runner params PIPELINE_OR_NOTEBOOK`: what may be set, of which type, within which limits, and what it means."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from rich.table import Table
from rich.text import Text

from runner import declarations, notebooks, parameters, pipeline, settings
from runner.declarations import Declaration
from runner.errors import PipelineError, listed
from runner.literals import literal
from runner.outcomes import ExitStatus
from runner.parameters import Value
from runner.progress import console_for

EXAMPLE = "runner params monthly"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("subject", metavar="PIPELINE_OR_NOTEBOOK", help="name or path of a pipeline, or an .ipynb file")
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")


def main(options: argparse.Namespace) -> ExitStatus:
    """Print one table for each notebook."""
    found = _of_notebook(Path(options.subject)) if options.subject.endswith(".ipynb") else _of_pipeline(options.subject)
    if options.json:
        facts = {step: [_facts(one, value) for one, value in rows] for step, rows in found.items()}
        sys.stdout.write(json.dumps(facts, indent=1, ensure_ascii=False, default=date.isoformat) + "\n")
        return ExitStatus.SUCCEEDED
    console = console_for(sys.stdout)
    for step, rows in found.items():
        table = Table(title=step, title_justify="left", title_style="bold", box=None, pad_edge=False)
        for heading in ("parameter", "type", "value", "allowed", "meaning"):
            table.add_column(heading, overflow="fold")
        for one, value in rows:
            origin = "" if value.origin == "default" else f" ({value.origin})"
            cells = (one.name, one.type_text, f"{literal(value.value)}{origin}", one.limits, one.meaning)
            table.add_row(*(Text(cell) for cell in cells))
        console.print(table)
        console.print()
    return ExitStatus.SUCCEEDED


Rows = list[tuple[Declaration, Value]]


def _of_notebook(path: Path) -> dict[str, Rows]:
    declared = declarations.declared(notebooks.read(path))
    return {path.name: [(one, Value(one.default, "default")) for one in declared.values()]}


def _of_pipeline(name: str) -> dict[str, Rows]:
    places = settings.load()
    asked = pipeline.read(pipeline.find(name, places), places)
    books, faults = notebooks.read_all({step.name: asked.notebook(step) for step in asked.steps})
    if faults:
        raise PipelineError(listed("these notebooks cannot be read:", faults))
    plan = parameters.plan(asked, books)
    return {
        f"{step.name} · {step.notebook}": _rows(declarations.declared(books[step.name]), plan.values[step.name], plan)
        for step in asked.ordered()
    }


def _rows(declared: Mapping[str, Declaration], values: Mapping[str, Value], plan: parameters.Plan) -> Rows:
    known = {name: Value(settings.masked(source), "input") for name, source in plan.inputs.items()}
    return [(one, known.get(one.name, values[one.name])) for one in declared.values()]


def _facts(one: Declaration, value: Value) -> dict[str, object]:
    return {
        "name": one.name,
        "type": one.type_text,
        "default": one.default,
        "value": value.value,
        "from": value.origin,
        "allowed": one.allowed,
        "low": one.low,
        "high": one.high,
        "meaning": one.meaning,
    }
