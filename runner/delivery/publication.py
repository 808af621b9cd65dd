"""What a notebook asks to have published, and the answer it gets: the two kinds of file in a run's spool."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from runner.errors import DeliveryError, listed
from runner.files import write_aside
from runner.records import digests

REQUEST = re.compile(r"(?P<step>[A-Za-z0-9_][A-Za-z0-9._-]{0,99})-(?P<number>[0-9]{1,6})\.request\.json")
MOST_BYTES = 4 << 20
"""No request is longer than this."""
ROOMS = {"tables": ("results",), "artifacts": ("artifacts", "tables", "results")}
"""Where in the run folder a published file may lie; the run's own records are the runner's to publish."""

_PART = r"[A-Za-z0-9_][A-Za-z0-9_.-]*"
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,62}$")]
File = Annotated[str, StringConstraints(pattern=rf"^{_PART}(/{_PART})+$", max_length=400)]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Count = Annotated[int, Field(ge=0)]


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Rows(_Record):
    """Rows for one table of the database, in a Parquet file of the run folder."""

    name: Name
    file: File
    rows: Count
    sha256: Digest


class Artifact(_Record):
    """One file of the run folder for the archive."""

    file: File
    bytes: Count
    sha256: Digest


class Request(_Record):
    """What one step asks to have published."""

    format: Literal[1]
    run_id: str
    step: str
    synthetic: bool
    source: str
    source_sha256: str | None = None
    tables: list[Rows]
    artifacts: list[Artifact]

    @property
    def files(self) -> dict[str, str]:
        """Every file it names, with its digest."""
        return {entry.file: entry.sha256 for entries in (self.tables, self.artifacts) for entry in entries}


class Stored(_Record):
    """One file as the archive has it."""

    file: str
    uri: str
    version: str | None
    sha256: str
    bytes: int


class Staged(_Record):
    """Rows of one table as the database has them."""

    name: str
    rows: int
    place: str


class Receipt(_Record):
    """The answer to a request."""

    format: Literal[1] = 1
    status: Literal["delivered", "pending", "refused"]
    reason: str | None = None
    objects: list[Stored] = []
    tables: list[Staged] = []


def read_request(path: Path, run_id: str, run_folder: Path) -> Request:
    """The request, every file it names being found unchanged in the run folder; a `DeliveryError` names all faults."""
    request = _parsed(path)
    named = REQUEST.fullmatch(path.name)
    faults = []
    if request.run_id != run_id:
        faults.append(f"it speaks for the run {request.run_id!r}, but lies in the spool of {run_id}")
    if named is None or named["step"] != request.step:
        faults.append(f"it speaks for the step {request.step!r}, but is called {path.name}")
    names = [rows.name for rows in request.tables]
    faults += [
        f"it names the table {name!r} twice" for name in sorted({name for name in names if names.count(name) > 1})
    ]
    for kind, entries in (("tables", request.tables), ("artifacts", request.artifacts)):
        for entry in entries:
            faults += _file_faults(run_folder, entry, ROOMS[kind])
    if faults:
        raise DeliveryError(listed(f"the request {path.name} was refused:", faults))
    return request


def step_of(path: Path) -> str:
    """The step whose request a file is, by its name."""
    return path.name.removesuffix(".request.json").rpartition("-")[0]


def requests_in(folder: Path) -> list[Path]:
    """The requests in a spool, oldest first; none where the spool is gone."""
    if not folder.is_dir():
        return []
    entries = (entry for entry in os.scandir(folder) if REQUEST.fullmatch(entry.name))
    found = [entry for entry in entries if not entry.is_dir(follow_symlinks=False)]
    found.sort(key=lambda entry: (entry.stat(follow_symlinks=False).st_mtime_ns, entry.name))
    return [Path(entry.path) for entry in found]


def answer(path: Path, receipt: Receipt) -> None:
    """Write the receipt beside its request, aside first and then into place."""
    place = path.with_name(path.name.replace(".request.json", ".receipt.json"))
    write_aside(place, receipt.model_dump_json(indent=1).encode())


def _parsed(path: Path) -> Request:
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
            text = file.read(MOST_BYTES + 1)
    except OSError as fault:
        raise DeliveryError(f"the request {path.name} cannot be read: {fault.strerror}") from fault
    if len(text) > MOST_BYTES:
        raise DeliveryError(f"the request {path.name} is longer than {MOST_BYTES:,} bytes")
    try:
        return Request.model_validate_json(text)
    except ValidationError as broken:
        faults = [f"{'.'.join(map(str, fault['loc'])) or 'it'}: {fault['msg']}" for fault in broken.errors()]
        raise DeliveryError(listed(f"the request {path.name} breaks the format:", faults)) from broken


def _file_faults(run_folder: Path, entry: Rows | Artifact, rooms: tuple[str, ...]) -> list[str]:
    path = run_folder / entry.file
    if entry.file.partition("/")[0] not in rooms:
        return [f"{entry.file}: lies in none of the folders {', '.join(rooms)}"]
    if path.resolve() != run_folder.resolve() / entry.file or not path.is_file():
        return [f"{entry.file}: is no file of the run folder, or is reached through a link"]
    if digests.of_file(path) != entry.sha256:
        return [f"{entry.file}: is not the file that was asked for, its digest differs"]
    if isinstance(entry, Artifact) and path.stat().st_size != entry.bytes:
        return [f"{entry.file}: has {path.stat().st_size:,} bytes, not {entry.bytes:,}"]
    return []
