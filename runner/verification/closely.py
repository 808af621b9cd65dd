"""A closer look at a bucket: every manifest and anchor is fetched, and every object's checksum asked for."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from runner.ledger.line import Line
from runner.stores.multipart import spelt
from runner.stores.objects import key_of
from runner.verification import manifests
from runner.verification.anchors import Anchor
from runner.verification.chain import Chain
from runner.verification.fetching import Fetching
from runner.verification.files import Wrong
from runner.verification.findings import Findings, Kind, short
from runner.verification.histories import History
from runner.verification.manifests import Manifest
from runner.verification.shelf import Shelf


@dataclass
class Closely:
    """What is in the bucket, compared byte by byte."""

    fetching: Fetching
    shelf: Shelf
    chain: Chain
    findings: Findings = field(default_factory=Findings)
    wrong: list[Wrong] = field(default_factory=list)

    def manifests(self) -> dict[str, Manifest]:
        """The manifests of runs that the ledger knows, where they are what they should be."""
        histories = self.chain.histories.of
        runs = sorted(run for run in self.shelf.manifests if run in histories and histories[run].ended)
        found = self.fetching.each("manifests in the bucket", lambda run: self._manifest(run, histories), runs)
        return {run: manifest for run, manifest in zip(runs, found, strict=True) if manifest is not None}

    def anchors(self) -> None:
        """Compare what the anchors say with the ledger."""
        for _ in self.fetching.each("anchors in the bucket", self._anchor, self.shelf.anchors):
            continue

    def objects(self, of: set[str] | None = None) -> None:
        """Compare the content of all objects, or of some, with their names."""
        asked = sorted(self.shelf.objects if of is None else self.shelf.objects.keys() & of)
        for _ in self.fetching.each("objects in the bucket", self._object, asked):
            continue
        self.findings.count(bucket_objects_compared=len(asked))

    def _manifest(self, run: str, histories: Mapping[str, History]) -> Manifest | None:
        key, expected = self.shelf.manifests[run], histories[run].digest
        content = self.fetching.content(key)
        if content is None:
            return None
        digest = hashlib.sha256(content).hexdigest()
        if digest == expected:
            return manifests.read(content)
        self.wrong.append(Wrong(self.fetching.uri(key), run, expected, digest))
        return None

    def _anchor(self, anchor: Anchor) -> None:
        content = self.fetching.content(self.fetching.key(anchor.uri))
        if content is not None and (fault := _fault(content, anchor, self.chain)):
            self.findings.damage(Kind.ALTERED, anchor.uri, "what the ledger says", fault)

    def _object(self, sha256: str) -> None:
        key = key_of(sha256)
        head = self.fetching.head(key)
        # The bucket has computed the checksum itself. Of an object that came in parts it has that of the parts.
        if head is None or head.get("ChecksumSHA256") == spelt(bytes.fromhex(sha256)):
            return
        found = self.fetching.digest(key)
        if found is not None and found != sha256:
            self.wrong.append(Wrong(self.fetching.uri(key), "", sha256, found))


def _fault(content: bytes, anchor: Anchor, chain: Chain) -> str | None:
    """What an anchor says that its name or the ledger does not; lines that are told of already are left out."""
    try:
        told = json.loads(content)
        if (told["size"], told["root"]) != (anchor.size, anchor.root):
            return f"size {told['size']} and root {short(str(told['root']))}"
        if told["ledger"] != chain.ledger:
            return f"the ledger {told['ledger']}"
        lines = [Line.read(text.encode()) for text in told["lines"]]
        digests = {**{line.number: line.sha256 for line in lines}, told["size"]: told["digest"]}
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        return f"a text that is no anchor: {fault!r}"
    for number, digest in digests.items():
        if number not in chain.altered and chain.numbered.get(number, digest) != digest:
            return f"{short(str(digest))} as the digest of line {number}"
    return None
