"""The cells and outputs of notebooks that differ, as a terminal shows them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.text import Text

from runner.comparison.screen import MOST_ROWS, heading, more
from runner.comparison.shown import Cell, Line, Notebook, Output, Outputs
from runner.visible import visible

MOST_LINES = 12
"""Lines of one cell or output."""
MOST_OUTPUTS = 6
"""Outputs of one notebook."""
_SIGNS = {"-": "red", "+": "green", " ": "dim", "…": "dim"}


def outputs(found: Iterable[Outputs], console: Console) -> None:
    """The outputs that differ, notebook by notebook."""
    for one in found:
        heading(f"outputs of {one.copy}", len(one.outputs) + one.left_out, console)
        for shown in one.outputs[:MOST_OUTPUTS]:
            _output(shown, console)
        more(len(one.outputs) - MOST_OUTPUTS + one.left_out, console)


def code(notebooks: Iterable[Notebook], console: Console) -> None:
    """The cells with another source."""
    for notebook in notebooks:
        heading(f"code of {notebook.name}", len(notebook.cells) + notebook.left_out, console)
        for cell in notebook.cells[:MOST_ROWS]:
            console.print(Text(f"  {_place(cell)}", style="cyan"))
            _lines(cell.lines, console)
        more(len(notebook.cells) + notebook.left_out - MOST_ROWS, console)


def _output(output: Output, console: Console) -> None:
    turn = "" if output.turn == "changed" else f" {output.turn}"
    console.print(Text(f"  {_place(output)}: {output.kind}{turn}", style="cyan"))
    if output.note:
        console.print(Text(f"    {visible(output.note)}", style="yellow"))
    if (picture := output.picture) and picture.pixels is not None:
        share = f"{100 * (picture.share or 0):.2g} %"
        console.print(Text(f"    {picture.pixels:,} pixels differ ({share}), by at most {picture.largest} of 255"))
    if (shown := output.table) is not None:
        sizes = f"{shown.rows_before:,} → {shown.rows_after:,} rows" if shown.rows_before != shown.rows_after else ""
        for word, names in (("new columns", shown.columns_new), ("columns gone", shown.columns_gone)):
            sizes += f"{', ' if sizes else ''}{word}: {', '.join(names)}" if names else ""
        if sizes:
            console.print(Text(f"    {visible(sizes)}"))
        for field in shown.cells[: MOST_LINES // 2]:
            turned = f"{field.row} · {field.column}: {field.before} → {field.after}"
            console.print(Text(f"    {visible(turned)}"))
        more(len(shown.cells) - MOST_LINES // 2 + shown.left_out, console, "    ")
    _lines(output.lines, console)


def _lines(lines: Sequence[Line], console: Console) -> None:
    for line in lines[:MOST_LINES]:
        console.print(Text(f"    {line.sign} {visible(line.text)}", style=_SIGNS.get(line.sign, "")))
    more(len(lines) - MOST_LINES, console, "    ")


def _place(one: Cell | Output) -> str:
    number = one.number_after if one.number_after is not None else one.number_before
    told = "text" if number is None else f"cell {number}"
    return visible(f"{told} · {one.heading}" if one.heading else told)
