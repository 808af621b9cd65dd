"""What grows and what falls against the same weeks a year earlier, and how sure that is."""

from __future__ import annotations

import pandas as pd

from insiders.answers.answer import Answer
from insiders.charts import stores as charts
from insiders.forecasting.growth import MANIFOLD, YEAR
from insiders.store_answers import queries
from insiders.store_answers.panel import Panel
from insiders.store_answers.words import level_name, series_name, signed

TOPIC = "stores_growth"
TOLD = 3
"""Levels in the sentence; those below them follow in the text."""
NAMED = 3
"""Of each level, the series that rise most and those that fall most in the table."""


def what_grows(panel: Panel) -> Answer:
    """The change of every series, with bounds; a change is called clear where the bounds leave no doubt of its sign."""
    speak = panel.language
    question = speak.say("What grows, and what falls?")
    known = panel.growths.dropna(subset=["change"])
    if known.empty:
        none = speak.say("No series was sold a whole year ago, so nothing can be said of growth.")
        return Answer(TOPIC, question, none)
    by_level = {str(level): rows for level, rows in known.groupby("level", sort=False)}
    told = [_most(panel, level, rows) for level, rows in by_level.items()]
    sentence = speak.say("Against the same weeks a year earlier: {changes}.", changes="; ".join(told[:TOLD]))
    further = speak.say("Further: {changes}.", changes="; ".join(told[TOLD:])) if told[TOLD:] else ""
    clear = [
        speak.say("{clear} of {all} ({level})", clear=speak.whole(_clear(rows).sum()),
                  all=speak.whole(len(rows)), level=level_name(str(level), speak))
        for level, rows in by_level.items()
    ]  # fmt: skip
    text = speak.say(
        "Compared are the days forecast with those 52 weeks before, so that weekdays meet. Brackets hold the bounds of "
        "each series' own sum, which should hold four of five times. By these bounds the sign of the change is clear "
        "for {clear}. A forecast carries the recent level on, so a change is mostly what has happened since; one year "
        "is one example, and says nothing of why.",
        clear=speak.listing(clear),
    )
    figures: dict[str, object] = {}
    sql: dict[str, str] = {}
    for name, rows in by_level.items():
        values = {
            "change": rows["change"], "change_lower": rows["change_lower"], "change_upper": rows["change_upper"],
            "year_earlier": rows["year_earlier"], "expected": rows["expected"],
        }  # fmt: skip
        figures |= {
            f"{name}_{figure}": dict(zip(rows["series"], column, strict=True)) for figure, column in values.items()
        }
        figures[f"{name}_clear"] = int(_clear(rows).sum())
        sql |= _queries(panel, name)
    chart = charts.change(known, speak)
    return Answer(TOPIC, question, sentence, f"{further} {text}".strip(), figures, sql, chart, _table(panel, by_level))


def _queries(panel: Panel, level: str) -> dict[str, str]:
    model, first, last = panel.models[level], panel.first_day - YEAR, panel.last_day - YEAR
    lower, upper = (queries.change(queries.own(side, level, model), level, first, last) for side in ("lower", "upper"))
    earlier = queries.sold(level, first, last, since_before=True)
    return {
        f"{level}_change": queries.change(queries.expected(level, model), level, first, last),
        f"{level}_change_lower": lower,
        f"{level}_change_upper": upper,
        f"{level}_year_earlier": f"SELECT series, x FROM ({earlier}) AS earlier WHERE x > 0",  # noqa: S608
        f"{level}_expected": queries.expected_of_old(level, model, first, last),
        f"{level}_clear": queries.clear(lower, upper),
    }


def _clear(rows: pd.DataFrame) -> pd.Series:
    return (rows["change_lower"] > 0) | (rows["change_upper"] < 0)


def _most(panel: Panel, level: str, rows: pd.DataFrame) -> str:
    """Who of a level grows most and who falls most."""
    speak, ordered = panel.language, rows.sort_values("change", kind="stable")
    if len(rows) == 1:
        only = ordered.iloc[0]
        return speak.say(
            "{name} {change}", name=series_name(level, str(only["series"]), speak), change=_told(panel, only)
        )
    up, down, name = ordered.iloc[-1], ordered.iloc[0], level_name(level, speak)
    most = {"up": str(up["series"]), "up_change": _told(panel, up)}
    least = {"down": str(down["series"]), "down_change": _told(panel, down)}
    if down["change"] >= 0:
        return speak.say("of the {level}, {up} grows most ({up_change}) and none falls", level=name, **most)
    if up["change"] <= 0:
        return speak.say("of the {level}, none grows and {down} falls most ({down_change})", level=name, **least)
    return speak.say(
        "of the {level}, {up} grows most ({up_change}) and {down} falls most ({down_change})",
        level=name, **most, **least,
    )  # fmt: skip


def _told(panel: Panel, row: pd.Series) -> str:
    """A change with its bounds; in amounts where a share would say little."""
    speak = panel.language
    if row["change"] > MANIFOLD:
        return speak.say(
            "{expected} after {earlier}",
            expected=panel.amount(row["expected"], row["unit"]),
            earlier=speak.whole(row["year_earlier"]),
        )
    bounds = speak.interval(signed(row["change_lower"], speak), signed(row["change_upper"], speak))
    return speak.say("{change} [{bounds}]", change=signed(row["change"], speak), bounds=bounds)


def _table(panel: Panel, by_level: dict[str, pd.DataFrame]) -> pd.DataFrame:
    speak = panel.language
    shown = []
    for rows in by_level.values():
        ordered = rows.sort_values("change", ascending=False, kind="stable")
        shown.append(pd.concat([ordered.head(NAMED), ordered.tail(NAMED)]).loc[lambda both: ~both.index.duplicated()])
    table = pd.concat(shown, ignore_index=True)
    sure = _clear(table).map({True: speak.say("clear"), False: speak.say("not sure")})
    return pd.DataFrame(
        {
            speak.say("level"): [level_name(str(level), speak) for level in table["level"]],
            speak.say("series"): [
                series_name(str(level), str(series), speak)
                for level, series in zip(table["level"], table["series"], strict=True)
            ],
            speak.say("expected"): [panel.amount(*pair) for pair in zip(table["expected"], table["unit"], strict=True)],
            speak.say("a year earlier"): table["year_earlier"].map(speak.whole),
            speak.say("change"): [signed(value, speak) for value in table["change"]],
            speak.say("lower bound"): [signed(value, speak) for value in table["change_lower"]],
            speak.say("upper bound"): [signed(value, speak) for value in table["change_upper"]],
            speak.say("sign"): sure,
        }
    )
