"""Two pictures by their pixels."""

from __future__ import annotations

import base64
import io
import struct
import zlib
from time import process_time

import pytest
from PIL import Image, PngImagePlugin

from runner.comparison import pictures
from runner.comparison.pictures import Allowance, PictureError
from tests.runner.comparison.sides import png


def plain(colour: str = "white", size: tuple[int, int] = (40, 20)) -> Image.Image:
    return Image.new("RGB", size, colour)


def huge(width: int, height: int) -> str:
    """A small file that says it has very many pixels."""
    facts = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = (b"IHDR", facts), (b"IDAT", zlib.compress(b"\0" * 10**6)), (b"IEND", b"")
    chunks = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"".join(chunks)).decode()


def test_other_bytes_with_the_same_pixels_are_no_difference() -> None:
    """Compression, metadata, and a transparent ground that is white."""
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Creation Time", "2026-11-15")
    for other in (png(plain(), compress_level=0), png(plain(), pnginfo=notes), png(Image.new("RGBA", (40, 20)))):
        assert other != png(plain())
        assert pictures.difference(png(plain()), other, Allowance()) == (None, "")


def test_pixels_that_differ_are_counted_and_shown_in_red() -> None:
    """How many, of how many, by how much; both pictures and the overlay."""
    changed = plain()
    changed.paste((255, 255, 200), (0, 0, 10, 10))
    found, note = pictures.difference(png(plain()), png(changed), Allowance())
    assert found is not None
    assert note == ""
    assert (found.pixels, found.share, found.largest) == (100, 100 / 800, 55)
    drawn = [one for one in (found.before, found.after, found.overlay) if one]
    assert len(drawn) == 3
    assert all(one.startswith("data:image/png;base64,") for one in drawn)
    overlay = pictures.opened(drawn[-1].partition(",")[2])
    assert overlay.getpixel((5, 5)) == (220, 30, 30)
    assert overlay.getpixel((30, 15)) == (255, 255, 255)


def test_what_only_one_picture_has_differs() -> None:
    """Also where it is as white as nothing."""
    found, _ = pictures.difference(png(plain(size=(40, 20))), png(plain(size=(50, 10))), Allowance(drawn=False))
    assert found is not None
    assert (found.size_before, found.size_after) == ((40, 20), (50, 10))
    assert found.pixels == 40 * 10 + 10 * 20
    assert found.overlay is None


@pytest.mark.parametrize(
    "told",
    [
        "",
        "no base64 at all",
        base64.b64encode(b"<svg/>").decode(),
        png(plain())[:-30],
        base64.b64encode(b"%!PS-Adobe-3.0 EPSF").decode(),
    ],
)
def test_what_is_no_picture_is_told(told: str) -> None:
    """Broken, cut off, or of a kind that is not opened."""
    with pytest.raises(PictureError, match="cannot be read"):
        pictures.opened(told)
    assert "the later picture cannot be read" in pictures.difference(png(plain()), told, Allowance())[1]


def test_a_picture_of_twenty_thousand_by_twenty_thousand_is_not_unpacked() -> None:
    """It would take 1.2 GB; the answer comes at once."""
    told = huge(20_000, 20_000)
    began = process_time()
    with pytest.raises(PictureError, match="pixels"):
        pictures.opened(told)
    with pytest.raises(PictureError, match="5,000 × 4,000 pixels"):
        pictures.opened(huge(5_000, 4_000))
    assert process_time() - began < 2


def test_shapes_that_no_frame_holds_are_told() -> None:
    """A very wide picture and a very high one."""
    found, note = pictures.difference(png(plain(size=(9000, 2))), png(plain(size=(2, 9000))), Allowance(drawn=False))
    assert note == "the pictures differ in shape so much that no frame holds both"
    assert found is not None
    assert found.pixels is None


def test_there_is_a_bound_to_what_is_drawn_and_to_what_is_compared() -> None:
    """Then figures stand alone, and then not even these."""
    one, other = png(plain()), png(plain("black"))
    found, _ = pictures.difference(one, other, Allowance(left=10))
    assert found is not None
    assert (found.pixels, found.before) == (800, None)
    allowance = Allowance(pixels=1)
    assert pictures.difference(one, other, allowance)[1] == ""
    assert "too many pictures differ" in pictures.difference(one, other, allowance)[1]


def test_nothing_of_the_original_reaches_the_page() -> None:
    """What stands behind the pixels, or beside them in the file, is gone."""
    file = io.BytesIO()
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", "<script>")
    plain().save(file, "PNG", pnginfo=notes)
    told = base64.b64encode(file.getvalue() + b"<script>alert(1)</script>").decode()
    drawn = pictures.encoded(pictures.opened(told))
    assert b"script" not in base64.b64decode(drawn.partition(",")[2])
