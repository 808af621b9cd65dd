"""Two texts line by line: the lines that differ, a few around them, and never more than a reader can take."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher

from runner.comparison.shown import Line

AROUND = 2
"""Equal lines shown before and after those that differ."""
MOST_ALIGNED = 1000
"""Lines of each text that are aligned; aligning takes their product in the worst case."""
MOST_SHOWN = 400
WIDEST = 400
"""Characters shown of a line."""
Cleaned = Callable[[str], str]


def lines(before: str, after: str, times: tuple[Cleaned, Cleaned] | None = None) -> tuple[Line, ...]:
    """The lines that differ; nothing where none do. `times` takes durations and dates out of either text."""
    if before == after or (times and times[0](before) == times[1](after)):
        return ()
    old, new = before.splitlines(), after.splitlines()
    if old == new:
        return ()
    shown = list(_shown(old, new, times))
    if len(shown) > MOST_SHOWN:
        shown = [*shown[:MOST_SHOWN], Line("…", f"{len(shown) - MOST_SHOWN:,} more lines")]
    return tuple(shown)


def whole(text: str, sign: str) -> tuple[Line, ...]:
    """All lines of a text that only one side has."""
    found = text.splitlines()
    more = [Line("…", f"{len(found) - MOST_SHOWN:,} more lines")] if len(found) > MOST_SHOWN else []
    return (*(Line(sign, _cut(one)) for one in found[:MOST_SHOWN]), *more)


def _shown(old: Sequence[str], new: Sequence[str], times: tuple[Cleaned, Cleaned] | None) -> Iterator[Line]:
    start = _equal_at_start(old, new)
    end = min(_equal_at_start(old[::-1], new[::-1]), len(old) - start, len(new) - start)
    middle = old[start : len(old) - end], new[start : len(new) - end]
    if start:
        yield from _gap(start - AROUND)
        yield from (Line(" ", _cut(one)) for one in old[max(0, start - AROUND) : start])
    aligned = middle[0][:MOST_ALIGNED], middle[1][:MOST_ALIGNED]
    yield from _aligned(*aligned, times)
    for sign, one in zip("-+", middle, strict=True):
        if len(one) > MOST_ALIGNED:
            yield Line("…", f"{len(one) - MOST_ALIGNED:,} more lines ({sign}), not aligned")
    if end:
        yield from (Line(" ", _cut(one)) for one in old[len(old) - end :][:AROUND])
        yield from _gap(end - AROUND)


def _aligned(old: Sequence[str], new: Sequence[str], times: tuple[Cleaned, Cleaned] | None) -> Iterator[Line]:
    for tag, i, j, k, m in SequenceMatcher(None, old, new).get_opcodes():
        if tag == "equal":
            yield from _equal(old[i:j])
        elif tag == "replace" and j - i == m - k:
            for one, other in zip(old[i:j], new[k:m], strict=True):
                if times and times[0](one) == times[1](other):
                    yield Line(" ", _cut(one))
                else:
                    yield from _turned(one, other)
        else:
            yield from (Line("-", _cut(one)) for one in old[i:j])
            yield from (Line("+", _cut(one)) for one in new[k:m])


def _equal(found: Sequence[str]) -> Iterator[Line]:
    if len(found) <= 2 * AROUND + 1:
        yield from (Line(" ", _cut(one)) for one in found)
        return
    yield from (Line(" ", _cut(one)) for one in found[:AROUND])
    yield from _gap(len(found) - 2 * AROUND)
    yield from (Line(" ", _cut(one)) for one in found[-AROUND:])


def _gap(count: int) -> Iterator[Line]:
    if count > 0:
        yield Line("…", f"{count:,} equal line{'' if count == 1 else 's'}")


def _turned(one: str, other: str) -> Iterator[Line]:
    """A line and what became of it; of long ones the part where they part."""
    begin = 0
    if max(len(one), len(other)) > WIDEST:
        same = next((place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), 0)
        begin = max(0, same - 40)
    yield Line("-", _cut(one, begin))
    yield Line("+", _cut(other, begin))


def _cut(text: str, begin: int = 0) -> str:
    kept = text[begin : begin + WIDEST]
    return f"{'…' if begin else ''}{kept}{'…' if begin + WIDEST < len(text) else ''}"


def _equal_at_start(old: Sequence[str], new: Sequence[str]) -> int:
    count = 0
    for one, other in zip(old, new, strict=False):
        if one != other:
            break
        count += 1
    return count
