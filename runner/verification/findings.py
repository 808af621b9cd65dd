"""What a verification finds: damages, remarks, and what it looked at."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What was done to a thing."""

    ALTERED = "altered"
    MISSING = "missing"
    ADDED = "added"
    SWAPPED = "swapped"
    """It holds what belongs elsewhere."""
    REORDERED = "reordered"
    CUT_OFF = "cut off"
    FORGED = "forged"
    """Written by somebody who does not have the key, or against the rules that the runner keeps to."""


@dataclass(frozen=True)
class Damage:
    """A thing that is not as it was left."""

    kind: Kind
    place: str
    """The file, object, row or line."""
    expected: str | None = None
    found: str | None = None
    run: str | None = None

    def __str__(self) -> str:
        sides = [("expected", self.expected), ("found", self.found)]
        said = ", ".join(f"{word} {told}" for word, told in sides if told is not None)
        whose = f" (run {self.run})" if self.run is not None and self.run not in self.place else ""
        return f"{self.kind}: {self.place}{whose}{': ' if said else ''}{said}"


@dataclass(frozen=True)
class Remark:
    """Something that a person may want to know, and that is no damage."""

    place: str
    text: str
    run: str | None = None

    def __str__(self) -> str:
        return f"{self.place}: {self.text}"


@dataclass
class Findings:
    """What was found, and how much was looked at; `+=` adds what another part has found."""

    damages: list[Damage] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    away: list[str] = field(default_factory=list)
    """Places that were asked for and could not be looked at, and why."""
    figures: dict[str, int] = field(default_factory=dict)
    """How many runs, lines, files and so on were looked at."""

    def damage(
        self, kind: Kind, place: str, expected: str | None = None, found: str | None = None, run: str | None = None
    ) -> None:
        """Add a damage."""
        self.damages.append(Damage(kind, place, expected, found, run))

    def remark(self, place: str, text: str, run: str | None = None) -> None:
        """Add a remark."""
        self.remarks.append(Remark(place, text, run))

    def count(self, **numbers: int) -> None:
        """Add to the figures."""
        for name, number in numbers.items():
            self.figures[name] = self.figures.get(name, 0) + number

    def __iadd__(self, other: Findings) -> Findings:
        self.damages += other.damages
        self.remarks += other.remarks
        self.away += other.away
        self.count(**other.figures)
        return self

    def told(self) -> dict[str, Any]:
        """All of it, for JSON."""
        return {
            "damages": [asdict(one) for one in self.damages],
            "remarks": [asdict(one) for one in self.remarks],
            "away": list(self.away),
            "figures": dict(self.figures),
        }


def short(digest: str) -> str:
    """A digest as a person compares it."""
    return f"{digest[:12]}…"


def span(first: int, last: int, word: str = "line") -> str:
    """`line 3`, or `lines 3–7`."""
    return f"{word} {first}" if first == last else f"{word}s {first}–{last}"


def runs_of(numbers: list[int]) -> list[tuple[int, int]]:
    """Numbers, in order, as stretches without a gap."""
    stretches: list[tuple[int, int]] = []
    for number in numbers:
        if stretches and stretches[-1][1] == number - 1:
            stretches[-1] = (stretches[-1][0], number)
        else:
            stretches.append((number, number))
    return stretches
