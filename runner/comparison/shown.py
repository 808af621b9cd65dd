"""What differs in notebooks: in the sources of cells, and in what the cells show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Turn = Literal["changed", "new", "gone"]


@dataclass(frozen=True)
class Line:
    """A line of two texts: `sign` is `-` before, `+` after, a blank in both, `…` for lines that are left out."""

    sign: str
    text: str


@dataclass(frozen=True)
class Cell:
    """A cell with another source."""

    turn: Turn
    kind: str
    """`code`, `markdown` or `raw`."""
    number_before: int | None
    """As Jupyter shows it, `In [n]`; None for cells without code."""
    number_after: int | None
    heading: str
    """The last heading above it."""
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Notebook:
    """The cells of a notebook that differ."""

    name: str
    steps: tuple[str, ...]
    cells: tuple[Cell, ...]
    left_out: int = 0
    """Cells that differ too, and are not listed."""


@dataclass(frozen=True)
class TableCell:
    """A field of a shown table with another text."""

    row: str
    column: str
    before: str
    after: str


@dataclass(frozen=True)
class Table:
    """What differs in a table that a cell shows."""

    rows_before: int
    rows_after: int
    columns_new: tuple[str, ...]
    columns_gone: tuple[str, ...]
    rows_new: tuple[tuple[str, ...], ...]
    rows_gone: tuple[tuple[str, ...], ...]
    cells: tuple[TableCell, ...]
    left_out: int
    """Rows and fields that differ too, and are not listed."""


@dataclass(frozen=True)
class Picture:
    """By how many pixels two pictures differ. Sizes are width and height in pixels, None where there is no picture."""

    size_before: tuple[int, int] | None
    size_after: tuple[int, int] | None
    pixels: int | None
    """Pixels of which any channel differs, and those that only one picture has; None where they were not counted."""
    share: float | None
    """Of all pixels of the frame that holds both."""
    largest: int | None
    """Largest difference of a channel, 0 to 255."""
    before: str | None = None
    """The picture, encoded anew, as a `data:` address; None where it was not asked for or cannot be shown."""
    after: str | None = None
    overlay: str | None = None
    """The later picture in pale grey, with the pixels that differ in red."""


@dataclass(frozen=True)
class Output:
    """An output that differs: a text (`lines`), a table or a picture."""

    turn: Turn
    kind: str
    """`text`, `error`, `table`, `picture` or `data`."""
    number_before: int | None
    number_after: int | None
    heading: str
    lines: tuple[Line, ...] = ()
    table: Table | None = None
    picture: Picture | None = None
    note: str = ""


@dataclass(frozen=True)
class Outputs:
    """The outputs of one executed copy that differ."""

    step: str
    copy: str
    outputs: tuple[Output, ...]
    left_out: int = 0
