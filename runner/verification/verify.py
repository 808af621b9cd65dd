"""The whole verification: the ledger, the runs' folders, the bucket and the database, each against the others.

What lies elsewhere is read first: whatever is there was in the ledger's file before. So a run that is delivered while
we look is no damage, and what the others know and the file does not was cut off.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from runner.errors import PlaceError
from runner.ledger import tree
from runner.ledger.book import FILE
from runner.ledger.line import Line
from runner.ledger.signing import Verifier
from runner.records.paths import SPOOL
from runner.settings import Settings
from runner.verification import anchors, chain, folders, linked, shelf, swaps, witness
from runner.verification.bucket import Bucket
from runner.verification.chain import Chain
from runner.verification.closely import Closely
from runner.verification.contents import Digests
from runner.verification.fetching import Fetching
from runner.verification.files import Looked, Wrong
from runner.verification.findings import Findings, Kind
from runner.verification.folders import Archive
from runner.verification.manifests import Manifest
from runner.verification.report import Report
from runner.verification.shelf import Shelf
from runner.verification.watch import Watch
from runner.verification.witness import Witness

AT_ONCE = 2
"""Runs looked at side by side: only hashing gains by it, and with many small files more threads only wait in turn."""
LOOKS = 3
"""So often runs are looked at again that were written to while we looked."""


def verify(settings: Settings, *, run: str | None = None, quick: bool = False, watch: Watch | None = None) -> Report:
    """Verify the archive that the settings name, or one run of it; `quick` leaves files and objects unread.

    The ledger is verified as a whole in any case. Nothing is written anywhere.
    """
    return _Verification(settings, run, quick, watch or Watch()).report()


class _Verification:
    """What the parts of a verification share."""

    def __init__(self, settings: Settings, run: str | None, quick: bool, watch: Watch) -> None:
        self.settings, self.run, self.quick, self.watch = settings, run, quick, watch
        self.path = settings.output / FILE
        self.verifier = Verifier.of(settings)
        self.findings = Findings()
        self.wrong: list[Wrong] = []
        self.digests = Digests()

    def report(self) -> Report:
        """Look at everything."""
        began = time.monotonic()
        ledger = ledger_id(self.path)
        fetching = Fetching.of(self.settings, self.watch)
        listed = self._listed(fetching, ledger)
        known = witness.read(self.settings, ledger, self.findings)
        checked = self._ledger(known, listed)
        there = folders.runs_in(self.settings.output)
        local = self._runs(checked, there)
        if fetching is not None and listed is not None:
            self._bucket(fetching, listed, checked, known, local)
        swaps.tell(self.wrong, checked.histories.of, there, self.findings)
        self.findings.count(hashed_files=self.digests.files, hashed_bytes=self.digests.bytes)
        root = tree.root(checked.texts) if checked.texts else None
        seen = () if listed is None else tuple(sorted(listed.anchors))
        return Report(self.findings, checked, root, seen, known, time.monotonic() - began)

    def _listed(self, fetching: Fetching | None, ledger: str | None) -> Shelf | None:
        try:
            return None if fetching is None else shelf.read(fetching.store, ledger)
        except PlaceError as fault:
            self.findings.away.append(str(fault))
            return None

    def _ledger(self, known: Witness, listed: Shelf | None) -> Chain:
        checked = chain.check(self.path, self.verifier, known.digests, self.findings, quick=self.quick)
        seen = [] if listed is None else listed.anchors
        witness.compare(checked, known, self.findings)
        anchors.compare(checked, seen, known, self.findings)
        anchors.cut_off(checked, seen, known, self.findings)
        if begun := known.others & checked.histories.of.keys():
            told = f"{len(begun):,} runs that the database knows from another ledger, the first {min(begun)}"
            self.findings.damage(Kind.FORGED, "ledger", "runs of its own", told)
        return checked

    def _runs(self, checked: Chain, there: Mapping[str, list[Path]]) -> dict[str, Manifest]:
        """Look at the folders of the runs; their manifests, as far as they are what they should be."""
        asked = sorted(checked.histories.of.keys() | there.keys()) if self.run is None else [self.run]
        looked = self._look(checked, there, asked)
        for _ in range(LOOKS):
            again = [run for run, one in looked.items() if one.suspicious]
            if not again or chain.read(self.path)[0] == checked.texts:
                break
            # The ledger has gone on: what has become of these runs may be in its new lines.
            fresh = chain.check(self.path, None, {}, Findings())
            there = folders.runs_in(self.settings.output)
            looked |= self._look(fresh, there, again)
            checked.histories.of.update({run: fresh.histories.of[run] for run in again if run in fresh.histories.of})
        orphans = sorted(run for run, one in looked.items() if one.orphan)
        if orphans:
            told = f"none, and {len(orphans):,} runs that were made when there was one, the first {orphans[0]}"
            self.findings.damage(Kind.MISSING, FILE, "the ledger", told)
        for one in looked.values():
            self.findings += one.findings
            self.wrong += one.wrong
        if not self.quick and self.run is None:
            linked.check(self.settings.output, self.digests, self.findings)
        keep = self.settings.bucket is not None
        return {run: one.manifest for run, one in looked.items() if keep and one.manifest is not None}

    def _look(self, checked: Chain, there: Mapping[str, list[Path]], runs: Iterable[str]) -> dict[str, Looked]:
        asked = list(runs)
        unread = self.quick and self.settings.bucket is None
        archive = Archive(self.settings.output, checked.histories, self.digests, self.quick, not checked.texts, unread)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            looks = pool.map(lambda run: archive.look(run, there.get(run, [])), asked)
            return {one.run: one for one in self.watch.over("runs", looks, len(asked))}

    def _bucket(
        self, fetching: Fetching, listed: Shelf, checked: Chain, known: Witness, local: Mapping[str, Manifest]
    ) -> None:
        histories = checked.histories.of
        pending = {path.stem for path in (self.settings.output / SPOOL).glob("*.json")}
        if self.run is not None:
            listed.manifests = {run: key for run, key in listed.manifests.items() if run == self.run}
            histories = {run: history for run, history in histories.items() if run == self.run}
            pending &= histories.keys()
        closely = Closely(fetching, listed, checked)
        bucket = Bucket(fetching, listed, checked.ledger, histories, frozenset(pending), frozenset(known.others))
        try:
            if self.quick:
                delivered = {run: manifest for run, manifest in local.items() if run in listed.manifests}
            else:
                delivered = closely.manifests()
            bucket.compare(delivered, self.findings)
            if not self.quick:
                closely.anchors()
                closely.objects(None if self.run is None else _digests(delivered))
        except PlaceError as fault:
            self.findings.away.append(str(fault))
        self.findings += closely.findings
        self.wrong += closely.wrong


def ledger_id(path: Path) -> str | None:
    """The id that most of the first, the middle and the last line of the ledger hold; None without lines."""
    texts, _ = chain.read(path)
    ids: Counter[str] = Counter()
    for text in {0: texts[:1], 1: texts[len(texts) // 2 :][:1], 2: texts[-1:]}.values():
        for one in text:
            try:
                ids[Line.read(one).ledger] += 1
            except ValueError:
                continue
    return ids.most_common(1)[0][0] if ids else None


def _digests(delivered: Mapping[str, Manifest]) -> set[str]:
    return {sha256 for manifest in delivered.values() for _, sha256 in manifest.files.values()}
