"""What the parts of a difference on a terminal are made of: headings, tables that fold, and an end to long lists."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext

from rich.console import Console
from rich.table import Table
from rich.text import Text

from runner.visible import visible

MOST_ROWS = 20
"""Rows of a part."""


def paged(console: Console) -> AbstractContextManager[object]:
    """What is printed within stands still at its first screen where it is a person's and has more than one."""
    if not console.is_terminal:
        return nullcontext()
    # As git sets it for `git diff`: ends at once where a screen is enough, shows colours, leaves the text there.
    os.environ.setdefault("LESS", "FRX")
    return console.pager(styles=True)


def heading(name: str, count: int | None, console: Console) -> None:
    """A line that begins a part."""
    console.print()
    console.print(Text(visible(name) if count is None else f"{visible(name)} ({count:,})", style="bold underline"))


def grid(head: Sequence[str], rows: Sequence[Sequence[str]], console: Console) -> None:
    """Rows of texts below a head, as many as a screen bears."""
    shown = table(head)
    for row in rows[:MOST_ROWS]:
        shown.add_row(*(Text(visible(value)) for value in row))
    console.print(shown)
    more(len(rows) - MOST_ROWS, console)


def table(head: Sequence[str]) -> Table:
    """A table without lines, that folds what is too wide."""
    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for name in head:
        made.add_column(name, overflow="fold")
    return made


def more(count: int, console: Console, indent: str = "  ") -> None:
    """How many more there are, where there are more."""
    if count > 0:
        console.print(Text(f"{indent}and {count:,} more; --html FILE and --json show them", style="dim"))
