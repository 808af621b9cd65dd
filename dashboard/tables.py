"""Tables as readers see them: headings with units, numbers with thousands separators, sorted by what they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import streamlit as st
from pandas.io.formats.style import Styler

from dashboard.wording import decimal, percent, whole

MISSING = "–"
Format = Callable[[Any], str] | None
_ROW, _WRAPPED_ROW = 35, 66
"""Height of a row (pixels); Streamlit goes on in a next line only where rows are higher than 64."""


@dataclass(frozen=True)
class Looks:
    """How a table is laid out."""

    height: int | None = None
    """Of the whole table (pixels); it scrolls where its rows need more."""
    wrapped: bool = False
    """Whether a long text goes on in the next line, up to the third, in place of being cut."""
    widths: Mapping[str, int] = field(default_factory=dict)
    """Of columns, by name (pixels); the others share what is left."""
    told: Mapping[str, str] = field(default_factory=dict)
    """What a short heading means, by the column's name."""


PLAIN = Looks()


def show(rows: pd.DataFrame, columns: Mapping[str, tuple[str, Format]], key: str, looks: Looks = PLAIN) -> None:
    """Show the columns asked for as a table that can be sorted, searched and taken away."""
    st.dataframe(styled(rows, columns), key=key, **_options(columns, looks))


def marked(
    rows: pd.DataFrame, columns: Mapping[str, tuple[str, Format]], key: str, looks: Looks = PLAIN
) -> pd.Series | None:
    """Show the same table; the row that the reader marks, if any."""
    event: Any = st.dataframe(
        styled(rows, columns), key=key, on_select="rerun", selection_mode="single-row", **_options(columns, looks)
    )
    places = [place for place in event.selection.rows if place < len(rows)]
    return rows.iloc[places[0]] if places else None


def written(row: pd.Series, columns: Mapping[str, tuple[str, Format]]) -> dict[str, str]:
    """One row in full: by heading what stands there, as a table writes it."""
    there = {name: told for name, told in columns.items() if name in row}
    return {
        heading: MISSING if pd.isna(row[name]) else one(row[name]) if one else str(row[name])
        for name, (heading, one) in there.items()
    }


def _options(columns: Mapping[str, tuple[str, Format]], looks: Looks) -> dict[str, Any]:
    """What Streamlit is told of a table besides its rows."""
    config = {
        heading: st.column_config.Column(width=looks.widths.get(name), help=looks.told.get(name))
        for name, (heading, _) in columns.items()
    }
    heights = {"height": looks.height or "auto", "row_height": _WRAPPED_ROW if looks.wrapped else _ROW}
    return {"hide_index": True, "placeholder": MISSING, "column_config": config, **heights}


def styled(rows: pd.DataFrame, columns: Mapping[str, tuple[str, Format]]) -> Styler:
    """The columns asked for, in that order, under their headings; those that the rows lack are left out."""
    there = {name: told for name, told in columns.items() if name in rows}
    table = rows[list(there)].set_axis([heading for heading, _ in there.values()], axis="columns")
    formats: Any = {heading: one for heading, one in there.values() if one is not None}
    return table.style.format(formats, na_rep=MISSING)


def count(value: Any) -> str:  # noqa: ANN401 - a number of any kind
    """A whole number."""
    return MISSING if pd.isna(value) else whole(float(value))


def number(value: Any) -> str:  # noqa: ANN401 - a number of any kind
    """A number with two decimals."""
    return MISSING if pd.isna(value) else decimal(float(value))


def share(value: Any) -> str:  # noqa: ANN401 - a number of any kind
    """A share in percent."""
    return MISSING if pd.isna(value) else percent(float(value))


def yes_no(value: Any) -> str:  # noqa: ANN401 - a truth of any kind
    """Yes or no."""
    return MISSING if pd.isna(value) else "yes" if value else "no"


def date(value: Any) -> str:  # noqa: ANN401 - a day of any kind
    """A day as 2026-01-15."""
    return MISSING if pd.isna(value) else f"{value:%Y-%m-%d}"
