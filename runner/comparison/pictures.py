"""Two pictures by their pixels: how many differ, by how much, and where.

Pictures come from outputs, so they are a stranger's: only four plain formats are opened, never more pixels than
`MOST_PIXELS`, and what is shown is drawn anew, so that no byte of the original reaches a page.
"""

from __future__ import annotations

import base64
import binascii
import io
import warnings
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageChops, ImageOps

from runner.comparison.shown import Picture

FORMATS = ("PNG", "JPEG", "GIF", "WEBP")
MOST_PIXELS = 16_000_000
"""A picture with more is compared by its bytes only; two of this size take some 250 MB to compare."""
LONGEST = 64 << 20
"""Characters of a picture in base64."""
WIDEST, HIGHEST = 1400, 2000
"""Pixels of a picture on a page; larger ones are shown smaller."""
_RED = (220, 30, 30)


class PictureError(ValueError):
    """A picture cannot be compared by pixels; its text is a clause that says why."""


@dataclass
class Allowance:
    """How much may still be spent on the pictures of a comparison."""

    drawn: bool = True
    """Whether pictures are asked for, and not only how they differ."""
    left: int = 48 << 20
    """Characters of pictures that a page may still take."""
    pixels: int = 600_000_000
    """Pixels that may still be compared: some 20 seconds."""

    def take(self, told: str | None) -> str | None:
        """The picture, if there is room for it."""
        if told is None or len(told) > self.left:
            return None
        self.left -= len(told)
        return told


def difference(before: str, after: str, allowance: Allowance) -> tuple[Picture | None, str]:
    """By how much two pictures in base64 differ, and what a reader must know of it; None where no pixel differs."""
    found: list[Image.Image] = []
    if allowance.pixels <= 0:
        return Picture(None, None, None, None, None), "too many pictures differ to compare the pixels of all of them"
    for name, told in (("earlier", before), ("later", after)):
        try:
            found.append(opened(told))
        except PictureError as fault:
            return Picture(None, None, None, None, None), f"the {name} picture {fault}"
    old, new = found
    allowance.pixels -= old.width * old.height + new.width * new.height
    try:
        pixels, frame, largest, mask = _compared(old, new)
    except PictureError as fault:
        return Picture(old.size, new.size, None, None, None), f"the pictures {fault}"
    if not pixels:
        return None, ""
    facts = Picture(old.size, new.size, pixels, pixels / frame, largest)
    if not allowance.drawn:
        return facts, ""
    drawn = [allowance.take(encoded(one)) for one in (old, new, _overlay(new, mask))]
    return Picture(old.size, new.size, pixels, pixels / frame, largest, *drawn), ""


def alone(told: str, allowance: Allowance, *, later: bool) -> tuple[Picture, str]:
    """A picture that only one run has."""
    try:
        one = opened(told)
    except PictureError as fault:
        return Picture(None, None, None, None, None), f"the picture {fault}"
    drawn = allowance.take(encoded(one)) if allowance.drawn else None
    if later:
        return Picture(None, one.size, None, None, None, after=drawn), ""
    return Picture(one.size, None, None, None, None, before=drawn), ""


def opened(told: str) -> Image.Image:
    """The first frame of a picture in base64 on white ground, or a `PictureError`."""
    if len(told) > LONGEST:
        raise PictureError(f"has {len(told):,} characters, more than are read")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # we have a lower limit of our own
            with Image.open(io.BytesIO(base64.b64decode(told, validate=False)), formats=FORMATS) as picture:
                if picture.width * picture.height > MOST_PIXELS:
                    size = f"{picture.width:,} × {picture.height:,}"
                    raise PictureError(f"has {size} pixels, more than are compared")
                picture.load()
                return _on_white(picture)
    except PictureError:
        raise
    except Image.DecompressionBombError:
        raise PictureError("has more pixels than are compared") from None
    # Pillow's readers raise whatever a broken file makes them meet.
    except (OSError, ValueError, SyntaxError, EOFError, KeyError, IndexError, TypeError, binascii.Error) as fault:
        raise PictureError(f"cannot be read: {str(fault)[:120] or type(fault).__name__}") from None


def encoded(picture: Image.Image) -> str:
    """A picture drawn anew, as a `data:` address of a PNG."""
    shown = picture
    if picture.width > WIDEST or picture.height > HIGHEST:
        shown = ImageOps.contain(picture, (WIDEST, HIGHEST))
    file = io.BytesIO()
    shown.save(file, "PNG", compress_level=6)
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode in ("RGB", "L"):
        return picture.convert("RGB")
    ground = Image.new("RGB", picture.size, "white")
    layer = picture.convert("RGBA")
    ground.paste(layer, mask=layer.getchannel("A"))
    return ground


def _compared(old: Image.Image, new: Image.Image) -> tuple[int, int, int, Image.Image]:
    """Pixels that differ, pixels of the frame that holds both, the largest difference, and where they differ."""
    frame = max(old.width, new.width), max(old.height, new.height)
    if frame[0] * frame[1] > 2 * MOST_PIXELS:
        raise PictureError("differ in shape so much that no frame holds both")
    apart = ImageChops.difference(*(_in_frame(one, frame) for one in (old, new)))
    # A maximum of three planes takes a tenth of the time of one along the last axis.
    channels = np.maximum.reduce([np.asarray(plane) for plane in apart.split()])
    where = channels > 0
    for one in (old, new):
        # What only one picture has differs, also where it is as white as the ground around the other.
        where[one.height :, :] = True
        where[:, one.width :] = True
    return int(where.sum()), frame[0] * frame[1], int(channels.max(initial=0)), Image.fromarray(where)


def _in_frame(picture: Image.Image, frame: tuple[int, int]) -> Image.Image:
    if picture.size == frame:
        return picture
    ground = Image.new("RGB", frame, "white")
    ground.paste(picture)
    return ground


def _overlay(new: Image.Image, mask: Image.Image) -> Image.Image:
    pale = ImageOps.grayscale(_in_frame(new, mask.size)).point(lambda value: 170 + value // 3).convert("RGB")
    pale.paste(_RED, mask=mask)
    return pale
