"""Why two runs differ, as far as their records say: what was asked otherwise, and read, and run with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from runner import wording
from runner.comparison.difference import Difference
from runner.comparison.facts import Input, Module, Parameter
from runner.outcomes import Status

MOST_PARAMETERS = 5
MOST_INPUTS = 2
_VERSION = ", version "


def of(told: Difference) -> Iterator[str]:
    """A line each; one that says so where the records hold no cause."""
    read = {one.name for one in told.inputs}
    asked = [one for one in told.parameters if one.name not in read]
    yield from (_asked(one, told.parameters) for one in asked[:MOST_PARAMETERS])
    if (more := len(asked) - MOST_PARAMETERS) > 0:
        yield f"and {wording.counted(more, 'more parameter')}"
    yield from map(_read, told.inputs[:MOST_INPUTS])
    code = [f"{wording.counted(len(one.cells) + one.left_out, 'cell')} of {one.name}" for one in told.code]
    code += [_module(one) for one in told.modules]
    if code:
        yield f"code changed{_commits(told)}: {', '.join(code)}"
    if told.environment:
        named = [f"{one.name} {one.before or '–'} → {one.after or '–'}" for one in told.environment[:3]]
        more = len(told.environment) - 3
        yield f"environment: {', '.join(named)}{f' and {more} more' if more > 0 else ''}"
    recorded = (told.parameters, told.inputs, told.code, told.modules, told.environment, told.steps, told.gaps)
    good = told.before.status == told.after.status == Status.SUCCEEDED
    if good and not any(recorded) and any((told.metrics, told.rows, told.outputs, told.files)):
        yield "parameters, inputs, code and environment are the same: nothing recorded explains what differs"


def _asked(one: Parameter, every: Sequence[Parameter]) -> str:
    many = len({other.steps for other in every if other.name == one.name}) > 1
    where = f"{', '.join(one.steps)}: " if many else ""
    return f"{where}{one.name} {_value(one.before)} → {_value(one.after)}"


def _read(one: Input) -> str:
    (old, _, was), (new, _, now) = ((place or "nothing").partition(_VERSION) for place in (one.before, one.after))
    place = f"{old} → {new}" if old != new else new
    version = f"version {was or 'none'} → {now or 'none'}" if was != now else ""
    other = "other data" if old == new and not version else ""
    return ", ".join(filter(None, (f"{one.name}: {place}", version, other, _rows(one.before_rows, one.after_rows))))


def _commits(told: Difference) -> str:
    old, new = told.before.commit, told.after.commit
    return f", commit {old[:8]} → {new[:8]}" if old and new and old != new else ""


def _module(one: Module) -> str:
    many = len(one.files)
    return f"{one.name} ({wording.counted(many, 'file')})" if many else one.name


def _rows(before: int | None, after: int | None) -> str:
    if before is None or after is None or before == after:
        return ""
    return f"{before:,} → {after:,} rows"


def _value(text: str | None) -> str:
    if text is None:
        return "not declared"
    # A name or a date as a person writes it; quotes only where they tell a text from something else.
    inner = text[1:-1]
    plain = (
        text[:1] in "'\"" and text[:1] == text[-1:] and inner[:1].isalnum() and inner not in ("None", "True", "False")
    )
    told = inner if plain and not inner.replace(".", "").isdecimal() else text
    return told if len(told) <= 40 else f"{told[:39]}…"
