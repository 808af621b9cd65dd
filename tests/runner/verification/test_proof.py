"""Proofs: made of a real archive, checked with nothing at hand."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.errors import UnknownRunError
from runner.ledger.book import Book
from runner.ledger.line import Event
from runner.ledger.signing import Signer
from runner.verification import checking, proof
from runner.verification.findings import Kind
from runner.verification.verify import verify
from tests.runner import runs
from tests.runner.verification.conftest import KEY, Kept

SIGNER = Signer.read(KEY, Path())
OTHER = Signer.read("6e" * 32, Path())
STRIDE = 7
JSON = st.recursive(st.none() | st.integers() | st.text(max_size=5), st.lists, max_leaves=5)


def proof_of(kept: Kept, run: str, signer: Signer | None = SIGNER) -> bytes:
    path = next(kept.output.glob(f"*/{run}/run.json"), None)
    return proof.make(kept.verify(run=run), run, path.read_text() if path else None, signer)


def resealed(text: bytes, signer: Signer | None = None, **changed: Any) -> bytes:
    """The proof with other content and a seal that fits it, as who knows the form can make one."""
    told = {**json.loads(text), **changed}
    digest = proof.digest_of(told)
    told["sha256"] = digest
    if signer is not None:
        told["signature"] = signer.sign(bytes.fromhex(digest))
    return proof.text_of(told)


@pytest.fixture
def text(kept: Kept) -> bytes:
    """The proof of the run that was approved."""
    return proof_of(kept, kept.runs[0].name)


def test_a_proof_stands_by_itself(kept: Kept, text: bytes) -> None:
    """It holds the manifest, the run's lines, and the root that the bucket's last anchor begins."""
    checked = checking.check(text, SIGNER.verifier)
    assert checked.findings.damages == []
    assert checked.findings.remarks == []
    assert checked.run_id == kept.runs[0].name
    assert [line.event for line in checked.lines] == [Event.STARTED, Event.FINISHED, Event.APPROVED]
    report = kept.verify(quick=True)
    assert (checked.ledger, checked.size, checked.root) == (report.chain.ledger, report.chain.size, report.root)
    assert checked.anchor == report.anchors[-1].uri
    assert checked.key == SIGNER.verifier.digits
    manifest = json.loads(text)["manifest"]
    assert hashlib.sha256(manifest.encode()).hexdigest() == checked.lines[1].digest


def test_who_has_no_key_is_told_so(text: bytes) -> None:
    """Without the public key the proof is checked as far as that goes, and it is said that no signature was."""
    checked = checking.check(text, None)
    assert checked.findings.damages == []
    assert "INSIDERS_LEDGER_PUBLIC_KEY" in checked.findings.remarks[0].text
    assert checked.key is None


def test_a_pruned_run_is_proved(kept: Kept) -> None:
    """Of a run whose manifest is gone the lines are proved all the same."""
    checked = checking.check(proof_of(kept, kept.pruned), SIGNER.verifier)
    assert checked.findings.damages == []
    assert [line.event for line in checked.lines] == [Event.STARTED, Event.FINISHED, Event.PRUNED]
    assert "holds no manifest" in checked.findings.remarks[0].text


def test_a_run_that_never_was_has_no_proof(kept: Kept) -> None:
    """A run of which the ledger has no line cannot be proved."""
    with pytest.raises(UnknownRunError, match="nothing to prove"):
        proof.make(kept.verify(quick=True), "019a0000-0000-7000-8000-000000000000", None, None)


@pytest.mark.parametrize("signed", [True, False])
def test_a_changed_byte_is_found(kept: Kept, signed: bool) -> None:
    """Wherever a byte of a proof is changed, it does not hold any more, with or without a key at hand."""
    whole = proof_of(kept, kept.runs[0].name, SIGNER if signed else None)
    for at in range(0, len(whole), STRIDE):
        for bit in (1, 32):
            changed = whole[:at] + bytes([whole[at] ^ bit]) + whole[at + 1 :]
            assert checking.check(changed, SIGNER.verifier if signed else None).findings.damages, (
                at,
                whole[at : at + 9],
            )
    for cut in (1, 2, len(whole) // 2, len(whole)):
        assert checking.check(whole[:-cut], None).findings.damages
    assert checking.check(whole + b"\n", None).findings.damages


def test_a_forger_without_the_key_is_found_out(kept: Kept, text: bytes) -> None:
    """Who makes the seal fit what was changed is found by manifest, path, root or signature."""
    told, key = json.loads(text), SIGNER.verifier
    manifest = told["manifest"].replace('"succeeded"', '"cached"')
    assert Kind.ALTERED in {
        one.kind for one in checking.check(resealed(text, manifest=manifest), None).findings.damages
    }
    lines = json.loads(json.dumps(told["lines"]))
    lines[0]["line"] = lines[0]["line"].replace("cron", "Eve").replace("root", "Eve")
    assert checking.check(resealed(text, lines=lines), None).findings.damages
    assert checking.check(resealed(text, root="f" * 64), None).findings.damages
    assert checking.check(resealed(text, run_id=kept.pruned), None).findings.damages
    assert checking.check(resealed(text, lines=told["lines"][1:]), key).findings.damages
    assert checking.check(resealed(text, made="2020-01-01"), key).findings.damages
    forged = resealed(text, OTHER, public_key=OTHER.verifier.digits)
    assert {one.kind for one in checking.check(forged, key).findings.damages} == {Kind.FORGED}
    bare = resealed(text, signature=None)
    assert checking.check(bare, None).findings.damages == []


def test_lines_that_are_not_signed_prove_nothing_to_who_has_a_key(tmp_path: Path) -> None:
    """With the public key at hand, an unsigned line counts only where the proof itself is signed."""
    places = runs.settings(tmp_path, f"sqlite:///{tmp_path}/none.db")
    run = "019a0000-0000-7000-8000-000000000000"
    Book.of(places).append(Event.STARTED, pipeline="small", run_id=run)
    report = verify(places)
    unsigned, sealed = proof.make(report, run, None, None), proof.make(report, run, None, SIGNER)
    assert {one.kind for one in checking.check(unsigned, SIGNER.verifier).findings.damages} == {Kind.FORGED}
    assert checking.check(unsigned, None).findings.damages == []
    assert checking.check(sealed, SIGNER.verifier).findings.damages == []


@settings(max_examples=200)
@given(st.binary(max_size=200) | JSON)
def test_what_is_no_proof_is_refused(content: object) -> None:
    """Whatever the file holds, it is told in a line that it is no proof."""
    text = content if isinstance(content, bytes) else json.dumps(content).encode()
    assert checking.check(text, None).findings.damages
