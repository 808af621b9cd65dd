"""Texts of a record as they may be shown: nothing in them steers a terminal, or passes itself off as another text."""

from __future__ import annotations

import unicodedata

_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Categories of characters that do not show, or turn others around."""


def visible(text: object, kept: str = "") -> str:
    """The text with `�` for every character that does not show; those of `kept` stay."""
    told = str(text)
    if told.isascii() and told.isprintable():
        return told
    return "".join(one if one in kept or unicodedata.category(one) not in _HIDDEN else "�" for one in told)
