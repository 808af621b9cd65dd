"""A scratch folder for a step of an earlier run: what the step needs, and its notebook ready to run, values filled in.

<output>/scratch/<run_id>.<step>/
  02_clustering.ipynb   the notebook as the run saw it, with the values of the run in the injected cell
  tables/ artifacts/ …  copies of what the steps that it needs have left; the archive is never written to
  .attached/            the notebook as it was given, which changes are compared with
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runner import copies, files
from runner.editing import marks, source, values
from runner.errors import RecordError, UsageError
from runner.origins import reuse
from runner.origins.reuse import Earlier
from runner.outcomes import Status
from runner.reading import notebooks
from runner.records import archive
from runner.records.paths import inside

SCRATCH = "scratch"
OWN = ".attached"
"""Folder of the scratch folder that is not the person's."""
BASE = "source.ipynb"
_STEP = re.compile(r"[A-Za-z0-9_-]+(?:\.[0-9]+)?")


@dataclass(frozen=True)
class Attached:
    """A step that lies ready."""

    folder: Path
    """The scratch folder, which is the step's run folder."""
    notebook: Path
    source: Path
    """Where the notebook lies in the checkout, be it changed since or gone."""
    stop: marks.Stop | None
    """Where the run stopped; None where the step was finished, or never begun."""
    notes: tuple[str, ...]
    """What is not as it was in the run, each in one line."""
    secrets: Mapping[str, str]
    """Variables that parameters of the step refer to, with their values."""
    reopened: bool = False
    """Whether the folder is one that an earlier call has made, with what the person has done since."""

    @property
    def base(self) -> Path:
        """The notebook as it was given."""
        return self.folder / OWN / BASE


def place(output: Path, manifest: Mapping[str, Any], step: Mapping[str, Any]) -> Path:
    """Where the scratch folder of a step lies. Its name is no run's, so that nobody takes it for one."""
    return output / SCRATCH / f"{manifest['run_id']}.{step['name']}"


def choose(manifest: Mapping[str, Any], name: str | None) -> Mapping[str, Any]:
    """The step of that name, or the one that a run stopped at; a `UsageError` where neither is there."""
    steps = {str(one["name"]): one for one in manifest["steps"] if _STEP.fullmatch(str(one["name"]))}
    if name is not None and name in steps:
        return steps[name]
    known = f"run {manifest['run_id']} has {', '.join(steps)}"
    if name is not None:
        raise UsageError(f"there is no step {name}; {known}")
    stopped = [one for one in steps.values() if not Status(one["status"]).good]
    began = [one for one in stopped if one["status"] not in (Status.SKIPPED, Status.NOT_RUN) and one["cells"]]
    for found in (began, stopped, list(steps.values()) if len(steps) == 1 else []):
        if found:
            return found[0]
    raise UsageError(f"every step of the run succeeded; say which one: {known}")


def make(
    run: Path, manifest: Mapping[str, Any], step: Mapping[str, Any], now: Path, target: Path, *, fresh: bool = False
) -> Attached:
    """Make the scratch folder at `target`, or come back to the one that is there, unless a `fresh` one is wanted.

    `run` is the run's folder, `now` the place of the step's notebook in the checkout. Raises a `RecordError` that says
    what is missing where the archive no longer has what the step needs; what is at `target` stays there then.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{step['name']}-"))
    base, stop, reopened = aside / OWN / BASE, marks.stop_of(step), target.exists() and not fresh
    try:
        base.parent.mkdir()
        if reopened:
            shutil.copyfile(target / OWN / BASE, base)
        notes = [] if reopened else [f"code: {source.restore(run, manifest, step, now, base)}"]
        given = values.of_step(notebooks.read(base), manifest, step, run, aside)
        if not reopened:
            for needed in _needed(manifest, step):
                _take(run, needed, aside, manifest)
            injected = {name: _moved(value, aside, target) for name, value in given.values.items()}
            book = copies.prepare(base, injected)
            marks.mark(book, manifest, step, stop, source.executed(run, step))
            copies.write(book, aside / now.name)
            shutil.rmtree(target, ignore_errors=True)
            aside.replace(target)
            files.sync_folder(target.parent)
    except FileNotFoundError as error:
        raise RecordError(f"{error.filename} is gone; --fresh makes {target} anew") from None
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return Attached(target, target / now.name, now, stop, (*notes, *given.notes), given.secrets, reopened)


def _needed(manifest: Mapping[str, Any], step: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The steps that a step needs, and those that these need, in the order in which they ran."""
    wanted = set(step["needs"])
    before = [one for one in manifest["steps"] if one["name"] != step["name"]]
    for one in reversed(before):
        if one["name"] in wanted:
            wanted.update(one["needs"])
    yield from (one for one in before if one["name"] in wanted)


def _take(run: Path, needed: Mapping[str, Any], folder: Path, manifest: Mapping[str, Any]) -> None:
    """Copy what a step has left, executed copies apart, each file compared with its digest."""
    if not Status(needed["status"]).good:
        raise RecordError(
            f"step {needed['name']}, which it needs, ended as {needed['status'].replace('_', ' ')}: "
            f"`runner attach {manifest['run_id']} {needed['name']}` opens that one"
        )
    rooms = tuple(f"{room}/" for room in archive.ROOMS)
    kept = [one for one in needed["files"] if str(one["path"]).startswith(rooms)]
    for one in kept:
        inside(run, one["path"])
    if reuse.take(Earlier(run, {**needed, "files": kept}), folder) is None:
        raise RecordError(
            f"the tables of step {needed['name']}, which it needs, were removed or altered since the run; "
            f"`runner verify {manifest['run_id']}` says which, `runner rerun {manifest['run_id']}` makes them again"
        )


def _moved(value: object, aside: Path, target: Path) -> object:
    """A value with the folder's final place instead of the one where it was made."""
    return str(target / Path(value).relative_to(aside)) if isinstance(value, str) and _below(value, aside) else value


def _below(value: str, folder: Path) -> bool:
    return value == str(folder) or value.startswith(f"{folder}/")
