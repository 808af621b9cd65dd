"""The folder of all runs: one folder per run, what lies in it, and how a run is found again.

<output>/<pipeline>/<run_id>/run.json, journal.jsonl, copies of the notebooks, tables/, results/, artifacts/, inputs/
"""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil

from runner import digests
from runner.errors import RecordError, UnknownRunError
from runner.files import write_aside
from runner.identifiers import is_run_id
from runner.outcomes import Status
from runner.record import FileRecord, RunRecord

MANIFEST = "run.json"
JOURNAL = "journal.jsonl"
ROOMS = ("tables", "results", "artifacts")
NAMES = ("latest", "latest-good", "previous")


def make_folder(output: Path, pipeline: str, run_id: str) -> Path:
    """Make the folder of a new run, with its rooms."""
    folder = output / pipeline / run_id
    folder.mkdir(parents=True)
    for room in ROOMS:
        (folder / room).mkdir()
    return folder


def write_manifest(folder: Path, record: RunRecord) -> None:
    """Write `run.json`, aside and then into place."""
    write_aside(folder / MANIFEST, record.to_json())


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a run folder, or a `RecordError`. A run whose process has vanished reads as `lost`."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RecordError(f"{folder / MANIFEST}: cannot be read: {error}") from None
    if not isinstance(manifest, dict) or manifest.get("run_id") != folder.name:
        raise RecordError(f"{folder / MANIFEST}: is not the manifest of the run {folder.name}")
    if manifest["status"] == Status.RUNNING and _vanished(manifest):
        manifest |= {"status": Status.LOST, "reason": "its process has vanished; the journal tells how far it came"}
    return manifest


def as_text(manifest: dict[str, Any]) -> str:
    """A manifest as it stands in its file."""
    return json.dumps(manifest, indent=1, ensure_ascii=False) + "\n"


def run_folders(output: Path, pipeline: str | None = None) -> list[Path]:
    """The folders of all runs, the newest first."""
    found = output.glob(f"{pipeline or '*'}/*/{MANIFEST}")
    return sorted(
        (path.parent for path in found if is_run_id(path.parent.name)), key=lambda run: run.name, reverse=True
    )


def find(name: str, output: Path, pipeline: str | None = None) -> Path:
    """The folder of a run given by id, unique prefix, `latest`, `latest-good` or `previous`; else `UnknownRunError`."""
    folders = run_folders(output, pipeline)
    if not folders:
        raise UnknownRunError(f"there is no run{f' of {pipeline}' if pipeline else ''} in {output} yet")
    if name in NAMES:
        return _by_name(name, folders)
    matches = [folder for folder in folders if folder.name.startswith(name)] if name else []
    if len(matches) == 1:
        return matches[0]
    if not matches:
        raise UnknownRunError(f"no run begins with {name!r}; `runner history` lists them, or say {', '.join(NAMES)}")
    raise UnknownRunError(f"{len(matches)} runs begin with {name!r}: {', '.join(run.name for run in matches[:5])}")


def snapshot(folder: Path) -> dict[str, tuple[int, int]]:
    """Size and time of change of every file of a run that its steps may write, by path relative to the run folder."""
    return {
        path.relative_to(folder).as_posix(): (path.stat().st_size, path.stat().st_mtime_ns) for path in _files(folder)
    }


def _files(folder: Path) -> Iterator[Path]:
    own = (*folder.glob("*.ipynb"), *(path for room in ROOMS for path in (folder / room).rglob("*")))
    return (path for path in sorted(own) if path.is_file() and not path.is_symlink() and not path.name.startswith("."))


def written_since(folder: Path, before: dict[str, tuple[int, int]]) -> tuple[FileRecord, ...]:
    """The files that are new or changed since a snapshot, with their digests."""
    after = snapshot(folder)
    changed = [path for path, state in after.items() if before.get(path) != state]
    return tuple(FileRecord(path, after[path][0], digests.of_file(folder / path)) for path in changed)


def _by_name(name: str, folders: list[Path]) -> Path:
    if name == "latest":
        return folders[0]
    if name == "previous":
        if len(folders) > 1:
            return folders[1]
        raise UnknownRunError("there is only one run, and none before it")
    for folder in folders:
        if read_manifest(folder)["status"] == Status.SUCCEEDED:
            return folder
    raise UnknownRunError("no run has succeeded yet")


def _vanished(manifest: dict[str, Any]) -> bool:
    """Whether the process that writes this manifest is gone from this host; of other hosts we cannot tell."""
    provenance = manifest.get("provenance", {})
    if provenance.get("host") != socket.gethostname():
        return False
    try:
        return abs(psutil.Process(provenance.get("pid", -1)).create_time() - provenance.get("process_started", 0)) > 1
    except (psutil.Error, ValueError):
        return True
