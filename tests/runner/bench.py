"""A folder of its own in which tests run pipelines of the tiny notebooks in `tests/runner/notebooks/`."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from runner.order import Order
from runner.progress import Reporter, console_for
from runner.reading import notebooks, pipeline
from runner.reading.choice import Choice
from runner.reading.pipeline import Pipeline
from runner.run import Ended, run
from runner.settings import Settings
from runner.values import parameters

NOTEBOOKS = Path(__file__).parent / "notebooks"


@dataclass(frozen=True)
class Bench:
    """Where pipelines lie, and the settings they run with."""

    folder: Path
    settings: Settings

    def write(self, text: str, name: str = "small") -> Path:
        """Write a pipeline file, with all the tiny notebooks beside it."""
        shutil.copytree(NOTEBOOKS, self.folder, dirs_exist_ok=True)
        path = self.folder / f"{name}.yml"
        path.write_text(f"name: {name}\n{text}", encoding="utf-8")
        return path

    def read(self, text: str) -> Pipeline:
        """The pipeline of a text."""
        return pipeline.read(self.write(text), self.settings)

    def plan(self, text: str, *given: str, **options: Any) -> parameters.Plan:
        """The effective values of a pipeline."""
        asked = self.read(text)
        books, faults = notebooks.read_all(asked.notebooks)
        assert not faults
        return parameters.plan(asked, books, given=given, **options)

    def order(self, text: str, workers: int | None = None) -> Order:
        """What is to be run, as the command line would ask for it."""
        asked = self.read(text)
        books, _ = notebooks.read_all(asked.notebooks)
        return Order(asked, books, parameters.plan(asked, books), "runner run small", asked_workers=workers)

    def run(
        self,
        text: str,
        given: Sequence[str] = (),
        *,
        choice: Choice | None = None,
        words: TextIO | None = None,
        keep: bool = False,
        cold: bool = False,
        workers: int | None = None,
        cluster: str | None = None,
        **options: Any,
    ) -> Ended:
        """Run a pipeline as the command line does; what it says goes to `words`.

        The notebooks beside it are written anew, unless they are to be kept as they are.
        """
        asked = pipeline.read(self.folder / "small.yml", self.settings) if keep else self.read(text)
        books, _ = notebooks.read_all(asked.notebooks)
        plan = parameters.plan(asked, books, given=given, **options)
        crew: dict[str, Any] = {"cold": cold, "asked_workers": workers, "cluster": cluster}
        order = Order(asked, books, plan, "runner run small", choice or Choice(), **crew)
        return run(order, self.settings, Reporter(console_for(words or io.StringIO())))


def one(name: str, *more: str) -> str:
    """A pipeline of one step that runs the notebook of that name."""
    return "\n".join([f"steps:\n  - name: {name.replace('_', '-')}\n    notebook: {name}.ipynb", *more])


def step(ended: Ended, name: str) -> dict[str, Any]:
    """A step's part of the manifest."""
    return next(found for found in ended.manifest["steps"] if found["name"] == name)


def copy(ended: Ended, name: str) -> dict[str, dict[str, Any]]:
    """The cells of the executed copy of a notebook, by id."""
    content = json.loads((ended.folder / f"{name}.ipynb").read_text(encoding="utf-8"))
    return {cell["id"]: cell for cell in content["cells"]}


def printed(cell: dict[str, Any]) -> str:
    """What a cell of a copy printed."""
    return "".join("".join(output["text"]) for output in cell["outputs"] if output["output_type"] == "stream")
