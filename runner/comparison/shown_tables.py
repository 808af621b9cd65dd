"""Tables that cells show: read from their HTML as rows of texts, and compared field by field.

Only what a reader sees counts: markup, styles and the ids that pandas makes up are left out.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from html.parser import HTMLParser

from runner.comparison.shown import Table, TableCell

LONGEST_HTML = 600_000
"""Characters; longer HTML is compared as text."""
MOST_SHOWN = 200
_SILENT = {"style", "script", "template", "noscript", "title"}
_LINES = {"br", "p", "div", "li", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "summary", "section"}
"""Tags that begin and end lines."""
Row = tuple[str, ...]
Cleaned = Callable[[str], str]


@dataclass
class Grid:
    """One table."""

    header: list[Row] = field(default_factory=list)
    """The rows before the first one that holds a field (`td`)."""
    rows: list[Row] = field(default_factory=list)
    labels: int = 0
    """How many of the first fields of each row are labels (`th`)."""


@dataclass(frozen=True)
class Page:
    """What HTML shows."""

    tables: tuple[Grid, ...]
    text: str
    """The text outside of tables; pictures in it by their digests."""


def read(html: str) -> Page:
    """What a browser would show of HTML as text."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.outside).splitlines())
    return Page(tuple(reader.tables), "\n".join(filter(None, lines)))


def difference(old: Grid, new: Grid, times: tuple[Cleaned, Cleaned]) -> Table | None:
    """What differs in a table; None where nothing does."""
    if old == new:
        return None
    columns_old, columns_new = _columns(old), _columns(new)
    both = [(columns_old.index(name), n) for n, name in enumerate(columns_new) if name in columns_old]
    pairs, gone, added = _matched(old, new)
    cells = [
        TableCell(_label(new, other), columns_new[n], one[m], other[n])
        for one, other in pairs
        for m, n in both
        if m < len(one) and n < len(other) and one[m] != other[n] and times[0](one[m]) != times[1](other[n])
    ]
    fresh = tuple(name for name in columns_new if name not in columns_old)
    lost = tuple(name for name in columns_old if name not in columns_new)
    if not (cells or gone or added or fresh or lost):
        return None
    left_out = sum(max(0, len(one) - MOST_SHOWN) for one in (cells, gone, added))
    rows_new, rows_gone = (tuple(one[:MOST_SHOWN]) for one in (added, gone))
    shown = tuple(cells[:MOST_SHOWN])
    return Table(len(old.rows), len(new.rows), fresh, lost, rows_new, rows_gone, shown, left_out)


def _columns(grid: Grid) -> list[str]:
    """A name for each column: its fields in the header, and a number where that is not enough to tell it."""
    width = max(map(len, [*grid.header, *grid.rows]), default=0)
    heads = itertools.zip_longest(*([*row, *[""] * (width - len(row))] for row in grid.header)) if grid.header else ()
    names = [" ".join(filter(None, parts)) for parts in heads] or [""] * width
    seen: Counter[str] = Counter()
    found = []
    for n, name in enumerate(names):
        seen[name] += 1
        plain = name or f"column {n + 1}"
        found.append(plain if seen[name] == 1 else f"{plain} ({seen[name]})")
    return found


def _label(grid: Grid, row: Row) -> str:
    named = row[: max(1, grid.labels)]
    return " · ".join(filter(None, row[:2] if named[0].isdigit() and len(named) == 1 else named))


def _matched(old: Grid, new: Grid) -> tuple[list[tuple[Row, Row]], list[Row], list[Row]]:
    """Rows that belong together by their labels, or else by their place; rows that only one table has.

    Rows that are merely numbered go by their first field, where that names each of them once.
    """
    key = slice(0, min(old.labels, new.labels))
    if all(row[key] == (str(n),) for grid in (old, new) for n, row in enumerate(grid.rows)):
        key = slice(1, 2)
    names = [Counter(row[key] for row in grid.rows) for grid in (old, new)]
    if any(count > 1 or not any(name) for one in names for name, count in one.items()):
        shorter = min(len(old.rows), len(new.rows))
        return list(zip(old.rows, new.rows, strict=False)), old.rows[shorter:], new.rows[shorter:]
    by_name = {row[key]: row for row in old.rows}
    pairs = [(by_name[row[key]], row) for row in new.rows if row[key] in by_name]
    gone = [row for row in old.rows if row[key] not in names[1]]
    return pairs, gone, [row for row in new.rows if row[key] not in names[0]]


class _Reader(HTMLParser):
    """Collects tables, and the text around them. A table within a table is text of the outer one's field."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[Grid] = []
        self.outside: list[str] = []
        self._depth = 0
        self._silent = 0
        self._row: list[str] | None = None
        self._kinds: list[str] = []
        self._cell: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A table, a row or a field begins; an embedded picture counts as its digest."""
        if tag in _SILENT:
            self._silent += 1
        elif tag == "table":
            self._depth += 1
            if self._depth == 1:
                self.tables.append(Grid())
        elif tag == "tr" and self._depth == 1:
            self._end_row()
            self._row, self._kinds = [], []
        elif tag in ("td", "th") and self._depth == 1 and self._row is not None:
            self._end_cell()
            self._cell = []
            self._kinds.append(tag)
        elif tag == "img":
            source = next((value for name, value in attrs if name == "src" and value), "")
            self.handle_data(f"[picture {sha256(source.encode('utf-8', 'replace')).hexdigest()[:12]}]")
        elif tag in _LINES:
            self.handle_data("\n")

    def handle_endtag(self, tag: str) -> None:
        """A table, a row or a field ends."""
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in ("td", "th") and self._depth == 1:
            self._end_cell()
        elif tag == "tr" and self._depth == 1:
            self._end_row()
        elif tag == "table" and self._depth:
            if self._depth == 1:
                self._end_row()
            self._depth -= 1
        elif tag in _LINES:
            self.handle_data("\n")

    def handle_data(self, data: str) -> None:
        """Text, of a field or of what stands around tables."""
        if self._silent:
            return
        if self._cell is not None:
            self._cell.append(data)
        elif not self._depth:
            self.outside.append(data)

    def _end_cell(self) -> None:
        if self._cell is not None and self._row is not None:
            self._row.append(" ".join("".join(self._cell).split()))
        self._cell = None

    def _end_row(self) -> None:
        self._end_cell()
        if self._row and self.tables:
            grid = self.tables[-1]
            if "td" in self._kinds:
                grid.labels = grid.labels if grid.rows else self._kinds.index("td")
                grid.rows.append(tuple(self._row))
            else:
                (grid.rows if grid.rows else grid.header).append(tuple(self._row))
        self._row = None


def plain_rows(grid: Grid) -> Iterator[str]:
    """The rows as lines of text."""
    rows: Sequence[Row] = [*grid.header, *grid.rows]
    yield from (" | ".join(row) for row in rows)
