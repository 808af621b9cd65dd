"""A pipeline: which notebooks, in which order, with which inputs and parameters. Read from a YAML file beside them."""

from __future__ import annotations

import re
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PrivateAttr, ValidationError

from runner import wording
from runner.errors import PipelineError, listed
from runner.reading import gates, yamlfile
from runner.reading.yamlfile import Document, Place
from runner.settings import Settings

_NAME = r"^[a-z][a-z0-9_-]{0,62}$"
Name = Annotated[str, Field(pattern=_NAME)]
"""Lower-case letters, digits, `-` and `_`: safe in a path and in a URL."""
Identifier = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
Minutes = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Items = Annotated[dict[Identifier, Annotated[tuple[Any, ...], Field(min_length=1, strict=False)]], Field(max_length=1)]
TAKEN = ("spool", "ledger")
"""Names that other things have among the run folders."""
_CRON = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
"""Lowest and highest number in each of cron's fields."""
_CRON_PART = re.compile(r"(?:\*|(?P<numbers>\d{1,2}(?:-\d{1,2})?))(?:/[1-9]\d?)?")
_WORDS = {
    "too_short": "is empty; name at least one",
    "too_long": "names several; name one",
    "tuple_type": "is no list; write [one, another]",
    "dict_type": "is no mapping; write {name: value}",
    "model_type": "is no step; write {name: …, notebook: ….ipynb}",
    "string_type": "is no text",
}
"""What pydantic would say in words of its own, by the type of its fault."""
_SETTINGS = {"${INSIDERS_SOURCE}": "source", "${INSIDERS_PANEL}": "panel"}
"""Settings that an input may name; one that is not set stays as it is written, and preflight says so."""
_REFERENCE = re.compile(r"\$\{[^}]*\}")


def _cron(text: str) -> str:
    """The text, if it is cron's five fields; a ValueError otherwise."""
    fields = text.split()
    if len(fields) != len(_CRON) or not all(
        _of_cron(field, low, high) for field, (low, high) in zip(fields, _CRON, strict=False)
    ):
        raise ValueError("is not cron's five fields: minute hour day month weekday, such as 0 4 15 * *")
    return text


def _of_cron(field: str, low: int, high: int) -> bool:
    """Whether a field holds nothing but `*`, numbers, ranges and steps within its bounds."""
    matches = [_CRON_PART.fullmatch(part) for part in field.split(",")]
    return all(
        match is not None and all(low <= int(number) <= high for number in (match["numbers"] or str(low)).split("-"))
        for match in matches
    )


class Step(BaseModel):
    """One notebook of a pipeline."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    name: Name
    notebook: str
    """File name of the notebook, beside the pipeline file."""
    needs: tuple[str, ...] = Field(default=(), strict=False)
    """Steps that must have succeeded before this one starts."""
    parameters: dict[Identifier, Any] = {}
    for_each: Items = {}
    """One parameter and its values: the step runs once for each, as `NAME.1`, `NAME.2`, …"""
    timeout_minutes: Minutes | None = None
    """Longest time of the whole step, of each attempt where there are several."""
    cell_timeout_minutes: Minutes | None = None
    """Longest time of any one cell."""
    retries: Annotated[int, Field(ge=0, le=10)] = 0
    """How often the notebook is run again after it failed."""
    retry_wait_seconds: Annotated[float, Field(ge=0, le=3600, allow_inf_nan=False)] = 10.0
    """Pause before the first repetition; it doubles with each."""
    memory_mb: Annotated[int, Field(ge=64)] | None = None
    """Most resident memory of the kernel and all it starts, in MiB."""
    threads: Annotated[int, Field(ge=1, le=1024)] | None = None
    """Threads of the numerical libraries; 1 unless the runner's environment says otherwise."""
    output_limit_mb: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    """Most output that the executed copy keeps, in MB."""
    _base: str = PrivateAttr(default="")
    _position: int = PrivateAttr(default=0)

    @property
    def base(self) -> str:
        """The step's name in the file: that of an item without its number."""
        return self._base or self.name

    @property
    def item(self) -> dict[str, Any]:
        """The parameter and the value that this item of a `for_each` is for; empty for any other step."""
        return {name: self.parameters[name] for name in self.for_each} if self._position else {}

    @property
    def copy_name(self) -> str:
        """File name of the executed copy."""
        stem, number = self.notebook.removesuffix(".ipynb"), f".{self._position}" if self._position else ""
        return f"{stem}{number}.ipynb"

    def items(self) -> tuple[Step, ...]:
        """The steps that are run for this one: itself, or one for each value of its `for_each`."""
        if not self.for_each:
            return (self,)
        ((parameter, values),) = self.for_each.items()
        return tuple(self._for(parameter, value, number) for number, value in enumerate(values, start=1))

    def _for(self, parameter: str, value: object, number: int) -> Step:
        item = self.model_copy(
            update={"name": f"{self.name}.{number}", "parameters": {**self.parameters, parameter: value}}
        )
        item._base, item._position = self.name, number
        return item


class Pipeline(BaseModel):
    """A pipeline file."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    name: Name
    title: str = ""
    schedule: Annotated[str, AfterValidator(_cron)] | None = None
    """When cron runs it, in cron's five fields; the host's crontab decides, this line tells the reader."""
    inputs: dict[Identifier, str] = {}
    """Sources that the runner fetches before the first step, by the parameter that receives the local copy."""
    parameters: dict[Identifier, Any] = {}
    """Parameters shared by every notebook that declares them."""
    steps: tuple[Step, ...] = Field(min_length=1, strict=False)
    promote: Literal["automatic", "manual"] = "manual"
    """automatic: the results go live when every step has succeeded, every gate holds and, if required, a reviewer has
    approved the run; manual: not before a person says `runner promote`."""
    approval: Literal["required", "automatic"] = "automatic"
    """required: the results go live only after `runner approve`."""
    gates: tuple[str, ...] = Field(default=(), strict=False)
    """What has to hold of the run's figures before its results go live (`runner.reading.gates`)."""
    failed_gate: Literal["stage", "fail"] = "stage"
    """What a gate that does not hold makes of a run: in both cases its results stay staged; with `fail` it exits 1."""
    timeout_minutes: Minutes | None = None
    """Longest time of the whole run."""
    workers: Annotated[int, Field(ge=1, le=1024)] | None = None
    """How many steps may run side by side, where the command does not say; 1 without it."""
    _document: Document = PrivateAttr()
    _in_turn: dict[str, Step] = PrivateAttr(default_factory=dict)

    @property
    def path(self) -> Path:
        """The pipeline file."""
        return self._document.path

    def notebook(self, step: Step) -> Path:
        """Path of a step's notebook."""
        return self.path.parent / step.notebook

    @property
    def unset(self) -> tuple[str, ...]:
        """The settings that its inputs name and nobody has set."""
        return tuple(name[2:-1] for value in self.inputs.values() for name in _REFERENCE.findall(value))

    @property
    def notebooks(self) -> dict[str, Path]:
        """Path of the notebook of every step that is run, by name."""
        return {step.name: self.notebook(step) for step in self.ordered()}

    def step(self, name: str) -> Step:
        """The step or item of that name."""
        return self._by_name()[name]

    def where(self, *place: str | int) -> str:
        """`FILE, line N` of a value of the file."""
        return self._document.where(place)

    def ordered(self) -> tuple[Step, ...]:
        """The steps as they are run, each after those it needs, otherwise as they stand in the file.

        A step with `for_each` stands there as its items; who needs it needs all of them.
        """
        return tuple(self._by_name().values())

    def _by_name(self) -> dict[str, Step]:
        """The steps as they are run, by name; found once, since nothing of a step changes."""
        if not self._in_turn:
            waiting, done = list(self.steps), dict[str, tuple[Step, ...]]()
            while waiting:
                ready = next(step for step in waiting if done.keys() >= set(step.needs))
                waiting.remove(ready)
                needs = tuple(one.name for base, items in done.items() if base in ready.needs for one in items)
                done[ready.name] = tuple(item.model_copy(update={"needs": needs}) for item in ready.items())
            self._in_turn = {step.name: step for items in done.values() for step in items}
        return self._in_turn


def is_name(text: str) -> bool:
    """Whether a pipeline may go by that name, which is also that of a folder of runs."""
    return re.fullmatch(_NAME, text) is not None and text not in TAKEN


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
    hint = wording.nearest(name, known) or f"; there are: {', '.join(known) or 'none'}"
    raise PipelineError(f"there is no pipeline {name!r} in {settings.notebooks}{hint}")


def read(path: Path, settings: Settings) -> Pipeline:
    """Read a pipeline file, or raise a `PipelineError` that names every fault with its line."""
    document = yamlfile.read(path)
    try:
        pipeline = Pipeline.model_validate(document.content)
    except ValidationError as error:
        faults = [f"{document.where(_place(fault['loc']))}: {_described(fault)}" for fault in _own(error.errors())]
        raise PipelineError(listed("the pipeline file is not right:", faults)) from None
    pipeline._document = document
    if faults := [*_step_faults(pipeline), *_circle(pipeline), *_reference_faults(pipeline), *_gate_faults(pipeline)]:
        raise PipelineError(listed("the pipeline file is not right:", faults))
    return pipeline.model_copy(
        update={"inputs": {name: _with_settings(value, settings) for name, value in pipeline.inputs.items()}}
    )


def _with_settings(value: str, settings: Settings) -> str:
    """The text of an input with what the settings say in place of their names."""
    return _REFERENCE.sub(lambda found: getattr(settings, _SETTINGS[found[0]]) or found[0], value)


def _step_faults(pipeline: Pipeline) -> list[str]:
    faults = [f"{pipeline.where('name')}: {pipeline.name} is taken"] if pipeline.name in TAKEN else []
    names = [step.name for step in pipeline.steps]
    for position, step in enumerate(pipeline.steps):
        if step.name in names[:position]:
            faults.append(f"{pipeline.where('steps', position, 'name')}: there are two steps {step.name}")
        plain = Path(step.notebook).name == step.notebook and step.notebook.isprintable()
        if not plain or not step.notebook.endswith(".ipynb"):
            faults.append(
                f"{pipeline.where('steps', position, 'notebook')}: {step.notebook!r} is not the name of an .ipynb file "
                "beside the pipeline file"
            )
        faults += [
            f"{pipeline.where('steps', position, 'needs')}: {step.name} needs {need!r}, which is no step"
            f"{wording.nearest(need, names)}"
            for need in step.needs
            if need not in names
        ]
        faults += _item_faults(pipeline, position, step)
    copies = [step.notebook for step in pipeline.steps]
    faults += [
        f"{pipeline.where('steps', position, 'notebook')}: {notebook} is run by two steps, whose copies would collide"
        for position, notebook in enumerate(copies)
        if notebook in copies[:position]
    ]
    return faults


def _item_faults(pipeline: Pipeline, position: int, step: Step) -> list[str]:
    faults = []
    for parameter, values in step.for_each.items():
        where = pipeline.where("steps", position, "for_each", parameter)
        if parameter in step.parameters:
            faults.append(f"{where}: {parameter} stands in the step's parameters too; leave it out there")
        texts = [repr(value) for value in values]
        faults += [f"{where}: {text} stands there twice" for text in dict.fromkeys(texts) if texts.count(text) > 1]
    return faults


def _circle(pipeline: Pipeline) -> list[str]:
    try:
        TopologicalSorter({step.name: step.needs for step in pipeline.steps}).prepare()
    except CycleError as error:
        return [f"{pipeline.where('steps')}: the steps need each other in a circle: {' → '.join(error.args[1])}"]
    return []


def _reference_faults(pipeline: Pipeline) -> list[str]:
    return [
        f"{pipeline.where('inputs', name)}: {reference} is not known here; an input may name {' or '.join(_SETTINGS)}"
        for name, value in pipeline.inputs.items()
        for reference in _REFERENCE.findall(value)
        if reference not in _SETTINGS
    ]


def _gate_faults(pipeline: Pipeline) -> list[str]:
    faults, steps = [], {name: step for step in pipeline.steps for name in (step.name, *_item_names(step))}
    for position, text in enumerate(pipeline.gates):
        where = pipeline.where("gates", position)
        try:
            gate = gates.parse(text)
        except ValueError as fault:
            faults.append(f"{where}: {fault}")
            continue
        if gate.step is not None and gate.step not in steps:
            near = wording.nearest(gate.step, steps)
            faults.append(f"{where}: {gate.text!r} names {gate.step!r}, which is no step{near}")
        if gate.text in (" ".join(one.split()) for one in pipeline.gates[:position]):
            faults.append(f"{where}: {gate.text!r} stands there twice")
    return faults


def _item_names(step: Step) -> list[str]:
    return [item.name for item in step.items()] if step.for_each else []


def _place(location: tuple[int | str, ...]) -> Place:
    return tuple(part for part in location if part != "[key]")


def _own(faults: list[Any]) -> list[Any]:
    """The faults without those that only echo another: pydantic counts a list without its items that are wrong."""

    def echoes(fault: Any) -> bool:  # noqa: ANN401 - pydantic's ErrorDetails
        place = fault["loc"]
        return fault["type"] == "too_short" and any(one["loc"][: len(place)] == place != one["loc"] for one in faults)

    return [fault for fault in faults if not echoes(fault)]


def _described(fault: Any) -> str:  # noqa: ANN401 - pydantic's ErrorDetails
    name = ".".join(str(part) for part in fault["loc"] if part != "[key]") or "the file"
    if fault["type"] == "extra_forbidden":
        known = Step.model_fields if fault["loc"][0] == "steps" else Pipeline.model_fields
        return f"{name} is not known here{wording.nearest(str(fault['loc'][-1]), known)}"
    if fault["type"] == "missing":
        return f"{name} is missing"
    if fault["type"] == "string_pattern_mismatch":
        return f"{name}: {fault['input']!r} is no name (letters, digits, _; names of pipelines and steps in lower case)"
    if fault["type"] in _WORDS:
        return f"{name}: {_WORDS[fault['type']]}"
    return f"{name}: {fault['msg'][0].lower()}{fault['msg'][1:]}, not {fault['input']!r}"
