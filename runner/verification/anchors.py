"""Anchors: what the bucket was told of the ledger's head, once for each delivered run, in names that never change."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from runner.ledger import tree
from runner.verification.chain import Chain
from runner.verification.findings import Findings, Kind, short, span
from runner.verification.witness import Witness

_NAME = re.compile(r"(?P<size>\d{12})-(?P<root>[0-9a-f]{64})\.json")


@dataclass(frozen=True, order=True)
class Anchor:
    """A size of the ledger, and the root over so many lines."""

    size: int
    root: str
    uri: str


def read(name: str, uri: str) -> Anchor | None:
    """The anchor that an object's name tells; None where it tells none."""
    found = _NAME.fullmatch(name)
    return Anchor(int(found["size"]), found["root"], uri) if found else None


def compare(chain: Chain, anchors: Sequence[Anchor], witness: Witness, findings: Findings) -> None:
    """Tell of the lines that are not what the anchors vouch for."""
    findings.count(anchors=len(anchors))
    roots = tree.roots_at(chain.ordered, [anchor.size for anchor in anchors])
    vouched = max((anchor.size for anchor in anchors if roots.get(anchor.size) == anchor.root), default=0)
    wrong = [anchor for anchor in sorted(anchors) if anchor.size in roots and roots[anchor.size] != anchor.root]
    for anchor in wrong:
        if anchor.size < vouched or _known(chain, witness, anchor.size):
            # Lines beyond it are vouched for, or the database has every line as the file has: the anchor is wrong.
            findings.damage(Kind.FORGED, anchor.uri, f"the root {short(roots[anchor.size])}", short(anchor.root))
        elif not any(number <= anchor.size for number in chain.altered):
            expected = f"the lines under the root {short(anchor.root)} in {anchor.uri}"
            findings.damage(
                Kind.ALTERED, f"ledger, {span(vouched + 1, anchor.size)}", expected, short(roots[anchor.size])
            )
            chain.altered.update(range(vouched + 1, anchor.size + 1))


def cut_off(chain: Chain, anchors: Iterable[Anchor], witness: Witness, findings: Findings) -> None:
    """Tell of lines that a witness has seen beyond the last one in the file."""
    last = max(chain.numbered, default=0)
    beyond = max((anchor for anchor in anchors if anchor.size > last), default=None)
    seen = {"the database": witness.size, beyond.uri if beyond else "the bucket": beyond.size if beyond else 0}
    size = max(seen.values())
    if size > last:
        known = " and ".join(f"{size:,} lines, as {place} knows" for place, size in seen.items() if size > last)
        findings.damage(Kind.CUT_OFF, f"ledger, {span(last + 1, size)}", known, f"{last:,} lines")
    elif chain.torn:
        findings.remark(
            "ledger", f"{chain.torn:,} bytes of a line that a crash cut short; the next writer removes them"
        )


def _known(chain: Chain, witness: Witness, size: int) -> bool:
    return all(witness.digests.get(number, "") == chain.numbered.get(number) for number in range(1, size + 1))
