"""Pictures that a notebook holds itself, as `data:` addresses; none is fetched from anywhere."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

KINDS = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp")
SVG = "image/svg+xml"
LARGEST_SIDE = 10_000
"""Pixels that the metadata of a picture may ask for."""
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")
_INLINE = re.compile(rf"data:(?:{'|'.join(map(re.escape, (*KINDS, SVG)))});base64,[A-Za-z0-9+/=]*")


def from_base64(kind: str, content: str) -> str | None:
    """The address of a picture of one of the kinds, given as base64; None where it is none."""
    if kind not in KINDS or not content.strip() or _BASE64.fullmatch(content) is None:
        return None
    return f"data:{kind};base64,{''.join(content.split())}"


def from_svg(content: str) -> str:
    """The address of an SVG picture; as a picture it runs no script and fetches nothing."""
    return f"data:{SVG};base64,{base64.b64encode(content.encode(errors='replace')).decode()}"


def inline(url: str) -> str | None:
    """An address that is a picture by itself; None for any other."""
    return url if _INLINE.fullmatch(url) else None


def attached(attachments: Mapping[str, Any], url: str) -> str | None:
    """The attachment of a cell that `attachment:name` means."""
    found = attachments.get(unquote(url.removeprefix("attachment:")))
    for kind, content in found.items() if isinstance(found, dict) else ():
        if isinstance(content, list):
            content = "".join(one for one in content if isinstance(one, str))
        if isinstance(content, str) and isinstance(kind, str) and (picture := from_base64(kind, content)):
            return picture
    return None


def sides(metadata: Mapping[str, Any], kind: str) -> tuple[int | None, int | None]:
    """Width and height in pixels that the metadata of an output asks for, where they are numbers."""
    own = metadata.get(kind)
    told = own if isinstance(own, dict) else metadata
    width, height = (told.get(name) for name in ("width", "height"))
    return _side(width), _side(height)


def _side(told: object) -> int | None:
    return told if type(told) is int and 0 < told <= LARGEST_SIDE else None
