"""A difference as it is told on a terminal: what matters on the first screen, then part by part, each within bounds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.text import Text

from runner import wording
from runner.comparison import figures, sheets
from runner.comparison.difference import Difference, Run, SourceDifference
from runner.comparison.facts import Timing
from runner.comparison.published import Column, Member, Rows
from runner.comparison.screen import MOST_ROWS, grid, heading, more, table
from runner.progress import colour
from runner.visible import visible

_JUDGED = {"better": "green", "worse": "red"}


def show(told: Difference, console: Console) -> None:
    """Print what differs between two runs."""
    _runs(told.before, told.after, console)
    if told.empty:
        same = told.before.run_id == told.after.run_id
        console.print(Text(f"nothing differs{': this is one and the same run' if same else ''}", style="green"))
        _timings(told.timings, console)
        return
    for line in told.headline:
        console.print(Text(f"  {visible(line)}", style="bold"))
    _facts(told, console)
    sheets.code(told.code, console)
    _metrics(told, console)
    for rows in told.rows:
        _rows(rows, console)
    sheets.outputs(told.outputs, console)
    if told.files:
        heading("files", len(told.files), console)
        sizes = [(one.path, _size(one.before_bytes), _size(one.after_bytes)) for one in told.files]
        grid(("file", "before", "after"), sizes, console)
    _timings(told.timings, console)


def show_source(told: SourceDifference, console: Console) -> None:
    """Print how the code that ran differs from what stands in the working tree."""
    console.print(Text.assemble(("- ", "red"), *_named(told.run)))
    now = f"{told.commit[:12] if told.commit else 'no commit'}{' with uncommitted changes' if told.dirty else ''}"
    console.print(Text.assemble(("+ ", "green"), f"the working tree, {now}"))
    if told.commit and told.run.commit and told.commit != told.run.commit:
        console.print(Text(f"  commit {visible(told.run.commit[:12])} → {told.commit[:12]}", style="bold"))
    if told.empty:
        console.print(Text("what ran is what stands here now", style="green"))
        return
    if told.modules:
        heading("modules", len(told.modules), console)
        rows = [(one.name, ", ".join(one.files) or "changed") for one in told.modules]
        grid(("name", "files that differ from the run's commit"), rows, console)
    sheets.code(told.notebooks, console)
    _gaps(told.gaps, console)


def _runs(before: Run, after: Run, console: Console) -> None:
    console.print(Text.assemble(("- ", "red"), *_named(before)))
    console.print(Text.assemble(("+ ", "green"), *_named(after)))


def _named(run: Run) -> Iterator[tuple[str, str]]:
    yield visible(run.run_id), "bold"
    yield f"  {visible(run.pipeline)} {visible(run.logical_date)} ", ""
    yield visible(run.status), colour(run.status)


def _facts(told: Difference, console: Console) -> None:
    """The parts that are a name, a value before and a value after."""
    steps = [(one.name, one.before or "missing", one.after or "missing") for one in told.steps]
    parameters = [
        (", ".join(one.steps), one.name, _from(one.before, one.before_from), _from(one.after, one.after_from))
        for one in told.parameters
    ]
    inputs = [
        (
            one.name,
            _input(one.before, one.before_rows, one.before_sha256),
            _input(one.after, one.after_rows, one.after_sha256),
        )
        for one in told.inputs
    ]
    modules = [(one.name, (one.before or "–")[:12], (one.after or "–")[:12]) for one in told.modules]
    around = [(one.name, one.before or "–", one.after or "–") for one in told.environment]
    for name, head, rows in (
        ("steps", ("step", "before", "after"), steps),
        ("parameters", ("step", "parameter", "before", "after"), parameters),
        ("inputs", ("input", "before", "after"), inputs),
        ("modules", ("module", "before", "after"), modules),
        ("environment", ("what", "before", "after"), around),
    ):
        if rows:
            heading(name, len(rows), console)
            grid(head, rows, console)
    _gaps(told.gaps, console)


def _gaps(gaps: Sequence[str], console: Console) -> None:
    if gaps:
        heading("not compared", len(gaps), console)
        for gap in gaps[:MOST_ROWS]:
            console.print(Text(f"  {visible(gap)}", style="yellow"))
        more(len(gaps) - MOST_ROWS, console)


def _metrics(told: Difference, console: Console) -> None:
    if not told.metrics:
        return
    heading("metrics", len(told.metrics), console)
    shown = table(("step", "metric", "change", ""))
    for one in told.metrics[:MOST_ROWS]:
        turned = figures.turned(one.before, one.after, one.name, one.unit)
        told_of = (Text(visible(text)) for text in (one.step, one.name, turned))
        shown.add_row(*told_of, Text(one.direction, style=_JUDGED.get(one.direction, "dim")))
    console.print(shown)
    more(len(told.metrics) - MOST_ROWS, console)


def _rows(rows: Rows, console: Console) -> None:
    heading(f"rows of {rows.table}", None, console)
    counts = f"{_count(rows.rows_before)} → {_count(rows.rows_after)} rows"
    told = f", {rows.entered:,} new, {rows.left:,} gone" if rows.key else ""
    by = f" (by {', '.join(rows.key)})" if rows.key else " (no column names them)"
    console.print(Text(f"  {counts}{told}{visible(by)}"))
    for word, names in (("new", rows.examples_entered), ("gone", rows.examples_left)):
        if names:
            console.print(Text(f"  {word}: {visible(', '.join(names))}", style="dim"))
    told_columns = [(one.name, f"{one.changed:,}", _column(one)) for one in rows.columns]
    if told_columns:
        grid(("column", "changed", "how"), told_columns, console)
    for one in rows.columns:
        _members("entered", one.name, one.members_entered, one.entered, console)
        _members("left", one.name, one.members_left, one.left, console)


def _members(word: str, name: str, found: Sequence[Member], count: int, console: Console) -> None:
    if found:
        told = [(one.name, one.before or "–", one.after or "–") for one in found[:MOST_ROWS]]
        grid((f"{word} ({name})", "before", "after"), told, console)
        more(count - len(told), console)


def _column(one: Column) -> str:
    if one.kind == "yes or no":
        return f"{one.entered:,} entered, {one.left:,} left"
    if one.moves:
        return "; ".join(f"{move.before} → {move.after} {move.rows:,}" for move in one.moves[:3])
    levels = (
        f"{f'{level.group} ' if level.group else 'mean '}{figures.turned(level.before, level.after, one.name)}"
        for level in one.levels[:3]
    )
    return "; ".join(levels) or one.kind


def _timings(timings: Sequence[Timing], console: Console) -> None:
    heading("time and memory", None, console)
    shown = table(("step", "time", "", "memory", ""))
    for one in timings:
        times = wording.seconds(one.before_s), wording.seconds(one.after_s)
        memory = wording.memory(one.before_bytes), wording.memory(one.after_bytes)
        shown.add_row(Text(visible(one.step or "run")), *times, *memory)
    console.print(shown)


def _from(value: str | None, layer: str | None) -> str:
    return "not declared" if value is None else f"{value} ({layer})"


def _input(place: str | None, rows: int | None, digest: str | None) -> str:
    told = (place, None if rows is None else f"{rows:,} rows", digest and f"sha256 {digest[:12]}")
    return ", ".join(filter(None, told)) or "–"


def _size(value: int | None) -> str:
    return "–" if value is None else f"{value:,} bytes"


def _count(value: int | None) -> str:
    return "no" if value is None else f"{value:,}"
