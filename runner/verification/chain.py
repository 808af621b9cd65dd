"""The chain of the ledger's lines: each one read, numbered, linked to the one before, and signed if any is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from runner.ledger import appending
from runner.ledger.line import NOTHING, Line
from runner.ledger.signing import Verifier
from runner.verification.findings import Findings, Kind, runs_of, short, span
from runner.verification.histories import Histories


@dataclass
class Chain:
    """The lines as they stand in the file, and what they say."""

    texts: list[bytes]
    numbered: dict[int, str] = field(default_factory=dict)
    """SHA-256 of each line that is one, by the number it gives itself."""
    ordered: list[bytes] = field(default_factory=list)
    """The texts in the order of their numbers, as far as these make one."""
    whose: dict[int, str | None] = field(default_factory=dict)
    """The run of each line that is one."""
    ledger: str | None = None
    """The id that most lines hold."""
    histories: Histories = field(default_factory=Histories)
    torn: int = 0
    """Bytes after the last whole line."""
    altered: set[int] = field(default_factory=set)
    """Numbers of the lines that were told of as not as they were left."""
    signed: int = 0
    """How many lines are signed."""
    key: Verifier | None = None

    @property
    def size(self) -> int:
        """How many whole lines there are."""
        return len(self.texts)

    def run_of(self, number: int) -> str | None:
        """The run that a line is about, if it is about one."""
        return self.whose.get(number)


def read(path: Path) -> tuple[list[bytes], int]:
    """The texts of the whole lines of a ledger's file, and the bytes that a crash has left after them."""
    content = appending.content(path)
    return content.split(b"\n")[:-1], (path.stat().st_size if path.exists() else 0) - len(content)


def check(
    path: Path, verifier: Verifier | None, known: Mapping[int, str], findings: Findings, *, quick: bool = False
) -> Chain:
    """The chain of a ledger's file; what is wrong with it by itself goes into the findings.

    `known` are digests of lines that a witness has: of two lines that do not fit they tell which was altered. Where
    every line is linked to the next, `quick` believes the last line's signature for all of them: who has the key signs
    only what follows on a line that is signed with it (`runner.ledger.book`).
    """
    texts, torn = read(path)
    chain = Chain(texts, torn=max(0, torn), key=verifier)
    findings.count(lines=chain.size)
    lines = list(_lines(chain, findings))
    ids = Counter(line.ledger for line in lines if line is not None)
    if not ids:
        return chain
    chain.ledger = ids.most_common(1)[0][0]
    numbered = _numbers(chain, lines, findings)
    chain.numbered = {number: line.sha256 for number, line in numbered.items()}
    chain.whose = {number: line.run_id for number, line in numbered.items()}
    complete = list(numbered) == list(range(1, chain.size + 1))
    chain.ordered = [line.text for line in numbered.values()] if complete else texts
    _links(chain, numbered, known, findings)
    _signatures(chain, numbered, verifier, findings, quick=quick and not findings.damages)
    chain.histories.read(numbered.values(), findings)
    return chain


def _lines(chain: Chain, findings: Findings) -> Iterator[Line | None]:
    for place, text in enumerate(chain.texts, start=1):
        try:
            yield Line.read(text)
        except ValueError as fault:
            findings.damage(Kind.ALTERED, f"ledger, line {place}", found=f"a text that {fault}")
            chain.altered.add(place)
            yield None


def _numbers(chain: Chain, lines: Sequence[Line | None], findings: Findings) -> dict[int, Line]:
    """The lines by number. Lines that stand elsewhere than their number says, twice or not at all are told of."""
    by_number: dict[int, Line] = {}
    places: dict[int, int] = {}
    for place, line in enumerate(lines, start=1):
        if line is None:
            places.setdefault(place, place)
        elif line.number in by_number:
            findings.damage(
                Kind.ADDED, f"ledger, the {place}. line", found=f"another line {line.number}", run=line.run_id
            )
        elif line.ledger != chain.ledger:
            findings.damage(
                Kind.ADDED, f"ledger, line {place}", found=f"a line of the ledger {line.ledger}", run=line.run_id
            )
            chain.altered.add(place)
            places.setdefault(place, place)
        else:
            by_number[line.number], places[line.number] = line, place
    if list(by_number) == list(range(1, len(lines) + 1)):
        return by_number
    known = sorted(places)
    for first, last in runs_of(sorted(set(range(1, known[-1] + 1)) - set(known))):
        findings.damage(Kind.MISSING, f"ledger, {span(first, last)}")
    _order(places, by_number, findings)
    return dict(sorted(by_number.items()))


def _order(places: Mapping[int, int], by_number: Mapping[int, Line], findings: Findings) -> None:
    """Tell of the lines that do not stand where their number has them among the others."""
    standing = sorted(places, key=places.__getitem__)
    for place, (number, found) in enumerate(zip(sorted(places), standing, strict=True), start=1):
        if number != found and found in by_number:
            told = f"line {found} as the {place}. line"
            findings.damage(
                Kind.REORDERED, f"ledger, line {found}", f"line {number} there", told, by_number[found].run_id
            )


def _links(chain: Chain, lines: Mapping[int, Line], known: Mapping[int, str], findings: Findings) -> None:
    """Tell of the lines whose digest is not the one that the next line holds."""
    if (first := lines.get(1)) is not None and first.previous != NOTHING:
        findings.damage(Kind.ALTERED, "ledger, line 1", "no line before it", short(first.previous))
        chain.altered.add(1)
    for number, line in lines.items():
        before = lines.get(number - 1)
        if before is None or line.previous == before.sha256:
            continue
        if known.get(number - 1) == before.sha256 and known.get(number, line.sha256) != line.sha256:
            held, suspect = f"{short(before.sha256)} as the digest of line {number - 1}", line
            found = short(line.previous)
        else:
            held, suspect, found = f"{short(line.previous)}, which line {number} holds", before, short(before.sha256)
        if suspect.number not in chain.altered:
            findings.damage(Kind.ALTERED, f"ledger, line {suspect.number}", held, found, suspect.run_id)
            chain.altered.add(suspect.number)


def _signatures(
    chain: Chain, lines: Mapping[int, Line], verifier: Verifier | None, findings: Findings, *, quick: bool
) -> None:
    """From the first signed line on every line is signed, and with the public key at hand each signature is checked."""
    signed = [number for number, line in lines.items() if line.signature is not None]
    chain.signed = len(signed)
    if not signed:
        if verifier is not None and lines:
            findings.damage(Kind.FORGED, f"ledger, {span(1, max(lines))}", "signed lines, for there is a key", "none")
        return
    bare = [number for number, line in lines.items() if line.signature is None and number > signed[0]]
    for first, last in runs_of(bare):
        findings.damage(
            Kind.FORGED, f"ledger, {span(first, last)}", "a signature, as before", "none", _whose(lines, first)
        )
    if verifier is None:
        findings.remark(
            "ledger", "its lines are signed, and there is no key to check them with (INSIDERS_LEDGER_PUBLIC_KEY)"
        )
        return
    if signed[0] > 1:
        findings.remark("ledger", f"{span(1, signed[0] - 1)}: from before there was a key")
    if quick and not bare and _accepted(lines[signed[-1]], verifier):
        findings.count(signatures=1)
        return
    wrong = [number for number in signed if number not in chain.altered and not _accepted(lines[number], verifier)]
    for first, last in runs_of(wrong):
        key = f"a signature with the key {short(verifier.digits)}"
        findings.damage(Kind.FORGED, f"ledger, {span(first, last)}", key, "another", _whose(lines, first))
    findings.count(signatures=len(signed))


def _accepted(line: Line, verifier: Verifier) -> bool:
    return line.signature is not None and verifier.accepts(line.signature, line.signed)


def _whose(lines: Mapping[int, Line], number: int) -> str | None:
    return lines[number].run_id
