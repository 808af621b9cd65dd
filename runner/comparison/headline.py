"""What matters about two runs in at most a screen: what was asked otherwise, what came out, and by how much."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from itertools import groupby, islice

from runner import wording
from runner.comparison import causes, figures
from runner.comparison.difference import Difference
from runner.comparison.facts import Metric
from runner.comparison.published import Column, Level, Rows

MOST = 20
"""Lines: a small terminal shows them all below the names of the runs."""
MOST_CAUSES = 8
MOST_GROUPS, MOST_OF_GROUP = 3, 3
"""Metrics of the group in which most came and went."""
MOST_TABLES = 6
"""Lines on published rows."""
MOST_METRICS, LEAST_METRICS = 8, 2
FIRST = 6
"""So many metrics of a step come before the others: notebooks show first what matters most."""
MOST_LEVEL_TABLES, MOST_LEVELS = 2, 3
_BOUNDS = ("_lower", "_upper")
WIDE, LONGEST = 110, 160
"""Characters of a line."""


def of(told: Difference) -> tuple[str, ...]:
    """The lines, the most important first; none where nothing differs."""
    own, metrics = _groups(told)
    lines = [*_circumstances(told), *islice(causes.of(told), MOST_CAUSES), *own]
    rest = list(_rest(told))
    room = MOST - len(lines) - len(rest) - LEAST_METRICS
    lines += islice(_published(told), max(0, min(MOST_TABLES, room)))
    room = max(0, MOST - len(lines) - len(rest))
    lines += [*islice(_metrics(metrics, min(MOST_METRICS, room - 1)), room), *rest]
    return tuple(line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…" for line in lines[:MOST])


def _circumstances(told: Difference) -> Iterator[str]:
    """What a reader must know before all else."""
    if told.before.pipeline != told.after.pipeline:
        yield f"two pipelines: {told.before.pipeline} and {told.after.pipeline}"
    if told.before.status != told.after.status:
        reason = told.after.reason or told.before.reason
        yield f"{told.before.status} → {told.after.status}{f': {reason}' if reason else ''}"
    if told.gaps:
        yield f"not compared: {told.gaps[0]}{f', and {len(told.gaps) - 1} more' if len(told.gaps) > 1 else ''}"
    for words, steps in (
        ("new steps", [one.name for one in told.steps if one.before is None]),
        ("steps gone", [one.name for one in told.steps if one.after is None]),
    ):
        if steps:
            yield f"{words}: {', '.join(steps)}"


def _groups(told: Difference) -> tuple[list[str], list[Metric]]:
    """Who is in and who is out, by the columns of yes or no, with the metrics of the first; and the other metrics."""
    found = [(one, table) for table in told.rows for one in table.columns if one.kind == "yes or no"]
    found.sort(key=lambda one: -(one[0].entered + one[0].left))
    lines, left = [], list(told.metrics)
    for column, table in found[:MOST_GROUPS]:
        word = column.name.removeprefix("is_").replace("_", " ")
        lines.append(f"{word}: {wording.counted(column.entered, _noun(table))} entered, {column.left:,} left")
        if len(lines) == 1:
            own = list(_own(column.name.removeprefix("is_"), left).values())[:MOST_OF_GROUP]
            lines += map(_metric, own)
            told_values = set(map(_values_of, own))
            left = [one for one in left if _values_of(one) not in told_values]
    return lines, left


def _own(group: str, found: Sequence[Metric]) -> dict[str, Metric]:
    """The metrics of a group, by their values: `insiders_revenue_share` is one of those who are an `insider`."""
    prefixes = f"{group}_", f"{group}s_"
    own = [one for one in found if one.change is not None and f"{one.name}_".startswith(prefixes)]
    first: dict[str, Metric] = {}
    for one in own:
        first.setdefault(_values_of(one), one)
    return first


def _published(told: Difference) -> Iterator[str]:
    """Which rows are new, which words turned, and how the figures of the shortest tables moved."""
    for words, tables in (
        ("published by the second run only", [one.table for one in told.rows if one.rows_before is None]),
        ("published by the first run only", [one.table for one in told.rows if one.rows_after is None]),
    ):
        if tables:
            yield f"{words}: {', '.join(tables)}"
    for table in told.rows:
        yield from _members(table)
    # The shorter a table, the more of a summary it is.
    metrics = set(map(_values_of, told.metrics))
    by_length = sorted(told.rows, key=lambda one: one.rows_after or 0)
    yield from islice((line for table in by_length for line in _levels(table, metrics)), MOST_LEVEL_TABLES)


def _rest(told: Difference) -> Iterator[str]:
    counted = [output.kind for one in told.outputs for output in one.outputs]
    parts = []
    if counted:
        pictures = counted.count("picture")
        which = f", {wording.counted(pictures, 'picture')} among them" if pictures else ""
        where = wording.counted(len(told.outputs), "notebook")
        parts.append(f"other outputs: {len(counted) + sum(one.left_out for one in told.outputs):,} of {where}{which}")
    if told.files:
        parts.append(f"other files: {len(told.files):,}")
    if parts:
        yield "; ".join(parts)


def _noun(table: Rows) -> str:
    return table.table.removesuffix("s").replace("_", " ")


def _members(table: Rows) -> Iterator[str]:
    """New rows and rows that are gone, then the words that turned."""
    if table.rows_before is None or table.rows_after is None:
        return
    noun = _noun(table)
    if not table.key or (table.entered, table.left) == (table.rows_after, table.rows_before):
        yield f"{table.table}: all other rows, {table.rows_before:,} → {table.rows_after:,}"
    elif table.entered or table.left:
        total = f"{table.rows_before:,} → {table.rows_after:,}"
        yield f"{wording.counted(table.entered, noun)} new, {table.left:,} gone ({total})"
    for column in [one for one in table.columns if one.moves][:2]:
        yield _moves(column, noun)


def _moves(column: Column, noun: str) -> str:
    """As many of the turns as a line holds."""
    line = f"{wording.counted(column.changed, noun)} changed {column.name.replace('_', ' ')}"
    sign = ": "
    for one in column.moves:
        turn = f"{_quoted(one.before)} → {_quoted(one.after)} {one.rows:,}"
        if sign != ": " and len(line) + len(turn) > WIDE:
            break
        line, sign = f"{line}{sign}{turn}", "; "
    return line


def _quoted(name: str) -> str:
    return f"“{name}”" if "," in name else name


def _levels(table: Rows, metrics: Container[object]) -> Iterator[str]:
    """How the first figure of a table moved, by group; not what is a metric, too."""
    first = next((one for one in table.columns if any(level.group for level in one.levels)), None)
    if first is None:
        return
    named = [one for one in first.levels if one.group and _values_of(one) not in metrics]
    told = [f"{_quoted(one.group)} {figures.turned(one.before, one.after, first.name)}" for one in named[:MOST_LEVELS]]
    if told:
        more = f" and {len(named) - MOST_LEVELS} more" if len(named) > MOST_LEVELS else ""
        yield f"{table.table}, {first.name.replace('_', ' ')}: {'; '.join(told)}{more}"


def _metrics(found: Sequence[Metric], most: int) -> Iterator[str]:
    """Those that a gate watches first, then those that moved most among the first of each step, then the others.

    One that several steps show, and the bounds of another one, are not told; those that only one run has, in a line.
    """
    names = {one.name for one in found}
    place = {id(one): n for _, step in groupby(found, lambda one: one.step) for n, one in enumerate(step)}
    ranked = sorted(
        (one for one in found if not any(one.name.removesuffix(end) in names - {one.name} for end in _BOUNDS)),
        key=lambda one: (one.gate is None, place[id(one)] >= FIRST, -abs(one.relative or 0.0)),
    )
    by_values = {_values_of(one): one for one in reversed(ranked)}
    told = [one for one in sorted(by_values.values(), key=ranked.index) if one.direction not in ("new", "gone")]
    yield from map(_metric, told[:most])
    alone = [[one for one in found if one.direction == word] for word in ("new", "gone")]
    if more := len(found) - min(len(told), most) - sum(map(len, alone)):
        yield f"and {wording.counted(more, 'more metric')}"
    for words, some in zip(("only the second run has", "only the first run has"), alone, strict=True):
        if some:
            yield f"{words} {wording.counted(len(some), 'metric')}: {_values(some)}"


def _values_of(one: Metric | Level) -> str:
    """Both values; floats without their last digits, which another order of the same sum changes."""
    return "→".join(
        f"{value:.9g}" if isinstance(value, float | int) else str(value) for value in (one.before, one.after)
    )


def _values(some: Sequence[Metric]) -> str:
    told = [
        f"{one.name.replace('_', ' ')} {figures.figure(one.after if one.before is None else one.before, one.name)}"
        for one in some[:MOST_OF_GROUP]
    ]
    return f"{', '.join(told)}{' …' if len(some) > len(told) else ''}"


def _metric(one: Metric) -> str:
    judged = f" ({one.direction})" if one.direction in ("better", "worse") else ""
    return f"{one.name.replace('_', ' ')} {figures.turned(one.before, one.after, one.name, one.unit)}{judged}"
