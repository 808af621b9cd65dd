"""A pipeline: which notebooks, in which order, with which inputs and parameters. Read from a YAML file beside them."""

from __future__ import annotations

import difflib
import re
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationError

from runner import yamlfile
from runner.errors import PipelineError, listed
from runner.settings import Settings
from runner.yamlfile import Document, Place

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,62}$")]
"""Lower-case letters, digits, `-` and `_`: safe in a path and in a URL."""
Identifier = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
Minutes = Annotated[float, Field(gt=0, allow_inf_nan=False)]
TAKEN = ("spool", "ledger")
"""Names that other things have among the run folders."""
_SOURCE = "${INSIDERS_SOURCE}"
_REFERENCE = re.compile(r"\$\{[^}]*\}")


class Step(BaseModel):
    """One notebook of a pipeline."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    name: Name
    notebook: str
    """File name of the notebook, beside the pipeline file."""
    needs: tuple[str, ...] = Field(default=(), strict=False)
    """Steps that must have succeeded before this one starts."""
    parameters: dict[Identifier, Any] = {}
    timeout_minutes: Minutes | None = None
    """Longest time of the whole step."""
    cell_timeout_minutes: Minutes | None = None
    """Longest time of any one cell."""


class Pipeline(BaseModel):
    """A pipeline file."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    name: Name
    title: str = ""
    schedule: str | None = None
    """When cron runs it, in cron's five fields; the host's crontab decides, this line tells the reader."""
    inputs: dict[Identifier, str] = {}
    """Sources that the runner fetches before the first step, by the parameter that receives the local copy."""
    parameters: dict[Identifier, Any] = {}
    """Parameters shared by every notebook that declares them."""
    steps: tuple[Step, ...] = Field(min_length=1, strict=False)
    promote: Literal["automatic", "manual"] = "manual"
    """automatic: the results go live when every step has succeeded."""
    _document: Document = PrivateAttr()

    @property
    def path(self) -> Path:
        """The pipeline file."""
        return self._document.path

    def notebook(self, step: Step) -> Path:
        """Path of a step's notebook."""
        return self.path.parent / step.notebook

    def step(self, name: str) -> Step:
        """The step of that name."""
        return next(step for step in self.steps if step.name == name)

    def where(self, *place: str | int) -> str:
        """`FILE, line N` of a value of the file."""
        return self._document.where(place)

    def ordered(self) -> tuple[Step, ...]:
        """The steps, each after those it needs, otherwise as they stand in the file."""
        waiting, done = list(self.steps), list[Step]()
        while waiting:
            ready = next(step for step in waiting if set(step.needs) <= {one.name for one in done})
            waiting.remove(ready)
            done.append(ready)
        return tuple(done)


def find(name: str, settings: Settings) -> Path:
    """The file of a pipeline that is given by name or by path, or a `PipelineError`."""
    path = Path(name)
    if path.suffix in (".yml", ".yaml"):
        if path.is_file():
            return path.resolve()
        raise PipelineError(f"there is no pipeline file {name}")
    named = settings.notebooks / f"{name}.yml"
    if re.fullmatch(r"[A-Za-z0-9_-]+", name) and named.is_file():
        return named
    known = sorted(file.stem for file in settings.notebooks.glob("*.yml"))
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"; did you mean {near[0]}?" if near else f"; there are: {', '.join(known) or 'none'}"
    raise PipelineError(f"there is no pipeline {name!r} in {settings.notebooks}{hint}")


def read(path: Path, settings: Settings) -> Pipeline:
    """Read a pipeline file, or raise a `PipelineError` that names every fault with its line."""
    document = yamlfile.read(path)
    try:
        pipeline = Pipeline.model_validate(document.content)
    except ValidationError as error:
        faults = [f"{document.where(_place(fault['loc']))}: {_described(fault)}" for fault in error.errors()]
        raise PipelineError(listed("the pipeline file is not right:", faults)) from None
    pipeline._document = document
    if faults := [*_step_faults(pipeline), *_circle(pipeline), *_reference_faults(pipeline)]:
        raise PipelineError(listed("the pipeline file is not right:", faults))
    return pipeline.model_copy(
        update={"inputs": {name: value.replace(_SOURCE, settings.source) for name, value in pipeline.inputs.items()}}
    )


def _step_faults(pipeline: Pipeline) -> list[str]:
    faults = [f"{pipeline.where('name')}: {pipeline.name} is taken"] if pipeline.name in TAKEN else []
    names = [step.name for step in pipeline.steps]
    for position, step in enumerate(pipeline.steps):
        if step.name in names[:position]:
            faults.append(f"{pipeline.where('steps', position, 'name')}: there are two steps {step.name}")
        if Path(step.notebook).name != step.notebook or not step.notebook.endswith(".ipynb"):
            faults.append(
                f"{pipeline.where('steps', position, 'notebook')}: {step.notebook!r} is not the name of an .ipynb file "
                "beside the pipeline file"
            )
        faults += [
            f"{pipeline.where('steps', position, 'needs')}: {step.name} needs {need!r}, which is no step"
            for need in step.needs
            if need not in names
        ]
    copies = [step.notebook for step in pipeline.steps]
    faults += [
        f"{pipeline.where('steps', position, 'notebook')}: {notebook} is run by two steps, whose copies would collide"
        for position, notebook in enumerate(copies)
        if notebook in copies[:position]
    ]
    return faults


def _circle(pipeline: Pipeline) -> list[str]:
    try:
        TopologicalSorter({step.name: step.needs for step in pipeline.steps}).prepare()
    except CycleError as error:
        return [f"{pipeline.where('steps')}: the steps need each other in a circle: {' → '.join(error.args[1])}"]
    return []


def _reference_faults(pipeline: Pipeline) -> list[str]:
    return [
        f"{pipeline.where('inputs', name)}: {reference} is not known here; an input may name {_SOURCE}"
        for name, value in pipeline.inputs.items()
        for reference in _REFERENCE.findall(value)
        if reference != _SOURCE
    ]


def _place(location: tuple[int | str, ...]) -> Place:
    return tuple(part for part in location if part != "[key]")


def _described(fault: Any) -> str:  # noqa: ANN401 - pydantic's ErrorDetails
    name = ".".join(str(part) for part in fault["loc"] if part != "[key]") or "the file"
    if fault["type"] == "extra_forbidden":
        return f"{name} is not known here"
    if fault["type"] == "missing":
        return f"{name} is missing"
    if fault["type"] == "string_pattern_mismatch":
        return f"{name}: {fault['input']!r} is no name (letters, digits, _; names of pipelines and steps in lower case)"
    return f"{name}: {fault['msg'][0].lower()}{fault['msg'][1:]}, not {fault['input']!r}"
