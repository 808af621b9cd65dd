"""What a cell prints."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.kernel.messages import size
from runner.kernel.streams import JOIN_AFTER, Stream

AS_NBCLIENT = re.compile(r".*\r(?=[^\n])")


def joined(*texts: str) -> Stream:
    stream = Stream("stdout")
    for text in texts:
        stream.add(text)
    return stream


@given(st.lists(st.text(alphabet="ab\r\n", max_size=6), max_size=8))
def test_carriage_returns_are_obeyed_as_nbclient_does(texts: list[str]) -> None:
    """However the text is split over messages, a line shows what was written to it last; the size is of what stays."""
    stream = joined(*texts)
    assert stream.text == AS_NBCLIENT.sub("", "".join(texts))
    assert stream.size == size(stream.text)


def test_a_flood_of_single_characters_is_joined() -> None:
    """Its chunks do not pile up."""
    stream = joined(*["x\n"] * (3 * JOIN_AFTER))
    assert stream.text == "x\n" * 3 * JOIN_AFTER
    assert len(stream._lines) <= JOIN_AFTER + 1


@pytest.mark.parametrize(("kept", "text"), [(3, "f\ng"), (0, ""), (99, "abc\ndef\ng")])
def test_the_front_is_cut_off(kept: int, text: str) -> None:
    """What stays is the end, and what went is counted."""
    stream = joined("abc\ndef\ng")
    stream.keep_last(kept)
    assert stream.text == text
    assert stream.dropped == size("abc\ndef\ng") - size(text)
    stream.add("\rh")
    assert stream.text == text[: text.rfind("\n") + 1] + "h" if text else "h"
