"""The values a run uses: declared defaults, overlaid in one documented order, checked before any kernel starts.

A later one wins: the notebook's default, the pipeline file's shared parameters, its step's parameters, the file given
by `-f`, `-p name=value`, `-p step.name=value`. `run_folder` is the runner's own, and a parameter that is an input of
the pipeline receives the path of the local copy.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from runner import declarations, yamlfile
from runner.declarations import Declaration
from runner.errors import ParameterError, listed
from runner.notebooks import Notebook
from runner.pipeline import Pipeline

RUN_FOLDER = "run_folder"
AS_OF = "as_of"
_GIVEN = re.compile(r"(?:(?P<step>[a-z][a-z0-9_-]*)\.)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)=(?P<text>.*)", re.DOTALL)


@dataclass(frozen=True)
class Value:
    """The effective value of one parameter."""

    value: object
    origin: str
    """Where it came from: `default`, `pipeline`, `step`, the `-f` file, `-p`, `--as-of`, `input` or `runner`."""


@dataclass(frozen=True)
class Given:
    """One value that somebody gives, for one step or for all that declare it."""

    name: str
    value: object
    origin: str
    step: str | None = None
    is_text: bool = False
    """The value is text from a command line, still to be read by the declared type."""
    where: str = ""
    """For messages: the option, or file and line."""

    @property
    def spelt(self) -> str:
        """The name, with its step where one is named."""
        return f"{self.step}.{self.name}" if self.step else self.name


@dataclass
class Plan:
    """Effective values of every step, and what is to be fetched."""

    values: dict[str, dict[str, Value]] = field(default_factory=dict)
    """By step, then by parameter, in the order of the declarations."""
    inputs: dict[str, str] = field(default_factory=dict)
    """Sources to fetch, by the parameter that receives the local copy."""

    @property
    def as_of(self) -> date | None:
        """The as-of date that a notebook of this run uses, if any."""
        days = (values[AS_OF].value for values in self.values.values() if AS_OF in values)
        return next((day for day in days if isinstance(day, date)), None)


def plan(
    pipeline: Pipeline,
    notebooks: Mapping[str, Notebook],
    *,
    given: Sequence[str] = (),
    file: Path | None = None,
    as_of: str | None = None,
) -> Plan:
    """The effective values of a run, or a `ParameterError` that names every fault.

    `notebooks` are those of the steps, by step; `given` are the texts of `-p`, `file` is that of `-f`.
    """
    faults: list[str] = []
    declared = {step: _collect(faults, notebook) for step, notebook in notebooks.items()}
    unreadable = bool(faults)
    layers = [*_of_pipeline(pipeline), *_of_file(file), *_of_options(given, as_of, faults)]
    if not unreadable:  # beside a cell that cannot be read, every name would seem unknown
        faults += _unknown(layers, declared, pipeline)
    sources = _sources(pipeline, layers, faults)
    values = {
        step.name: _effective(step.name, declared[step.name], layers, set(sources), faults)
        for step in pipeline.ordered()
    }
    if faults:
        raise ParameterError(listed("the parameters are not right, and nothing was started:", dict.fromkeys(faults)))
    return Plan(values, sources)


def _collect(faults: list[str], notebook: Notebook) -> dict[str, Declaration]:
    try:
        return declarations.declared(notebook)
    except ParameterError as error:
        faults.append(str(error))
        return {}


def _of_pipeline(pipeline: Pipeline) -> list[Given]:
    shared = [
        Given(name, value, "pipeline", where=pipeline.where("parameters", name))
        for name, value in pipeline.parameters.items()
    ]
    own = [
        Given(name, value, "step", step=step.name, where=pipeline.where("steps", position, "parameters", name))
        for position, step in enumerate(pipeline.steps)
        for name, value in step.parameters.items()
    ]
    return shared + own


def _of_file(path: Path | None) -> list[Given]:
    if path is None:
        return []
    document = yamlfile.read(path)
    if not isinstance(document.content, dict):
        raise ParameterError(f"{path.name}: is not a list of `name: value` or `step.name: value`")
    given = []
    for key, value in document.content.items():
        step, _, name = str(key).rpartition(".")
        given.append(Given(name, value, f"-f {path.name}", step=step or None, where=document.where((str(key),))))
    return sorted(given, key=lambda one: one.step is not None)


def _of_options(given: Sequence[str], as_of: str | None, faults: list[str]) -> list[Given]:
    layers = []
    for text in given:
        if match := _GIVEN.fullmatch(text):
            name, step = match["name"], match["step"]
            layers.append(Given(name, match["text"], "-p", step, is_text=True, where=f"-p {text.partition('=')[0]}"))
        else:
            faults.append(f"-p {text}: is not of the form name=value or step.name=value")
    names = [one.spelt for one in layers]
    faults += [f"-p {name}: is given twice" for name in dict.fromkeys(names) if names.count(name) > 1]
    if as_of is not None:
        if any(one.name == AS_OF for one in layers):
            faults.append("--as-of and -p as_of: give one of them")
        layers.append(Given(AS_OF, as_of, "--as-of", is_text=True, where="--as-of"))
    return sorted(layers, key=lambda one: one.step is not None)


def _unknown(
    layers: Iterable[Given], declared: Mapping[str, Mapping[str, Declaration]], pipeline: Pipeline
) -> list[str]:
    """Names that no notebook declares, steps that do not exist, and what only the runner may set."""
    faults = []
    inputs = [Given(name, None, "input", where=pipeline.where("inputs", name)) for name in pipeline.inputs]
    for one in (*inputs, *layers):
        if one.step is not None and one.step not in declared:
            faults.append(f"{one.where}: there is no step {one.step}{_nearest(one.step, declared)}")
            continue
        known = declared[one.step] if one.step else {name: None for step in declared.values() for name in step}
        if one.name == RUN_FOLDER:
            faults.append(f"{one.where}: {RUN_FOLDER} is set by the runner")
        elif one.name not in known:
            who = f"step {one.step}" if one.step else "a notebook of this pipeline"
            faults.append(f"{one.where}: no parameter {one.name} is declared by {who}{_nearest(one.name, known)}")
    return faults


def _nearest(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, [one for one in known if one != RUN_FOLDER], n=1)
    return f"; did you mean {near[0]}?" if near else ""


def _sources(pipeline: Pipeline, layers: Iterable[Given], faults: list[str]) -> dict[str, str]:
    """What to fetch for each input: what the pipeline file says, unless somebody gives another source."""
    sources = dict(pipeline.inputs)
    for one in layers:
        if one.name in sources:
            if not isinstance(one.value, str) or not one.value:
                faults.append(f"{one.where}: an input is a public name, a path or a URL, not {one.value!r}")
            elif one.step is not None:
                faults.append(f"{one.where}: {one.name} is an input of the whole pipeline; leave out the step")
            else:
                sources[one.name] = one.value
    return sources


def _effective(
    step: str, declared: Mapping[str, Declaration], layers: Iterable[Given], inputs: set[str], faults: list[str]
) -> dict[str, Value]:
    values = {name: Value(declaration.default, "default") for name, declaration in declared.items()}
    for one in layers:
        if one.name in declared and one.step in (None, step) and one.name not in inputs:
            declaration = declared[one.name]
            try:
                value = declaration.read(str(one.value)) if one.is_text else declaration.checked(one.value)
                values[one.name] = Value(value, one.origin)
            except ValueError as error:
                faults.append(f"{one.where}: {one.name} ({declaration.type_text}): {error}")
    return values
