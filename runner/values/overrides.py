"""Whether a parameter still had its value at a notebook's end, judged by the `repr` that the kernel gave of it."""

from __future__ import annotations

import re

from runner.secrecy.redaction import REDACTED
from runner.values import references
from runner.values.literals import read_literal, same

LONGEST = 1000
"""So many characters of a value's `repr` are kept."""


def kept(value: object, text: str) -> bool:
    """Whether the `repr`, perhaps cut off or with secrets taken out, may be that of the value."""
    expected = repr(value)[:LONGEST]
    if text[:LONGEST] == expected:
        return True
    if REDACTED in text and references.name_in(value) is None:
        return bool(re.fullmatch(".*".join(map(re.escape, text.split(REDACTED))), expected, re.DOTALL))
    try:
        return _alike(read_literal(text), value)
    except ValueError:
        return False


def _alike(ended: object, value: object) -> bool:
    """The same but for a whole number that the notebook's own default has where a float is declared."""
    if isinstance(value, list | tuple) and type(ended) is type(value) and len(ended) == len(value):
        return all(map(_alike, ended, value))
    if isinstance(value, dict) and isinstance(ended, dict):
        return list(ended) == list(value) and all(map(_alike, ended.values(), value.values()))
    if isinstance(value, float) and type(ended) is int:
        return ended == value
    return same(ended, value)
