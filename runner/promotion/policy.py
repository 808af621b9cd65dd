"""What has to be so before a run goes live: the terms of its pipeline file as the run began."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from runner.reading.pipeline import Pipeline


class Policy(BaseModel):
    """The terms of one run. They travel with what is left of it to deliver, and stand in its manifest."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    approval: Literal["required", "automatic"] = "automatic"
    gates: tuple[str, ...] = ()
    failed_gate: Literal["stage", "fail"] = "stage"
    promote: Literal["automatic", "manual"] = "manual"

    @classmethod
    def of(cls, pipeline: Pipeline) -> Policy:
        """The terms that a pipeline file sets."""
        return cls(
            approval=pipeline.approval,
            gates=pipeline.gates,
            failed_gate=pipeline.failed_gate,
            promote=pipeline.promote,
        )
