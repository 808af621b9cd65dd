"""The check of a proof, with nothing at hand but the proof and, if the ledger is signed, its public key."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from runner.ledger import tree
from runner.ledger.line import Event, Line
from runner.ledger.signing import Verifier
from runner.verification import proof
from runner.verification.findings import Findings, Kind, short

_ENDS = (Event.FINISHED, Event.ADOPTED)
_HEX = 64


@dataclass
class Checked:
    """What a proof says, and whether it holds."""

    findings: Findings = field(default_factory=Findings)
    run_id: str | None = None
    lines: tuple[Line, ...] = ()
    """The lines of the run."""
    ledger: str | None = None
    size: int = 0
    root: str | None = None
    anchor: str | None = None
    """The object in the bucket that tells of the root, or of an earlier one."""
    key: str | None = None
    """The public key that all signatures were checked with."""


def check(text: bytes, verifier: Verifier | None) -> Checked:
    """Check the text of a proof. Where it is none, or nothing holds, the findings say so."""
    checked = Checked()
    try:
        _check(json.loads(text), text, verifier, checked)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as fault:
        checked.findings.damage(Kind.ALTERED, "proof", "a proof of a run", f"a text that is none: {fault}")
    return checked


def _check(told: dict[str, Any], text: bytes, verifier: Verifier | None, checked: Checked) -> None:
    if (told["what"], told["format"]) != (proof.WHAT, proof.FORMAT):
        raise ValueError(f"{told['what']}, format {told['format']}")
    if proof.text_of(told) != text:
        raise ValueError("it is spelt otherwise than proofs are written")
    checked.run_id, checked.ledger, checked.size = str(told["run_id"]), told["ledger"], int(told["size"])
    checked.root = told["root"]
    findings, digest = checked.findings, proof.digest_of(told)
    if told["sha256"] != digest:
        findings.damage(Kind.ALTERED, "proof", short(str(told["sha256"])), short(digest))
    lines = _lines(told, findings)
    checked.lines = tuple(line for line in lines.values() if line.run_id == checked.run_id)
    if not checked.lines:
        findings.damage(Kind.MISSING, "proof", f"lines of the run {checked.run_id}", "none")
    _manifest(told["manifest"], checked)
    _heads(told, lines, checked)
    sealed = _seal(told, digest, verifier, findings)
    _signatures(list(lines.values()), sealed, verifier, checked)


def _lines(told: dict[str, Any], findings: Findings) -> dict[int, Line]:
    """The lines by number, each of which has to lead to the root."""
    lines = {}
    for one in told["lines"]:
        line = Line.read(one["line"].encode())
        root = tree.root_from(line.text, line.number - 1, told["size"], one["path"])
        if root != told["root"] or line.ledger != told["ledger"]:
            findings.damage(Kind.ALTERED, f"proof, line {line.number}", f"a path to {short(told['root'])}", short(root))
        lines[line.number] = line
    return lines


def _manifest(manifest: str | None, checked: Checked) -> None:
    """The manifest is the one that the run's own line holds the digest of."""
    expected = next((line.digest for line in checked.lines if line.event in _ENDS), None)
    if manifest is None:
        checked.findings.remark("proof", "holds no manifest: the run has not ended, or its manifest is gone")
        return
    content = manifest.encode(errors="surrogateescape")
    found = hashlib.sha256(content).hexdigest()
    if expected is None or found != expected or json.loads(content)["run_id"] != checked.run_id:
        checked.findings.damage(Kind.ALTERED, "proof, manifest", short(expected or "-" * _HEX), short(found))


def _heads(told: dict[str, Any], lines: dict[int, Line], checked: Checked) -> None:
    """What was anchored is the beginning of what the root is over."""
    if (anchor := told["bucket"]) is not None:
        checked.anchor = str(anchor["anchor"])
        named = checked.anchor.endswith(f"/{anchor['size']:012d}-{anchor['root']}.json")
        begins = tree.consistent(anchor["size"], anchor["root"], told["size"], told["root"], anchor["proof"])
        if not named or not begins:
            root = f"the beginning of what {short(told['root'])} is over"
            checked.findings.damage(Kind.ALTERED, "proof, bucket", root, short(str(anchor["root"])))
    for number in {told["size"], told["database"] or told["size"]} - lines.keys():
        checked.findings.damage(Kind.MISSING, f"proof, line {number}", "the line that a head is of", "none")


def _seal(told: dict[str, Any], digest: str, verifier: Verifier | None, findings: Findings) -> bool:
    """Whether the proof was signed with the key. Without a key at hand, that in the proof shows that nothing broke."""
    if told["signature"] is None:
        return False
    given = verifier or Verifier.of_digits(told["public_key"])
    if not given.accepts(told["signature"], bytes.fromhex(digest)):
        findings.damage(Kind.FORGED, "proof", f"a signature with the key {short(given.digits)}", "another")
        return False
    return verifier is not None


def _signatures(lines: list[Line], sealed: bool, verifier: Verifier | None, checked: Checked) -> None:
    if verifier is None:
        signed = any(line.signature for line in lines)
        why = "give the ledger's public key in INSIDERS_LEDGER_PUBLIC_KEY" if signed else "its lines are not signed"
        checked.findings.remark("proof", f"no signature was checked: {why}; compare its root with an anchor")
        return
    checked.key = verifier.digits
    for line in lines:
        if line.signature is None and not sealed:
            checked.findings.damage(Kind.FORGED, f"proof, line {line.number}", "a signature", "none", line.run_id)
        elif line.signature is not None and not verifier.accepts(line.signature, line.signed):
            key = f"a signature with the key {short(verifier.digits)}"
            checked.findings.damage(Kind.FORGED, f"proof, line {line.number}", key, "another", line.run_id)
