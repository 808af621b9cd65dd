"""The names in a bucket, compared with the ledger and the manifests: what was delivered is there, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from runner.records.record import MANIFEST
from runner.stores.objects import key_of
from runner.verification import manifests, shelf
from runner.verification.fetching import Fetching
from runner.verification.findings import Findings, Kind
from runner.verification.histories import History
from runner.verification.manifests import Manifest
from runner.verification.shelf import Shelf


@dataclass(frozen=True)
class Bucket:
    """A bucket's names, and what there is to compare them with."""

    fetching: Fetching
    shelf: Shelf
    ledger: str | None
    histories: Mapping[str, History]
    pending: frozenset[str]
    """Runs that wait in the spool."""
    elsewhere: frozenset[str]
    """Runs of other ledgers, as the database has them."""

    def compare(self, delivered: Mapping[str, Manifest], findings: Findings) -> None:
        """Compare; `delivered` are the manifests, as they should be, of runs that are in the bucket."""
        findings.count(bucket_runs=len(self.shelf.manifests), bucket_objects=len(self.shelf.objects))
        for key in self.shelf.strangers:
            findings.damage(Kind.ADDED, self._uri(key), "nothing of that name")
        for key in self.shelf.copies:
            findings.damage(Kind.ADDED, self._uri(key), "each run once")
        self._unknown(findings)
        self._absent(findings)
        self._unanchored(findings)
        self._objects(delivered, findings)

    def _unknown(self, findings: Findings) -> None:
        """Runs that the ledger has no line of: those of other hosts, or one that is passed off as never run."""
        unknown = self.shelf.manifests.keys() - self.histories.keys()
        strange = unknown - self.elsewhere
        if strange and self.shelf.others:
            strange -= self._runs_of_others()
        passed_off = [run for run in sorted(strange) if not self._is_old(run)]
        for run in passed_off:
            place = f"lines of the run that is in {self._uri(self.shelf.manifests[run])}"
            findings.damage(Kind.MISSING, "ledger", place, "none", run)
        if others := len(unknown) - len(passed_off):
            findings.remark(self._uri(""), f"{others:,} runs of other ledgers, or from before there were any")

    def _runs_of_others(self) -> set[str]:
        def look(key: str) -> set[str]:
            try:
                told = json.loads(self.fetching.content(key) or b"{}")
                return {json.loads(line)["run_id"] for line in told.get("lines", ())}
            except (ValueError, AttributeError, TypeError, KeyError):
                return set()

        keys = [key for keys in self.shelf.others.values() for key in keys]
        return set().union(*self.fetching.each("anchors of other ledgers", look, keys))

    def _is_old(self, run: str) -> bool:
        """Whether a run's manifest was written before there was a ledger."""
        try:
            return not manifests.read(self.fetching.content(self.shelf.manifests[run]) or b"").modern
        except ValueError:
            return False

    def _absent(self, findings: Findings) -> None:
        """Runs whose manifest is not there: those that wait, and those whose anchor tells that they were delivered."""
        sizes = {anchor.size for anchor in self.shelf.anchors}
        never = []
        for run in [run for run, one in self.histories.items() if one.ended and run not in self.shelf.manifests]:
            history = self.histories[run]
            key = f"{history.pipeline}/{run}/{MANIFEST}"
            if run in self.pending or self.fetching.head(key) is not None:
                continue  # it waits, or it has come since the bucket was listed
            if history.pruned is not None:
                findings.remark(self._uri(key), "was pruned here, and is not in the bucket any more", run)
            elif sizes.isdisjoint(history.lines):
                never.append(run)
            else:
                findings.damage(Kind.MISSING, self._uri(key), "the manifest of a run that was delivered", "none", run)
        if never:
            said = f"{len(never):,} runs are not there and do not wait in the spool, the first {never[0]}"
            findings.remark(self._uri(""), said)
        if self.pending:
            findings.remark("spool", f"{len(self.pending):,} runs wait for their delivery; runner sync delivers them")

    def _unanchored(self, findings: Findings) -> None:
        """Runs that are there, and whose end the ledger does not tell, or whose anchor is not there."""
        sizes = {anchor.size for anchor in self.shelf.anchors}
        bare = [run for run in self.shelf.manifests if run in self.histories and self._is_bare(run, sizes)]
        if bare:
            # A run that was delivered while the bucket was listed has its anchor by now.
            sizes = {anchor.size for anchor in shelf.read(self.fetching.store, self.ledger).anchors}
        for run in (run for run in bare if self._is_bare(run, sizes)):
            place = self._uri(f"ledger/{self.ledger}")
            findings.damage(Kind.MISSING, place, f"the anchor of a run that is in the bucket, {run}", "none", run)
        for run, key in self.shelf.manifests.items():
            if run in self.histories and not self.histories[run].ended:
                findings.damage(Kind.MISSING, "ledger", f"the end of the run that is in {self._uri(key)}", "none", run)

    def _is_bare(self, run: str, sizes: set[int]) -> bool:
        history = self.histories[run]
        return history.finished is not None and run not in self.pending and sizes.isdisjoint(history.lines)

    def _objects(self, delivered: Mapping[str, Manifest], findings: Findings) -> None:
        """Files of delivered runs that are not there, or not in their size; and objects that no run here has."""
        named: set[str] = set()
        for run, manifest in delivered.items():
            beside = self.shelf.files.get(run, set())
            for path, (size, sha256) in manifest.files.items():
                if sha256 not in named and path not in beside:
                    self._object(sha256, size, f"{manifest.pipeline}/{run}/{path}", findings, run)
                named.add(sha256)
            for path in sorted(beside - manifest.files.keys() if manifest.complete else ()):
                place = self._uri(f"{manifest.pipeline}/{run}/{path}")
                findings.damage(Kind.ADDED, place, "no such file of the run", run=run)
        if others := len(self.shelf.objects.keys() - named):
            words = "that no manifest looked at names: of other hosts, of runs under way, or never finished"
            findings.remark(self._uri("objects"), f"{others:,} {words}")

    def _object(self, sha256: str, size: int, file: str, findings: Findings, run: str) -> None:
        place, found = self._uri(key_of(sha256)), self.shelf.objects.get(sha256)
        if found is None:
            head = self.fetching.head(key_of(sha256))
            found = None if head is None else int(head["ContentLength"])
        if found is None:
            findings.damage(Kind.MISSING, place, file, "nothing", run)
        elif found != size:
            findings.damage(Kind.ALTERED, place, f"{size:,} bytes, as {file} has", f"{found:,} bytes", run)

    def _uri(self, key: str) -> str:
        return self.fetching.uri(key)
