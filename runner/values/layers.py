"""What was given for the parameters of a run, by whom and for which step, in the order in which a later one wins.

`runner.values.parameters` tells that order; here each place is read: environment, pipeline file, `-f` file, options.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from runner.errors import ParameterError
from runner.reading import yamlfile
from runner.reading.pipeline import Pipeline, Step
from runner.values.declarations import Declaration
from runner.values.scalars import shown
from runner.wording import nearest

AS_OF = "as_of"
PREFIX = "INSIDERS_PARAMETER_"
_STEP = r"[a-z][a-z0-9_-]*(?:\.[1-9][0-9]*)?"
_GIVEN = re.compile(rf"(?:(?P<step>{_STEP})\.)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)=(?P<text>.*)", re.DOTALL)
_KEY = re.compile(rf"(?:(?P<step>{_STEP})\.)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)")
Declared = Mapping[str, Mapping[str, Declaration]]
"""Declarations by the names of steps, those of the pipeline file and those of items."""


@dataclass(frozen=True)
class Given:
    """One value that somebody gives, for one step, for all its items, or for all steps that declare it."""

    name: str
    value: object
    origin: str
    step: str | None = None
    is_text: bool = False
    """The value is a text, still to be read by the declared type."""
    where: str = ""
    """For messages: the option, the variable, or file and line."""

    @property
    def spelt(self) -> str:
        """The name, with its step where one is named."""
        return f"{self.step}.{self.name}" if self.step else self.name

    def is_for(self, step: Step) -> bool:
        """Whether the step gets it, if its notebook declares it."""
        return self.step in (None, step.base, step.name)


def of_environment(environment: Mapping[str, str], declared: Declared) -> tuple[list[Given], list[str]]:
    """What the environment gives, and its names that mean nothing or more than one thing."""
    meant: dict[str, set[tuple[str, str]]] = {}
    for step, names in declared.items():
        for name in names:
            meant.setdefault(PREFIX + name.upper(), set()).add(("", name))
            meant.setdefault(f"{PREFIX}{re.sub('[.-]', '_', step)}__{name}".upper(), set()).add((step, name))
    found, faults = [], []
    for variable in sorted(environment):
        if not variable.startswith(PREFIX[: len("INSIDERS_PARAM")]):
            continue
        meanings = sorted(meant.get(variable, ()))
        if len(meanings) == 1:
            ((step, name),) = meanings
            found.append(Given(name, environment[variable], "environment", step or None, is_text=True, where=variable))
        elif meanings:
            spelt = " or ".join(".".join(filter(None, one)) for one in meanings)
            faults.append(f"{variable}: could mean {spelt}; give it with -p")
        else:
            faults.append(f"{variable}: no parameter goes by that name{nearest(variable, meant)}")
    return _by_reach(found), faults


def of_pipeline(pipeline: Pipeline) -> list[Given]:
    """What the pipeline file gives: shared, for a step, and for each item of a step."""
    given = [
        Given(name, value, "pipeline", where=pipeline.where("parameters", name))
        for name, value in pipeline.parameters.items()
    ]
    for position, step in enumerate(pipeline.steps):
        for name, value in step.parameters.items():
            where = pipeline.where("steps", position, "parameters", name)
            given.append(Given(name, value, "step", step=step.name, where=where))
        for name in step.for_each:
            where = pipeline.where("steps", position, "for_each", name)
            given += [
                Given(name, item.parameters[name], "for_each", step=item.name, where=where) for item in step.items()
            ]
    return given


def of_file(path: Path | None, faults: list[str]) -> list[Given]:
    """What the file of `-f` gives; names that cannot be read join the faults."""
    if path is None:
        return []
    document = yamlfile.read(path)
    if not isinstance(document.content, dict):
        raise ParameterError(f"{path.name}: is not a list of `name: value` or `step.name: value`")
    given = []
    for key, value in document.content.items():
        where = document.where((key,))
        match = _KEY.fullmatch(key)
        if not match:
            faults.append(f"{where}: {shown(key)} is not of the form name or step.name")
            continue
        given.append(Given(match["name"], value, f"-f {path.name}", step=match["step"], where=where))
    return _by_reach(given)


def of_options(given: Sequence[str], as_of: str | None, faults: list[str]) -> list[Given]:
    """What the options `-p` and `--as-of` give; those that cannot be read join the faults."""
    found = []
    for text in given:
        if match := _GIVEN.fullmatch(text):
            where = f"-p {text.partition('=')[0]}"
            found.append(Given(match["name"], match["text"], "-p", match["step"], is_text=True, where=where))
        else:
            faults.append(f"-p {shown(text)[1:-1]}: is not of the form name=value or step.name=value")
    names = [one.spelt for one in found]
    faults += [f"-p {name}: is given twice" for name in dict.fromkeys(names) if names.count(name) > 1]
    if as_of is not None:
        if any(one.name == AS_OF for one in found):
            faults.append("--as-of and -p as_of: give one of them")
        found.append(Given(AS_OF, as_of, "--as-of", is_text=True, where="--as-of"))
    return _by_reach(found)


def _by_reach(given: list[Given]) -> list[Given]:
    """What is for all steps first, then what is for one step and its items, then what is for one item."""
    return sorted(given, key=lambda one: 0 if one.step is None else 1 + one.step.count("."))
