"""The outputs of two cells that belong together: texts, tables, pictures and data, without what is never the same."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from time import thread_time
from typing import Any

from runner.comparison import pictures, shown_tables, texts
from runner.comparison.code import Pairs
from runner.comparison.executed import Executed, text_of
from runner.comparison.noise import Noise
from runner.comparison.pictures import Allowance
from runner.comparison.shown import Output, Turn
from runner.reading.marks import METRIC

PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")
_LEFT_OUT = {METRIC, "application/vnd.jupyter.widget-view+json"}
"""Told elsewhere, or with a random id and nothing else."""
MOST_ALIGNED = 300
LONGEST = 8_000_000
"""Characters of a text that are compared line by line; of a longer one only whether it differs."""
MOST_SECONDS = 60.0
"""After so long, what differs is told without looking into it."""
_TOO_LATE = f"not looked into: the outputs of these runs take longer than {MOST_SECONDS:.0f} s to compare"
_NOT_SHOWN = f"it has more than {LONGEST:,} characters, and its lines are not shown"


@dataclass(frozen=True)
class Part:
    """One thing that a cell shows."""

    kind: str
    mime: str
    content: str
    """Text, or a picture in base64."""


@dataclass(frozen=True)
class Ways:
    """How two runs' outputs are compared."""

    before: Noise
    after: Noise
    allowance: Allowance
    ends: float = field(default_factory=lambda: thread_time() + MOST_SECONDS)
    """When to stop looking closely, in processor time of this thread: a busy host changes no answer."""

    def texts(self, old: str, new: str) -> tuple[str, str]:
        """Two texts without what no two runs share."""
        return self.before.without_names(old), self.after.without_names(new)


def changes(old: Sequence[Executed], new: Sequence[Executed], aligned: Pairs, ways: Ways) -> Iterator[Output]:
    """The outputs that differ, cell by cell."""
    for i, j in aligned:
        one, other = None if i is None else old[i], None if j is None else new[j]
        if one and other and one.outputs == other.outputs:
            continue
        before, after = (parts(cell.outputs) if cell else [] for cell in (one, other))
        cell = other or one
        numbers = one.number if one else None, other.number if other else None
        for turn, kind, facts in _of_cell(before, after, ways):
            yield Output(turn, kind, *numbers, cell.heading if cell else "", **facts)


def parts(outputs: Sequence[Mapping[str, Any]]) -> list[Part]:
    """What a cell shows, in order; what it writes to one stream in several pieces is one text."""
    found: list[Part] = []
    for output in outputs:
        kind = output.get("output_type")
        if kind == "stream":
            stream, text = str(output.get("name")), text_of(output.get("text"))
            if found and (found[-1].kind, found[-1].mime) == ("text", stream):
                text = found.pop().content + text
            found.append(Part("text", stream, text))
        elif kind == "error":
            trace = output.get("traceback")
            lines = [f"{output.get('ename')}: {output.get('evalue')}", *(trace if isinstance(trace, list) else [])]
            found.append(Part("error", "error", "\n".join(map(str, lines))))
        elif isinstance(output.get("data"), dict):
            found += _of_data(output["data"])
    return found


def _of_data(data: Mapping[str, Any]) -> list[Part]:
    """Every form in which a thing is shown; plain text only where there is no other."""
    kinds = [kind for kind in sorted(data) if kind not in _LEFT_OUT]
    rich = [kind for kind in kinds if kind != "text/plain"]
    if not rich and _LEFT_OUT & data.keys():
        return []
    return [_part(kind, data[kind]) for kind in rich or kinds]


def _part(kind: str, told: object) -> Part:
    if kind in PICTURES:
        return Part("picture", kind, text_of(told))
    if kind == "text/html":
        html = text_of(told)
        return Part("table" if "<table" in html.lower() else "html", kind, html)
    if isinstance(told, str | list) and not kind.endswith("json"):
        return Part("text", kind, text_of(told))
    return Part("data", kind, json.dumps(told, ensure_ascii=False, sort_keys=True, indent=1))


def _of_cell(old: list[Part], new: list[Part], ways: Ways) -> Iterator[tuple[Turn, str, dict[str, Any]]]:
    for one, other in _paired(old, new):
        if thread_time() > ways.ends:
            if one != other:
                yield "changed", (one or other or old[0]).kind, {"note": _TOO_LATE}
        elif one and other:
            yield from (("changed", kind, facts) for kind, facts in _changed(one, other, ways))
        elif one:
            yield "gone", one.kind, _alone(one, "-", ways)
        elif other:
            yield "new", other.kind, _alone(other, "+", ways)


def _paired(old: list[Part], new: list[Part]) -> Iterator[tuple[Part | None, Part | None]]:
    """Parts that belong together: equal ones, then those of one kind in order."""
    if len(old) == len(new) and all((a.kind, a.mime) == (b.kind, b.mime) for a, b in zip(old, new, strict=True)):
        yield from zip(old, new, strict=True)
        return
    aligned = old[:MOST_ALIGNED], new[:MOST_ALIGNED]
    for tag, i, j, k, m in SequenceMatcher(None, *aligned, autojunk=False).get_opcodes():
        if tag != "equal":
            yield from _by_kind(old[i:j], new[k:m])
    yield from _by_kind(old[MOST_ALIGNED:], new[MOST_ALIGNED:])


def _by_kind(old: list[Part], new: list[Part]) -> Iterator[tuple[Part | None, Part | None]]:
    waiting: dict[tuple[str, str], list[Part]] = {}
    for one in old:
        waiting.setdefault((one.kind, one.mime), []).append(one)
    for queue in waiting.values():
        queue.reverse()
    for other in new:
        queue = waiting.get((other.kind, other.mime), [])
        yield (queue.pop() if queue else None), other
    yield from ((one, None) for queue in waiting.values() for one in reversed(queue))


def _changed(one: Part, other: Part, ways: Ways) -> Iterator[tuple[str, dict[str, Any]]]:
    if one.content == other.content:
        return
    if one.kind == "picture":
        yield from _picture(one, other, ways)
        return
    old, new = ways.texts(one.content, other.content)
    if old == new:
        return
    if one.kind in ("table", "html") and max(len(old), len(new)) <= shown_tables.LONGEST_HTML:
        yield from _html(old, new, ways)
        return
    if max(len(old), len(new)) > LONGEST:
        yield one.kind, {"note": _NOT_SHOWN}
        return
    if lines := texts.lines(old, new, _times(ways)):
        yield "text" if one.kind in ("table", "html") else one.kind, {"lines": lines}


def _picture(one: Part, other: Part, ways: Ways) -> Iterator[tuple[str, dict[str, Any]]]:
    if "".join(one.content.split()) == "".join(other.content.split()):
        return
    found, note = pictures.difference(one.content, other.content, ways.allowance)
    if found or note:
        yield "picture", {"picture": found, "note": note}


def _html(old: str, new: str, ways: Ways) -> Iterator[tuple[str, dict[str, Any]]]:
    before, after = shown_tables.read(old), shown_tables.read(new)
    for one, other in zip(before.tables, after.tables, strict=False):
        if table := shown_tables.difference(one, other, _times(ways)):
            yield "table", {"table": table}
    shorter = min(len(before.tables), len(after.tables))
    for turned, sign in ((before.tables[shorter:], "-"), (after.tables[shorter:], "+")):
        for grid in turned:
            yield "table", {"lines": texts.whole("\n".join(shown_tables.plain_rows(grid)), sign)}
    if lines := texts.lines(before.text, after.text, _times(ways)):
        yield "text", {"lines": lines}


def _alone(part: Part, sign: str, ways: Ways) -> dict[str, Any]:
    if part.kind == "picture":
        found, note = pictures.alone(part.content, ways.allowance, later=sign == "+")
        return {"picture": found, "note": note}
    noise = ways.after if sign == "+" else ways.before
    if len(part.content) > LONGEST:
        return {"note": _NOT_SHOWN}
    text = noise.without_names(part.content)
    if part.kind in ("table", "html") and len(text) <= shown_tables.LONGEST_HTML:
        page = shown_tables.read(text)
        text = "\n".join([page.text, *(row for grid in page.tables for row in shown_tables.plain_rows(grid))]).strip()
    return {"lines": texts.whole(text, sign)}


def _times(ways: Ways) -> tuple[Any, Any]:
    return ways.before.without_times, ways.after.without_times
