"""Words that several answers on a panel share: trust, a level, a signed change, the best of many."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import pandas as pd

from insiders.charts.series_axes import level_of
from insiders.forecasting.growth import MANIFOLD
from insiders.language import Language, mark
from insiders.verdicts import LINES, UNKNOWN

TRUST: Mapping[str, str] = MappingProxyType(
    {"high": mark("high trust"), "medium": mark("medium trust"), "low": mark("low trust"), UNKNOWN: mark("no verdict")}
)
"""What a word of `insiders.verdicts` is called."""
WORDS = (*LINES, "low")


def trust(word: str, speak: Language) -> str:
    """The verdict in the language."""
    return speak.say(TRUST[word])


def level_name(level: str, speak: Language) -> str:
    """A level in the language."""
    return speak.say(level_of(level))


def series_name(level: str, series: str, speak: Language) -> str:
    """A series by its own name; of a level that is one series, the level's."""
    return level_name(level, speak) if series == level else series


def signed(share: float, speak: Language) -> str:
    """A change with its sign; how many times as much where a share would say little."""
    if share > MANIFOLD:
        return f"×{speak.decimal(1 + share, 1)}"
    return f"{'+' if share >= 0 else '−'}{speak.percent(abs(share))}" if pd.notna(share) else speak.say("unknown")


def errors_of(judged: pd.DataFrame, level: str, series: str | None = None) -> tuple[float, float, str]:
    """Error, that of seasonal naive, and verdict of a level or of one of its series; unknown where none was scored."""
    named = judged["series"].isna() if series is None else judged["series"] == series
    rows = judged[(judged["level"] == level) & named.to_numpy(dtype=bool, na_value=False)]
    if rows.empty:
        return float("nan"), float("nan"), UNKNOWN
    row = rows.iloc[0]
    return float(row["total_error"]), float(row["baseline"]), str(row["verdict"])
