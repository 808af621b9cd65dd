"""`runner params PIPELINE_OR_NOTEBOOK`: what may be set, of which type, within which limits, and what it means."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from rich.table import Table
from rich.text import Text

from runner import settings
from runner.errors import PipelineError, listed
from runner.outcomes import ExitStatus
from runner.progress import console_for
from runner.reading import notebooks, pipeline
from runner.reading.notebooks import Notebook
from runner.reading.pipeline import Pipeline
from runner.values import declarations, parameters
from runner.values.declarations import Declaration
from runner.values.literals import literal
from runner.values.parameters import Value
from runner.values.texts import plain

EXAMPLE = "runner params monthly"
Rows = list[tuple[Declaration, Value]]


_PREFACE = (
    "Written by `runner params {name} --markdown > docs/parameters.md` from the notebooks' declarations: do not edit.",
    "",
    "A value comes from one of these places; where several give one, the later one wins:",
    "",
    "1. the notebook's default",
    "2. the environment or `.env`: `INSIDERS_PARAMETER_K=8`, for one step `INSIDERS_PARAMETER_CLUSTERING__K=8`",
    "3. the pipeline file: `parameters` of all steps, then of the step, then the value of its `for_each`",
    "4. `-f file.yml`: `k: 8`, then `clustering.k: 8`",
    "5. `-p k=8`, then `-p clustering.k=8`; of a step with `for_each`, `forecast.2.k` is for its second item alone",
    "6. `--as-of 2011-09-30`, for the parameter `as_of`",
    "",
    "On a command line a list is `a,b` or JSON, a dict is JSON, a day is `2011-12-09`, no value is `none`. A secret is",
    "never a value: give `env:NAME`, and the notebook finds the variable NAME in its environment.",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("subject", metavar="PIPELINE_OR_NOTEBOOK", help="name or path of a pipeline, or an .ipynb file")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print JSON instead of tables")
    form.add_argument("--markdown", action="store_true", help="print a page of the declarations, as docs/parameters.md")


def main(options: argparse.Namespace) -> ExitStatus:
    """Print one table for each notebook."""
    is_notebook = options.subject.endswith(".ipynb")
    if options.markdown:
        page = _page_of_notebook(Path(options.subject)) if is_notebook else _page_of_pipeline(options.subject)
        sys.stdout.write(page)
        return ExitStatus.SUCCEEDED
    found = _of_notebook(Path(options.subject)) if is_notebook else _of_pipeline(options.subject)
    if options.json:
        facts = {step: [_facts(one, value) for one, value in rows] for step, rows in found.items()}
        sys.stdout.write(json.dumps(facts, indent=1) + "\n")
    else:
        _print(found)
    return ExitStatus.SUCCEEDED


def _print(found: Mapping[str, Rows]) -> None:
    console = console_for(sys.stdout)
    for step, rows in found.items():
        table = Table(title=step, title_justify="left", title_style="bold", box=None, pad_edge=False)
        for heading in ("parameter", "type", "value", "allowed", "meaning"):
            table.add_column(heading, overflow="fold")
        for one, value in rows:
            origin = "" if value.origin == "default" else f" ({value.origin})"
            cells = (one.name, one.type_text, f"{literal(value.value)}{origin}", str(one.limits), one.meaning)
            table.add_row(*(Text(cell) for cell in cells))
        console.print(table)
        console.print()


def _of_notebook(path: Path) -> dict[str, Rows]:
    declared = declarations.declared(notebooks.read(path))
    return {path.name: [(one, Value(one.default, "default")) for one in declared.values()]}


def _of_pipeline(name: str) -> dict[str, Rows]:
    asked, books = _read(name)
    plan = parameters.plan(asked, books, environment=os.environ)
    return {
        f"{step.name} · {step.notebook}": _rows(declarations.declared(books[step.name]), plan.values[step.name], plan)
        for step in asked.ordered()
    }


def _read(name: str) -> tuple[Pipeline, dict[str, Notebook]]:
    places = settings.load()
    asked = pipeline.read(pipeline.find(name, places), places)
    books, faults = notebooks.read_all({step.name: asked.notebook(step) for step in asked.ordered()})
    if faults:
        raise PipelineError(listed("these notebooks cannot be read:", faults))
    return asked, books


def _rows(declared: Mapping[str, Declaration], values: Mapping[str, Value], plan: parameters.Plan) -> Rows:
    known = {name: Value(settings.masked(source), "input") for name, source in plan.inputs.items()}
    return [(one, known.get(one.name, values[one.name])) for one in declared.values()]


def _facts(one: Declaration, value: Value) -> dict[str, object]:
    return {
        "name": one.name,
        "type": one.type_text,
        "default": plain(one.default),
        "value": plain(value.value),
        "from": value.origin,
        "allowed": None if one.limits.allowed is None else plain(one.limits.allowed),
        "low": plain(one.limits.low),
        "high": plain(one.limits.high),
        "meaning": one.meaning,
    }


def _page_of_notebook(path: Path) -> str:
    return "\n".join([f"# Parameters of {path.name}", "", *_table(declarations.declared(notebooks.read(path)))]) + "\n"


def _page_of_pipeline(name: str) -> str:
    """The declarations of every notebook and what the pipeline file sets: nothing that depends on the host."""
    asked, books = _read(name)
    lines = [f"# Parameters of {asked.name}", "", *(line.format(name=asked.name) for line in _PREFACE)]
    for step in asked.steps:
        lines += ["", f"## {step.name}: {step.notebook}", ""]
        declared = declarations.declared(books[step.items()[0].name])
        lines += _table(declared)
        told = list(_set_by_file(asked, step.base, declared))
        lines += ["", f"{asked.path.name} decides: {'; '.join(told)}."] if told else []
    return "\n".join(lines) + "\n"


def _set_by_file(asked: Pipeline, name: str, declared: Mapping[str, Declaration]) -> Iterator[str]:
    step = next(one for one in asked.steps if one.name == name)
    own = {parameter: value for parameter, value in asked.parameters.items() if parameter in declared}
    yield from (f"`{one}` is an input, fetched by the runner" for one in asked.inputs if one in declared)
    yield from (f"`{one}` is {value!r}" for one, value in (own | step.parameters).items())
    yield from (f"`{one}` is each of {', '.join(map(repr, found))}" for one, found in step.for_each.items())


def _table(declared: Mapping[str, Declaration]) -> list[str]:
    lines = ["| parameter | type | default | allowed | meaning |", "|---|---|---|---|---|"]
    for one in declared.values():
        limits = _code(str(one.limits)) if str(one.limits) else ""
        cells = (f"`{one.name}`", _code(one.type_text), _code(literal(one.default)), limits, _escaped(one.meaning))
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _code(text: str) -> str:
    fence = "``" if "`" in text else "`"
    return f"{fence}{text}{fence}".replace("|", "\\|")


def _escaped(text: str) -> str:
    """A text of a comment as prose: no sign in it is Markdown or HTML."""
    for sign in "\\`*_<>[]|":
        text = text.replace(sign, f"\\{sign}")
    return text
