"""Which cell of one notebook is which cell of the other.

Cells at both ends and cells that stand once in either notebook are found first, by their source, then by their id.
What lies between them is left to nbdime's alignment in several levels: equal sources, then sources that resemble each
other. That takes the product of both lengths, so very long stretches are paired one after the other instead.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from nbdime.diffing.generic import compare_strings_approximate  # type: ignore[import-untyped]  # it has no types
from nbdime.diffing.snakes import compute_snakes_multilevel  # type: ignore[import-untyped]

from runner.comparison.executed import Executed

Pair = tuple[int | None, int | None]
"""Positions of a cell in both notebooks; None where one has no such cell."""
Key = Callable[[Executed], tuple[str, str] | None]
"""What tells a cell from others; None where it has no such thing."""
MOST_COMPARED = 1_600
"""Pairs of cells of which each is looked at, for all stretches of a notebook together."""
ALIKE = 0.6
"""Share of a source (of characters in short ones, of lines in long ones) that makes two cells one that was edited."""
_SHORT = 200
_MOST_LINES = 100


def align(old: Sequence[Executed], new: Sequence[Executed]) -> list[Pair]:
    """All cells of both notebooks in order, those that belong together as one pair."""
    left = MOST_COMPARED
    pairs: list[Pair] = []
    for i, j in _stretches(old, new, _by_source, _by_id):
        if isinstance(i, int) and isinstance(j, int):
            pairs.append((i, j))
        elif isinstance(i, range) and isinstance(j, range):
            close = len(i) * len(j) <= left
            left -= len(i) * len(j) if close else 0
            found = _nearest([old[n] for n in i], [new[n] for n in j]) if close else _in_order(len(i), len(j))
            pairs += [(None if a is None else i[a], None if b is None else j[b]) for a, b in found]
    return pairs


def _stretches(
    old: Sequence[Executed], new: Sequence[Executed], key: Key, *others: Key
) -> Iterator[tuple[int, int] | tuple[range, range]]:
    """Cells that are surely the same by the first key, or by the others between them; and what is left between."""
    i = j = 0
    for end_i, end_j in [*_anchors(old, new, key), (len(old), len(new))]:
        if others:
            for one, other in _stretches(old[i:end_i], new[j:end_j], *others):
                yield _moved(one, i), _moved(other, j)  # type: ignore[misc]  # both are numbers, or both ranges
        else:
            yield range(i, end_i), range(j, end_j)
        if end_i < len(old):
            yield end_i, end_j
        i, j = end_i + 1, end_j + 1


def _moved(place: int | range, by: int) -> int | range:
    return place + by if isinstance(place, int) else range(place.start + by, place.stop + by)


def _anchors(old: Sequence[Executed], new: Sequence[Executed], key: Key) -> list[tuple[int, int]]:
    """Positions of cells with one key: at both ends, and those that stand once, in one order."""
    keys_old, keys_new = list(map(key, old)), list(map(key, new))
    start = _equal_run(keys_old, keys_new)
    shorter = min(len(old), len(new)) - start
    end = _equal_run(keys_old[::-1][:shorter], keys_new[::-1][:shorter])
    middle_old, middle_new = keys_old[start : len(old) - end], keys_new[start : len(new) - end]
    once_old, once_new = Counter(middle_old), Counter(middle_new)
    place = {one: n for n, one in enumerate(middle_new)}
    single = [
        (start + n, start + place[one])
        for n, one in enumerate(middle_old)
        if one is not None and once_old[one] == once_new[one] == 1
    ]
    ends = [(len(old) - n, len(new) - n) for n in range(end, 0, -1)]
    return [*((n, n) for n in range(start)), *_longest_rising(single), *ends]


def _equal_run(old: Sequence[object], new: Sequence[object]) -> int:
    """How many keys at the beginning are equal, and are keys."""
    pairs = zip(old, new, strict=False)
    return next((n for n, (one, other) in enumerate(pairs) if one != other or one is None), min(len(old), len(new)))


def _by_source(cell: Executed) -> tuple[str, str] | None:
    return cell.kind, cell.source


def _by_id(cell: Executed) -> tuple[str, str] | None:
    return (cell.kind, cell.id) if cell.id else None


def _longest_rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Of pairs in the order of the first number, the longest part in which the second one rises too."""
    ends: list[int] = []
    at: list[int] = []
    before: list[int] = []
    for n, (_, second) in enumerate(pairs):
        place = bisect_left(ends, second)
        ends[place : place + 1] = [second]
        at[place : place + 1] = [n]
        before.append(at[place - 1] if place else -1)
    found, n = [], at[-1] if at else -1
    while n >= 0:
        found.append(pairs[n])
        n = before[n]
    return found[::-1]


def _nearest(old: Sequence[Executed], new: Sequence[Executed]) -> Iterator[Pair]:
    snakes = compute_snakes_multilevel(old, new, [_alike, _equal]) if old and new else []
    i = j = 0
    for start_i, start_j, length in [*snakes, (len(old), len(new), 0)]:
        yield from ((n, None) for n in range(i, start_i))
        yield from ((None, n) for n in range(j, start_j))
        yield from ((start_i + n, start_j + n) for n in range(length))
        i, j = start_i + length, start_j + length


def _in_order(old: int, new: int) -> Iterator[Pair]:
    yield from ((n, n) for n in range(min(old, new)))
    yield from ((n, None) for n in range(new, old))
    yield from ((None, n) for n in range(old, new))


def _equal(one: Executed, other: Executed) -> bool:
    return _by_source(one) == _by_source(other)


def _alike(one: Executed, other: Executed) -> bool:
    if one.kind != other.kind:
        return False
    if max(len(one.source), len(other.source)) <= _SHORT:
        return bool(compare_strings_approximate(one.source, other.source, threshold=ALIKE))
    parts = [[line.strip() for line in cell.source[:100_000].splitlines()[:_MOST_LINES]] for cell in (one, other)]
    return bool(compare_strings_approximate(*parts, threshold=ALIKE / 2))
