"""What is needed to finish a run's delivery in another process: `<output>/spool/<run_id>.json`.

The requests and receipts of the run lie beside it, in a folder of its name.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from runner.errors import DeliveryError
from runner.files import write_aside
from runner.promotion.policy import Policy
from runner.records.paths import SPOOL
from runner.tables.run_rows import RunRow


class State(BaseModel):
    """How far a run is, and what is to become of its results. How it ended stands in its manifest."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    format: Literal[1, 2] = 2
    run: RunRow
    run_folder: str
    """Relative to the output folder."""
    go_live: bool = False
    """Whether the results become current by themselves, if the run ends well and its terms are kept."""
    policy: Policy = Policy()
    fence: int | None = None
    """The number that the run got with the lock of its pipeline; None where it had no lock."""


def folder_of(output: Path, run_id: str) -> Path:
    """The folder of a run's requests."""
    return output / SPOOL / run_id


def file_of(folder: Path) -> Path:
    """The file of the state, for the folder of the run's requests."""
    return folder.parent / f"{folder.name}.json"


def save(folder: Path, state: State) -> None:
    """Write the state, aside and then into place."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    write_aside(file_of(folder), state.model_dump_json(indent=1).encode())


def load(folder: Path) -> State:
    """The state; a `DeliveryError` says what is wrong with it."""
    try:
        return State.model_validate_json(file_of(folder).read_text(encoding="utf-8"))
    except ValidationError as broken:
        raise DeliveryError(f"{file_of(folder)} is broken: {broken.error_count()} faults") from broken
