"""Secrets leave no trace: every known form of a secret text becomes `[redacted]` before anything is written.

Texts of fewer than four characters are never taken for secrets: replacing them would wreck every text around them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from runner.records.contents import chunks
from runner.secrecy.credentials import SECRET_NAME, secrets_in
from runner.secrecy.disguises import GAP, Form, Secret, views

__all__ = ["REDACTED", "SECRET_NAME", "SHORTEST", "Redactor", "files_holding", "secrets_in"]

REDACTED = "[redacted]"
SHORTEST = 4
"""Characters of the shortest text that is taken for a secret."""
BLOCK = 2**18


@dataclass(frozen=True)
class Redactor:
    """Replaces the secrets that it knows; without any it changes nothing."""

    secrets: tuple[Secret, ...] = ()

    @classmethod
    def of(cls, secrets: Iterable[str]) -> Self:
        """A redactor of these texts, in every form in which they are likely to be met."""
        known = {secret for secret in secrets if len(secret) >= SHORTEST and secret not in REDACTED}
        return cls(tuple(Secret(text) for text in sorted(known, key=lambda text: (-len(text), text))))

    @cached_property
    def reach(self) -> int:
        """So many characters beside a cut may be a part of a secret."""
        return max((secret.reach for secret in self.secrets), default=0)

    def text(self, text: str) -> str:
        """The text without its secrets."""
        return _replaced(text, self._places(text)) if self.secrets else text

    def end_of(self, content: bytes, length: int) -> str:
        """The last so many bytes as text, without secrets and without the rest of one that the cut went through."""
        text = self.text(content[-length - self.reach :].decode("utf-8", "replace"))
        return text if len(content) <= length else text[self.reach :]

    def tree(self, value: Any) -> Any:  # noqa: ANN401 - whatever JSON or YAML can hold
        """A value of dictionaries, lists and tuples, with every text in it (keys too) without its secrets."""
        if not self.secrets:
            return value
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {self.tree(name): self.tree(inner) for name, inner in value.items()}
        if isinstance(value, list | tuple):
            inner = [self.tree(inner) for inner in value]
            return inner if isinstance(value, list) else tuple(inner)
        return value

    def holds(self, content: bytes) -> bool:
        """Whether a secret stands in these bytes, in any form."""
        suspects = self._suspects(content)
        return bool(suspects and _places(content.decode("utf-8", "replace"), suspects))

    def _places(self, text: str) -> set[tuple[int, int]]:
        """Where secrets stand in a text; a long one is searched block by block."""
        found: set[tuple[int, int]] = set()
        for block in range(0, len(text), BLOCK):
            piece = text[block : block + BLOCK + self.reach]
            if suspects := self._suspects(piece.encode("utf-8", "surrogatepass")):
                found |= {(block + start, block + end) for start, end in _places(piece, suspects)}
        return found

    def _suspects(self, content: bytes) -> list[Form]:
        """The forms of secrets that may stand in the content: a look that is quick where there is none."""
        if not self.secrets:
            return []
        seen = list(views(content))
        told = (pair for secret in self.secrets for pair in secret.needles.items())
        found = [form for needle, forms in told if any(needle in view for view in seen) for form in forms]
        return list(dict.fromkeys(found))


def files_holding(places: Path | Iterable[Path], redactor: Redactor) -> list[Path]:
    """The files, of a folder or of those named, that hold a secret: in their name or anywhere in their content."""
    found = sorted(places.rglob("*")) if isinstance(places, Path) and places.is_dir() else places
    files = [found] if isinstance(found, Path) else [path for path in found if path.is_file()]
    return [path for path in files if redactor.secrets and _file_holds(path, redactor)]


def _file_holds(path: Path, redactor: Redactor) -> bool:
    overlap = 4 * redactor.reach
    return redactor.holds(str(path.name).encode("utf-8", "surrogateescape")) or any(
        redactor.holds(chunk) for chunk in chunks(path, overlap)
    )


def _places(text: str, forms: Iterable[Form]) -> set[tuple[int, int]]:
    """Where forms stand in a text, with gaps or without."""
    return {place for form in forms for place in form.places(text)} | _places_across(text, forms)


def _places_across(text: str, forms: Iterable[Form]) -> set[tuple[int, int]]:
    """Where forms stand in a text from which the gaps are taken out, in terms of the text as it is."""
    starts, removed = [], [0]
    for gap in GAP.finditer(text):
        starts.append(gap.start() - removed[-1])
        removed.append(removed[-1] + gap.end() - gap.start())
    if not starts:
        return set()
    tight = GAP.sub("", text)
    places = {place for form in forms if len(form.tight.text) >= SHORTEST for place in form.tight.places(tight)}
    return {
        (start + removed[bisect_right(starts, start)], end + removed[bisect_right(starts, end - 1)])
        for start, end in places
    }


def _replaced(text: str, places: Iterable[tuple[int, int]]) -> str:
    """The text with each place replaced, and places that overlap or touch as one."""
    kept, behind = [""], 0
    for start, end in sorted(places):
        if start > behind or not kept[1:]:
            kept += [text[behind:start], REDACTED]
        behind = max(behind, end)
    return "".join([*kept, text[behind:]])
