"""The values that a step was given, for the same notebook in another folder."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from runner.errors import ParameterError, listed
from runner.intake import accepted
from runner.reading.notebooks import Notebook
from runner.records import digests
from runner.records.inventory import INPUTS
from runner.values import declarations, references
from runner.values.parameters import RUN_FOLDER
from runner.values.shown import shown


@dataclass
class Given:
    """What goes into the injected cell, and what a person has to know of it."""

    values: dict[str, object] = field(default_factory=dict)
    """The values that are no defaults, by name."""
    notes: list[str] = field(default_factory=list)
    """What is not as it was in the run, each in one line."""
    secrets: dict[str, str] = field(default_factory=dict)
    """The variables that parameters refer to, with their values, for the kernel alone."""


def of_step(
    notebook: Notebook, manifest: Mapping[str, Any], step: Mapping[str, Any], run: Path, scratch: Path
) -> Given:
    """The recorded values of a step; the run folder is the scratch folder.

    Raises a `ParameterError` where the notebook's parameters cannot be read.
    """
    declared, faults = declarations.read(notebook)
    if faults:
        raise ParameterError(listed("the parameters of the step cannot be read:", faults))
    given, recorded = Given(), step["parameters"]
    inputs = {one["parameter"]: one for one in manifest["inputs"]}
    for name, declaration in declared.items():
        if name == RUN_FOLDER:
            given.values[name] = str(scratch)
            continue
        if name not in recorded or recorded[name]["from"] == "default":
            continue
        told = recorded[name]["value"]
        if recorded[name]["from"] == "input" and name in inputs:
            told = _input(inputs[name], told, run, scratch, given)
        if references.is_masked(told):
            given.notes.append(f"{name} was recorded without its secret: give it in the cell of the values")
            continue
        try:
            given.values[name] = declaration.read_tree(told)
        except ValueError as error:
            given.notes.append(f"{name} could not be restored ({error}): give it in the cell of the values")
    _refer(given)
    return given


def _input(one: Mapping[str, Any], told: object, run: Path, scratch: Path, given: Given) -> object:
    """The value of an input: the run's own copy copied once more, the path of a file elsewhere, else its source."""
    if one["sha256"] is None or one["injected"] is None:
        return told
    path = Path(str(one["injected"]))
    if not path.exists() or digests.of(path) != one["sha256"]:
        source = shown(str(one["value"]))
        if source == accepted.NAME:
            given.notes.append(f"{one['parameter']} is None: the tables of run {one['version']} are gone or altered")
            return None
        given.notes.append(f"input {one['parameter']} is gone or altered since the run; {source} is read again")
        return one["value"]
    if not path.resolve().is_relative_to((run / INPUTS).resolve()):
        return str(path)
    copy = scratch / INPUTS / path.name
    copy.parent.mkdir(parents=True, exist_ok=True)
    if path.is_dir():
        shutil.copytree(path, copy, dirs_exist_ok=True)
    else:
        shutil.copyfile(path, copy)
    return str(copy)


def _refer(given: Given) -> None:
    """Look up what parameters refer to; what is not set here is told, since the cell that reads it would fail."""
    for name, variable in references.within(given.values):
        if fault := references.fault_of(given.values[name], os.environ):
            given.notes.append(f"{name}: {fault}")
        else:
            given.secrets[variable] = os.environ[variable]
