"""What the desk reads of a manifest: checked field by field, since whoever can write a run folder can write anything.

A sheet is either right in every field that a page shows, or the run is listed as broken, with the first fault.
"""

from __future__ import annotations

import hashlib
import json
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationError

from runner.desk.steps import File, Part, Seconds, Step, Whole
from runner.errors import RecordError
from runner.outcomes import Status
from runner.records import archive
from runner.records.record import MANIFEST

MOST_BYTES = 64 << 20
"""A larger manifest is none."""
MOST_STEPS = 2_000
_HALF = re.compile(rb"\\u[dD][89a-fA-F]")
YEARS = (1970, 3000)


def _in_utc(moment: datetime) -> datetime:
    """The moment in UTC; one without a zone is taken as UTC, and one that no clock has shown is none."""
    if not YEARS[0] < moment.year < YEARS[1]:
        raise ValueError(f"is not between the years {YEARS[0]} and {YEARS[1]}")
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


Moment = Annotated[datetime, AfterValidator(_in_utc)]


class Git(Part):
    """The commit that a run was made from."""

    commit: str | None = None
    branch: str | None = None
    dirty: bool | None = None
    diff_sha256: str | None = None


class Provenance(Part):
    """Where a run came from."""

    git: Git = Git()
    lock_sha256: str | None = None
    packages_sha256: str | None = None
    python: str = ""
    platform: str = ""
    host: str = ""
    user: str = ""
    cpus: Whole | None = None
    memory_bytes: Whole | None = None


class Input(Part):
    """A source that was fetched for the run."""

    parameter: str
    value: str | None = None
    sha256: str | None = None
    version: str | None = None
    bytes: Whole | None = None
    rows: Whole | None = None


class Policy(Part):
    """The terms on which a run goes live."""

    approval: str = "automatic"
    promote: str = "manual"
    gates: tuple[str, ...] = ()


class Sheet(Part):
    """A run, as far as pages show it."""

    run_id: str
    pipeline: str
    title: str = ""
    logical_date: date
    started: Moment
    command: str = ""
    provenance: Provenance
    identity: str | None = None
    parent: dict[str, str] | None = None
    policy: Policy = Policy()
    status: Status
    reason: str | None = None
    finished: Moment | None = None
    seconds: Seconds | None = None
    inputs: tuple[Input, ...] = ()
    steps: tuple[Step, ...] = Field(max_length=MOST_STEPS)
    files: tuple[File, ...] | None = None
    digest: str = ""
    """SHA-256 of the manifest's bytes; not what the manifest says of itself."""

    @property
    def who(self) -> str:
        """User and host that ran it."""
        return "@".join(filter(None, (self.provenance.user, self.provenance.host)))

    @property
    def all_files(self) -> dict[str, File]:
        """Every file that the record tells of, by path: of several that name it the last one is true."""
        told = [file for step in self.steps for file in step.files]
        return {file.path: file for file in (*told, *(self.files or ()))}

    def step_at(self, position: int) -> Step | None:
        """The step at a position, from 1; None where there is none."""
        return self.steps[position - 1] if 0 < position <= len(self.steps) else None


def read(folder: Path) -> Sheet:
    """The sheet of a run folder, or a `RecordError`. A run whose process has vanished is marked as lost."""
    content = _content(folder / MANIFEST)
    sheet = _checked(folder, content)
    if sheet.status is not Status.RUNNING:
        return sheet
    try:
        archive.read_manifest(folder)
    except RecordError:
        raise
    except Exception as fault:  # noqa: BLE001 - of a record that is right only in what a page shows
        raise RecordError(f"the record of a run under way is not whole: {type(fault).__name__}") from None
    return _checked(folder, _content(folder / MANIFEST))


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise RecordError(f"there is no {MANIFEST}: the run came to nothing before its record was begun") from None
    except OSError as fault:
        raise RecordError(f"{MANIFEST} cannot be read: {fault.strerror or fault}") from None
    if len(content) > MOST_BYTES:
        raise RecordError(f"{MANIFEST} is larger than {MOST_BYTES >> 20} MiB")
    return content


def _checked(folder: Path, content: bytes) -> Sheet:
    try:
        sheet = Sheet.model_validate_json(_whole(content))
    except ValidationError as fault:
        raise RecordError(f"{MANIFEST} is no manifest: {_first(fault)}") from None
    except RecursionError:
        raise RecordError(f"{MANIFEST} is no manifest: it is nested too deeply") from None
    if (sheet.run_id, sheet.pipeline) != (folder.name, folder.parent.name):
        raise RecordError(f"{MANIFEST} is that of another run")
    return sheet.model_copy(update={"digest": hashlib.sha256(content).hexdigest()})


def _whole(content: bytes) -> bytes:
    """The manifest with half characters, which JSON can hold and a notebook can print, replaced."""
    if not _HALF.search(content):
        return content
    try:
        return json.dumps(json.loads(content), ensure_ascii=False).encode(errors="replace")
    except (ValueError, RecursionError):
        return content


def _first(error: ValidationError) -> str:
    fault = error.errors(include_url=False, include_input=False, include_context=False)[0]
    return f"{'.'.join(map(str, fault['loc'])) or 'the file'}: {fault['msg']}"
