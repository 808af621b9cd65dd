"""A marked block among the lines of a text that somebody else wrote: put there, found, taken out, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable

from runner.errors import UsageError

_BEGIN = "# >>> insiders: {key} (written by `runner cron install`; change it by that command)"
_END = "# <<< insiders: {key}"


def found(text: str, key: str) -> list[str] | None:
    """The lines within the block; None where there is none, and a `UsageError` where its end or beginning is gone."""
    place = _place(text.splitlines(), key)
    return None if place is None else text.splitlines()[place[0] + 1 : place[1]]


def put(text: str, key: str, lines: Iterable[str], *, at_end: bool = False) -> str:
    """The text with the block, in its old place or behind all other lines; the same text where it is there already."""
    block = [_BEGIN.format(key=key), *lines, _END.format(key=key)]
    all_lines = text.splitlines()
    place = _place(all_lines, key)
    if place is not None and not (at_end and any(line.strip() for line in all_lines[place[1] + 1 :])):
        return _joined(all_lines[: place[0]], block, all_lines[place[1] + 1 :])
    rest = taken_out(text, key).splitlines()
    return _joined(rest, block)


def taken_out(text: str, key: str) -> str:
    """The text without the block."""
    lines = text.splitlines()
    place = _place(lines, key)
    return text if place is None else _joined(lines[: place[0]], lines[place[1] + 1 :])


def _place(lines: list[str], key: str) -> tuple[int, int] | None:
    begins = [number for number, line in enumerate(lines) if line == _BEGIN.format(key=key)]
    ends = [number for number, line in enumerate(lines) if line == _END.format(key=key)]
    if not begins and not ends:
        return None
    if len(begins) != 1 or len(ends) != 1 or ends[0] < begins[0]:
        said = f"the block {key!r} has {len(begins)} beginnings and {len(ends)} ends, so nobody can tell what is in it"
        raise UsageError(f"{said}; mend its marks by hand (crontab -e), then install again")
    return begins[0], ends[0]


def _joined(*parts: list[str]) -> str:
    lines = [line for part in parts for line in part]
    return "\n".join(lines) + "\n" if lines else ""
