"""The values a run uses: declared defaults, overlaid in one documented order, checked before any kernel starts.

A later one wins:

1. the notebook's default
2. the environment: `INSIDERS_PARAMETER_K=8`, and for one step `INSIDERS_PARAMETER_CLUSTERING__K=8`
3. the pipeline file's shared `parameters`, then those of the step, then the value of its `for_each`
4. the file given by `-f`: `name: value`, then `step.name: value`
5. `-p name=value`, then `-p step.name=value`
6. `--as-of`, for the parameter `as_of`

An item of a `for_each` is addressed by its step's name together with its siblings, or by its own (`forecast.2.k`),
which wins. `run_folder` is the runner's own, and an input of the pipeline receives the path of the local copy.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from runner.errors import ParameterError, listed
from runner.reading.notebooks import Notebook
from runner.reading.pipeline import Pipeline, Step
from runner.values import declarations, layers, overrides, references
from runner.values.declarations import Declaration
from runner.values.layers import AS_OF, Declared, Given
from runner.values.literals import literal, same
from runner.values.scalars import LONGEST_SHOWN
from runner.wording import nearest

RUN_FOLDER = "run_folder"


@dataclass(frozen=True)
class Value:
    """The effective value of one parameter."""

    value: object
    origin: str
    """Where it came from: `default`, `environment`, `pipeline`, `step`, `for_each`, the `-f` file, `-p`, `--as-of`,
    `input`, `runner`, or `recorded` where an earlier run had a default that the notebook no longer has."""


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

    @property
    def references(self) -> dict[str, dict[str, str]]:
        """The environment's variables that parameters refer to, by step and parameter."""
        return {step: dict(references.within(_bare(values))) for step, values in self.values.items()}

    @property
    def digest(self) -> str:
        """Digest of what the plan asks for: equal for two plans exactly where they ask for the same."""
        asked = {
            step: {
                name: literal(value) for name, value in _bare(values).items() if name not in {RUN_FOLDER, *self.inputs}
            }
            for step, values in self.values.items()
        }
        content = json.dumps({"values": asked, "inputs": self.inputs}, sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()


def plan(
    pipeline: Pipeline,
    notebooks: Mapping[str, Notebook],
    *,
    given: Sequence[str] = (),
    file: Path | None = None,
    as_of: str | None = None,
    environment: Mapping[str, str] | None = None,
) -> Plan:
    """The effective values of a run, or a `ParameterError` that names every fault.

    `notebooks` are those of the steps, by step; `given` are the texts of `-p`, `file` is that of `-f`. `environment` is
    the process's own: it gives values, and references to secrets are looked up in it.
    """
    environment = environment or {}
    faults: list[str] = []
    declared = _declared(pipeline, notebooks, faults)
    readable = not faults
    told, strange = layers.of_environment(environment, declared)
    layered = [*told, *layers.of_pipeline(pipeline), *layers.of_file(file, faults)]
    layered += layers.of_options(given, as_of, faults)
    if readable:  # beside a cell that cannot be read, every name would seem unknown
        faults += [*strange, *_unknown(layered, declared, pipeline)]
    sources = _sources(pipeline, layered, faults)
    plain = [one for one in layered if one.name not in sources]
    secrets = references.secrets_of(environment, layers.PREFIX)
    values = {step.name: _effective(step, declared[step.name], plain, secrets, faults) for step in pipeline.ordered()}
    return _sound(Plan(values, sources), environment, faults)


def restored(
    pipeline: Pipeline,
    notebooks: Mapping[str, Notebook],
    recorded: Mapping[str, Mapping[str, Mapping[str, Any]]],
    *,
    inputs: Mapping[str, str] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Plan:
    """The plan of a run as `run.json` tells it: `{step: {parameter: {"value": …, "from": …}}}`.

    A `ParameterError` names all that the notebooks no longer take. A parameter that was not there yet keeps its
    default. `inputs` are the sources that were asked for, where they are not those of the pipeline file.
    """
    faults: list[str] = []
    declared = _declared(pipeline, notebooks, faults)
    sources = {**pipeline.inputs, **(inputs or {})}
    steps = [step.name for step in pipeline.ordered()]
    faults += [f"step {step} was recorded, and is no longer there" for step in recorded if step not in steps]
    faults += [f"step {step} is new, and was not recorded" for step in steps if step not in recorded]
    own = {RUN_FOLDER, *sources}
    values = {step: _restored(step, declared[step], recorded.get(step, {}), own, faults) for step in steps}
    return _sound(Plan(values, sources), environment or {}, faults)


def overridden(values: Mapping[str, Value], read_back: Mapping[str, str]) -> list[str]:
    """The parameters that did not keep their value, one line each.

    `read_back` holds what the kernel gave as the `repr` of each at the notebook's end, perhaps cut off.
    """
    found = []
    for name, text in read_back.items():
        if name in values and not overrides.kept(values[name].value, text):
            was = "is the default" if values[name].origin == "default" else "was injected"
            ended = text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"
            found.append(f"{name}: {literal(values[name].value)} {was}, the notebook ended with {ended}")
    return found


def _bare(values: Mapping[str, Value]) -> dict[str, object]:
    return {name: one.value for name, one in values.items()}


def _declared(pipeline: Pipeline, notebooks: Mapping[str, Notebook], faults: list[str]) -> Declared:
    """The declarations by step, under the names of steps and of items alike."""
    found: dict[str, Mapping[str, Declaration]] = {}
    for step in pipeline.ordered():
        found[step.name], unread = declarations.read(notebooks[step.name])
        found[step.base] = found[step.name]
        faults += unread
    return found


def _unknown(given: Iterable[Given], declared: Declared, pipeline: Pipeline) -> list[str]:
    """Names that no notebook declares, steps that do not exist, and what only the runner may set."""
    faults = []
    inputs = [Given(name, None, "input", where=pipeline.where("inputs", name)) for name in pipeline.inputs]
    for one in (*inputs, *given):
        if one.step is not None and one.step not in declared:
            faults.append(f"{one.where}: there is no step {one.step}{nearest(one.step, declared)}")
            continue
        known = declared[one.step] if one.step else {name: None for step in declared.values() for name in step}
        if one.name == RUN_FOLDER:
            faults.append(f"{one.where}: {RUN_FOLDER} is set by the runner")
        elif one.name not in known:
            step = one.step.partition(".")[0] if one.step else None
            who = f"step {step}" if step else "a notebook of this pipeline"
            hint = nearest(one.name, [name for name in known if name != RUN_FOLDER])
            faults.append(f"{one.where}: no parameter {one.name} is declared by {who}{hint}")
    return faults


def _sources(pipeline: Pipeline, given: Iterable[Given], faults: list[str]) -> dict[str, str]:
    """What to fetch for each input: what the pipeline file says, unless somebody gives another source."""
    sources = dict(pipeline.inputs)
    for one in given:
        if one.name not in sources or one.origin == "environment":  # which the pipeline file wins over
            continue
        if not isinstance(one.value, str) or not one.value or references.name_in(one.value) is not None:
            faults.append(f"{one.where}: an input is a public name, a path or a URL, not {one.value!r}")
        elif one.step is not None:
            faults.append(f"{one.where}: {one.name} is an input of the whole pipeline; leave out the step")
        else:
            sources[one.name] = one.value
    return sources


def _effective(
    step: Step,
    declared: Mapping[str, Declaration],
    given: Iterable[Given],
    secrets: Mapping[str, str],
    faults: list[str],
) -> dict[str, Value]:
    values = {name: Value(declaration.default, "default") for name, declaration in declared.items()}
    held = {f"{step.notebook}: the default of {name}": one.value for name, one in values.items()}
    for one in given:
        if one.name in declared and one.is_for(step):
            declaration = declared[one.name]
            try:
                value = declaration.read(str(one.value)) if one.is_text else declaration.read_tree(one.value)
                held[one.where] = value
                values[one.name] = Value(value, one.origin)
            except ValueError as error:
                faults.append(f"{one.where}: {one.name} ({declaration.type_text}): {error}")
    faults += [f"{where}: {fault}" for where, value in held.items() if (fault := references.held_in(value, secrets))]
    return values


def _restored(
    step: str,
    declared: Mapping[str, Declaration],
    recorded: Mapping[str, Mapping[str, Any]],
    own: set[str],
    faults: list[str],
) -> dict[str, Value]:
    gone = [name for name in recorded if name not in declared and name not in own]
    faults += [f"step {step}: {name} was recorded, and is no longer declared{nearest(name, declared)}" for name in gone]
    values = {name: Value(declaration.default, "default") for name, declaration in declared.items()}
    for name, declaration in declared.items():
        if name in own or name not in recorded:
            continue
        told, origin = recorded[name].get("value"), str(recorded[name].get("from"))
        if references.is_masked(told):
            faults.append(f"step {step}: {name} was recorded without its secret, and cannot be restored")
            continue
        try:
            value = declaration.read_tree(told)
        except ValueError as error:
            faults.append(f"step {step}: {name} ({declaration.type_text}): {error}")
            continue
        moved = origin == "default" and not same(value, declaration.default)
        values[name] = Value(value, "recorded" if moved else origin)
    return values


def _sound(plan: Plan, environment: Mapping[str, str], faults: list[str]) -> Plan:
    """The plan, if nothing is wrong with it; a `ParameterError` that names each fault once otherwise."""
    faults += [
        f"{step}.{name} ({one.origin}): {fault}"
        for step, values in plan.values.items()
        for name, one in values.items()
        if name not in plan.inputs and (fault := references.fault_of(one.value, environment))
    ]
    if faults:
        raise ParameterError(listed("the parameters are not right, and nothing was started:", dict.fromkeys(faults)))
    return plan
