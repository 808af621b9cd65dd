"""Which steps somebody asks for: all, one, those from one on, or what an earlier run did not bring to its end."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from runner import wording
from runner.errors import UsageError
from runner.reading.pipeline import Pipeline


@dataclass(frozen=True)
class Choice:
    """Which steps are run although nothing changed, and which are not run although they could be."""

    force: bool = False
    """Run every step."""
    only: str | None = None
    """Run this step, take over what it needs, and leave the others."""
    start: str | None = None
    """Take over what stands before this step, and run it and all that stands after it."""
    resume: Path | None = None
    """Go on from this run: its folder."""

    @property
    def chosen(self) -> bool:
        """Whether somebody asked for particular steps, and not just for the run."""
        return self.force or bool(self.only or self.start or self.resume)

    def check(self, pipeline: Pipeline) -> None:
        """Raise a `UsageError` for a step that the pipeline does not have."""
        names = [step.name for step in pipeline.steps]
        for option, name in (("--only", self.only), ("--from", self.start)):
            if name is not None and name not in names:
                known = f"{pipeline.name} has {', '.join(names)}{wording.nearest(name, names)}"
                raise UsageError(f"{option} {name}: there is no such step; {known}")

    def asked(self, pipeline: Pipeline, name: str) -> str | None:
        """The option that asks for this step to be run, if one does."""
        ordered = [step.base for step in pipeline.ordered()]
        base = pipeline.step(name).base
        if self.only == base:
            return f"--only {base}"
        if self.start is not None and ordered.index(base) >= ordered.index(self.start):
            return f"--from {self.start}"
        return "--force" if self.force else None

    def left_out(self, pipeline: Pipeline, name: str) -> bool:
        """Whether the step is neither the only one asked for, nor needed by it."""
        if self.only is None:
            return False
        wanted = {step.name for step in pipeline.ordered() if step.base == self.only}
        for step in reversed(pipeline.ordered()):
            if step.name in wanted:
                wanted.update(step.needs)
        return name not in wanted
