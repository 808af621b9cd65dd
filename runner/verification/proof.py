"""A proof that stands by itself: a run's manifest, its lines of the ledger, and the path from each to one root.

Who has the proof needs no archive to check it. What it cannot tell by itself is that its root is the ledger's: for that
there are the signatures, and the anchors, whose names in the bucket and lines in the database anyone can compare.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from runner.errors import UnknownRunError
from runner.ledger import tree
from runner.ledger.signing import Signer
from runner.verification.report import Report

FORMAT = 1
WHAT = "insiders: proof of a run"
SEAL = ("sha256", "signature")
"""What stands at the end of a proof, over all before it."""


def make(report: Report, run: str, manifest: str | None, signer: Signer | None) -> bytes:
    """The proof of a run, as the text of a file; `manifest` is None where it is not to be had any more."""
    texts, history = report.chain.texts, report.chain.histories.of.get(run)
    if history is None:
        raise UnknownRunError(f"the ledger has no line of the run {run}, and so there is nothing to prove")
    content = {
        "what": WHAT,
        "format": FORMAT,
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "run_id": run,
        "ledger": report.chain.ledger,
        "size": len(texts),
        "root": report.root,
        "lines": _lines(texts, {*history.lines, len(texts), *_known(report)}),
        "bucket": _anchor(report),
        "database": next(iter(_known(report)), None),
        "public_key": None if signer is None else signer.verifier.digits,
        "manifest": manifest,
    }
    digest = digest_of(content)
    return text_of({**content, "sha256": digest, "signature": signer.sign(bytes.fromhex(digest)) if signer else None})


def text_of(content: Mapping[str, Any]) -> bytes:
    """A proof as it stands in its file."""
    return (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode(errors="backslashreplace")


def digest_of(content: Mapping[str, Any]) -> str:
    """The digest over all of a proof but its seal."""
    return hashlib.sha256(text_of({name: one for name, one in content.items() if name not in SEAL})).hexdigest()


def _lines(texts: Sequence[bytes], numbers: set[int]) -> list[dict[str, Any]]:
    """Lines by number, each with its path to the root."""
    return [{"line": texts[one - 1].decode(), "path": tree.inclusion(texts, one - 1)} for one in sorted(numbers)]


def _known(report: Report) -> set[int]:
    """The number of the last line that the database vouches for."""
    size = report.witness.size
    return {size} if size and report.witness.digests.get(size) == report.chain.numbered.get(size) else set()


def _anchor(report: Report) -> dict[str, Any] | None:
    """The latest anchor in the bucket, and the proof that what it vouches for is the beginning of the ledger."""
    if not report.anchors or report.anchors[-1].size > report.chain.size:
        return None
    one = report.anchors[-1]
    proof = tree.consistency(report.chain.texts, one.size)
    return {"anchor": one.uri, "size": one.size, "root": one.root, "proof": proof}
