"""How good the forecast was on periods that no model had seen: a word, its bounds, the baseline, and every period."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from dashboard import models, tables
from dashboard.frame import Look
from dashboard.parts import choice
from dashboard.parts.sales import Level
from dashboard.queries import sales
from dashboard.wording import percent, plain
from insiders.verdicts import BASELINE, LINES, METRIC, verdict, verdicts

MEAN = "mean"
_METRICS = {METRIC: "error of the period's sum", "wape": "error of single days", "coverage": "inside the bounds"}


def judged(look: Look, level: Level) -> None:
    """The verdict on a level, and the table of all models on all held-out periods."""
    scores = look.rows(sales.scores(look.run_id, level.name))
    means = scores[scores["fold"] == MEAN].pivot_table(index="model", columns="metric", values="value")
    if level.model not in means.index or METRIC not in means:
        st.info("This run has published no errors on held-out periods for the model in use.")
        return
    own = {str(name): float(value) for name, value in means.loc[level.model].items()}
    plain_one = means[METRIC].get(BASELINE)
    left, middle, right = st.columns(3)
    left.metric("Accuracy", verdict(own[METRIC]), border=True, help=bounds())
    middle.metric("Error of a period's sum", percent(own[METRIC]), border=True, help="of what was sold in the period")
    if "coverage" in own and not pd.isna(own["coverage"]):
        right.metric("Inside the bounds", percent(own["coverage"]), border=True,
                     help=f"of held-out days; {percent(level.coverage, 0)} were aimed at")  # fmt: skip
    beside = "" if pd.isna(plain_one) else f" Repeating last week errs by {percent(plain_one)}."
    st.caption(f"{bounds()}{beside}")
    _table(scores, level)


def bounds() -> str:
    """What the words mean."""
    high, medium = LINES["high"], LINES["medium"]
    return (
        f"High: the sum of a held-out period was missed by {percent(high, 0)} of what was sold at most; medium: by "
        f"{percent(medium, 0)} at most; low: by more."
    )


def by_series(look: Look, level: Level, names: Mapping[str, str] | None = None) -> None:
    """The verdict on every series of a level that was judged by itself, or on those named, the worst first."""
    scores = look.rows(sales.scores_of_series(look.run_id, level.name, None if names is None else tuple(names)))
    table = verdicts(scores.assign(fold=MEAN), {level.name: level.model}) if len(scores) else pd.DataFrame()
    if names is not None and len(table):
        table = choice.titled(table, names)
    if table.empty:
        st.info(f"This run has judged no single {plain(level.name)} by itself.")
        return
    columns: dict[str, tuple[str, tables.Format]] = {
        "series": (level.name, None),
        "verdict": ("accuracy", None),
        "total_error": ("error of a period's sum", tables.share),
        "baseline": ("of repeating last week", tables.share),
    }
    ordered = table.sort_values("total_error", ascending=False)
    tables.show(ordered, columns, f"quality of {level.name}")
    st.caption(f"{bounds()} Errors are means over the held-out periods, of what was sold.")


def _table(scores: pd.DataFrame, level: Level) -> None:
    """Every model on every held-out period, in the metrics that a reader can use."""
    with st.expander("All models on all held-out periods"):
        known = scores[scores["metric"].isin(_METRICS)]
        wide = known.pivot_table(index=["model", "fold"], columns="metric", values="value").reset_index()
        wide = wide.assign(
            model=[f"{models.name(name)} (in use)" if name == level.model else models.name(name)
                   for name in wide["model"]],
            fold=wide["fold"].replace({MEAN: "mean of all"}),
        )  # fmt: skip
        written: dict[str, tuple[str, tables.Format]] = {"model": ("model", None), "fold": ("period from", None)}
        written |= {name: (heading, tables.share) for name, heading in _METRICS.items()}
        tables.show(wide, written, f"scores of {level.name}")
