"""The runs' folders: that each run has its own, with the manifest that the ledger knows and the files that it lists."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from runner.keeping.objects import FOLDER as OBJECTS
from runner.records.identifiers import is_run_id, made_at
from runner.records.inventory import is_aside
from runner.records.record import MANIFEST
from runner.verification import contents, files, manifests
from runner.verification.contents import Digests
from runner.verification.files import Looked, Wrong
from runner.verification.findings import Kind, short
from runner.verification.histories import Histories, History
from runner.verification.manifests import Manifest

NO_PIPELINES = ("spool", OBJECTS)
FIRST = {"changes.diff", "lineage.json"}
"""Files that may lie in the folder of a run that has no line yet: nothing ran in it."""


@dataclass(frozen=True)
class Archive:
    """The output folder, and how closely to look."""

    output: Path
    histories: Histories
    digests: Digests
    quick: bool = False
    no_ledger: bool = False
    """Whether the ledger has no line at all."""
    unread: bool = False
    """Whether it is enough that a manifest is the one that the ledger knows, whatever stands in it."""

    def look(self, run: str, there: Iterable[Path]) -> Looked:
        """Look at what lies there of a run, by the ledger's history of it."""
        looked = Looked(run)
        history = self.histories.of.get(run)
        own, others = self._own(history, list(there))
        for folder in others:
            told = "another folder of the run"
            looked.findings.damage(Kind.ADDED, self._name(folder), "the run in one place only", told, run)
        looked.findings.count(runs=int(history is not None))
        try:
            if history is not None:
                self._known(own, history, looked)
            elif own is not None:
                self._unknown(own, looked)
        except FileNotFoundError as fault:
            looked.findings.damage(Kind.MISSING, str(fault.filename), "what was there a moment ago", "nothing", run)
        except OSError as fault:
            looked.findings.away.append(f"{fault.filename}: {fault.strerror or fault}")
        return looked

    def _own(self, history: History | None, folders: list[Path]) -> tuple[Path | None, list[Path]]:
        """The folder that is the run's own, and the others."""
        right = [folder for folder in folders if history is None or folder.parent.name == history.pipeline]
        own = right[0] if right else None
        return own, [folder for folder in folders if folder != own]

    def _known(self, folder: Path | None, history: History, looked: Looked) -> None:
        """A run that the ledger knows."""
        if history.pruned is not None:
            looked.findings.count(pruned=1)
            if folder is not None:
                self._remark(looked, folder, "was pruned; what is left goes with the next runner prune")
        elif folder is None:
            where = self.output.name if history.pipeline is None else history.pipeline
            found = "no line says that it was pruned"
            looked.findings.damage(
                Kind.MISSING, f"{where}/{looked.run}", f"the folder of a run{_ended(history)}", found
            )
        elif self.unread and history.digest is not None and history.adopted is None and _is(folder, history.digest):
            return
        elif (manifest := self._manifest(folder, looked)) is not None:
            self._compare(folder, manifest, history, looked)

    def _manifest(self, folder: Path, looked: Looked) -> Manifest | None:
        place = f"{self._name(folder)}/{MANIFEST}"
        try:
            manifest = manifests.of_folder(folder)
        except FileNotFoundError:
            looked.findings.damage(Kind.MISSING, place, "the run's manifest", "none")
        except (ValueError, RecursionError) as fault:
            looked.findings.damage(Kind.ALTERED, place, "a manifest", f"a text that {fault}")
        else:
            return manifest
        return None

    def _compare(self, folder: Path, manifest: Manifest, history: History, looked: Looked) -> None:
        place = f"{self._name(folder)}/{MANIFEST}"
        if history.digest is not None and manifest.digest != history.digest:
            looked.wrong.append(Wrong(place, looked.run, history.digest, manifest.digest))
            self._remark(looked, folder, "its files were not looked at: nothing says what they should be")
            return
        if (manifest.run_id, manifest.pipeline) != (folder.name, folder.parent.name):
            told = f"that of the run {manifest.run_id} of {manifest.pipeline}"
            looked.findings.damage(Kind.SWAPPED, place, "the manifest of this run", told, looked.run)
            return
        if history.adopted is not None and manifest.modern:
            told = "one made when there was a ledger, which is not this one"
            looked.findings.damage(
                Kind.FORGED, f"ledger, line {history.adopted}", "a run from before it", told, looked.run
            )
        if history.digest is None:
            words = (
                "has ended, and the next command enters it"
                if manifest.over
                else ("has not ended: it is under way, or its process vanished and the next command says so")
            )
            self._remark(looked, folder, words)
        looked.manifest = manifest
        if manifest.over and not self.quick:
            files.compare(folder, manifest, self.digests, looked)

    def _unknown(self, folder: Path, looked: Looked) -> None:
        """A folder that the ledger has no line of: one of a crash, one from before the ledger, or one put there."""
        told = "one that holds no manifest"
        try:
            manifest = manifests.of_folder(folder)
            told = f"one that says {manifest.status}"
        except FileNotFoundError:
            manifest = None
        except (ValueError, RecursionError):
            looked.findings.damage(Kind.ADDED, self._name(folder), "no folder, for no line tells of it", told)
            return
        if self._just_begun(folder, manifest):
            self._remark(looked, folder, "had only just begun, and nothing had run")
        elif manifest is not None and self.no_ledger:
            looked.orphan = manifest.modern
            looked.findings.count(runs=1)
            if not self.quick:
                files.compare(folder, manifest, self.digests, looked)
        elif manifest is not None and self._older(manifest):
            self._remark(looked, folder, "is from before the ledger, and the next command enters it")
        else:
            looked.findings.damage(Kind.ADDED, self._name(folder), "no folder, for no line tells of it", told)

    def _older(self, manifest: Manifest) -> bool:
        opened, in_use = self.histories.opened, self.histories.in_use
        earlier = opened is not None and made_at(manifest.run_id) < opened
        return earlier and in_use is None and not manifest.modern

    def _just_begun(self, folder: Path, manifest: Manifest | None) -> bool:
        """Whether it is what a kill leaves between the making of a run's folder and the run's first line."""
        left = {entry.path for entry in contents.below(folder) if not is_aside(entry.path.rpartition("/")[2])}
        if not left <= {MANIFEST, *FIRST}:
            return False
        named = (folder.name, folder.parent.name)
        return manifest is None or (manifest.untouched and (manifest.run_id, manifest.pipeline) == named)

    def _name(self, folder: Path) -> str:
        return f"{folder.parent.name}/{folder.name}"

    def _remark(self, looked: Looked, folder: Path, text: str) -> None:
        looked.findings.remark(self._name(folder), text, looked.run)


def runs_in(output: Path) -> Mapping[str, list[Path]]:
    """The folders of all runs, by run id; a link is no folder."""
    found: dict[str, list[Path]] = {}
    for pipeline in _folders(output):
        if pipeline.name in NO_PIPELINES or pipeline.name.startswith("."):
            continue
        for folder in _folders(Path(pipeline.path)):
            if is_run_id(folder.name):
                found.setdefault(folder.name, []).append(Path(folder.path))
    return found


def _folders(place: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(place) as entries:
            return sorted((one for one in entries if one.is_dir(follow_symlinks=False)), key=lambda one: one.name)
    except FileNotFoundError:
        return []


def _is(folder: Path, digest: str) -> bool:
    """Whether the folder has the manifest of that digest; where not, a closer look says why."""
    try:
        return contents.of_file(folder / MANIFEST) == digest
    except OSError:
        return False


def _ended(history: History) -> str:
    return f" whose manifest has the digest {short(history.digest)}" if history.digest else " that has started"
