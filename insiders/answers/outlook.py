"""What the Insiders are expected to bring, with bounds, and how wrong the method was on weeks it had not seen."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pandas as pd

from insiders.answers.evidence import Answer, Evidence
from insiders.charts import reporting
from insiders.charts.model_names import MODEL_NAMES
from insiders.wording import counted, decimal, money, percent

LEVEL = "insiders"
QUESTION = "What revenue is expected from them in the next weeks?"
HELD_OUT = "mean"
"""The fold of `model_scores` that stands for the mean of all held-out periods."""


def expected(evidence: Evidence) -> Answer:
    """The expected revenue of the forecast days, with the bounds of their sum and the held-out errors."""
    forecasts = evidence.forecasts[evidence.forecasts["level"] == LEVEL]
    if forecasts.empty:
        return Answer(QUESTION, "This run made no forecast of the Insiders' revenue, so no figure is given.", {})
    errors = held_out_errors(evidence.scores)
    chosen = _model(forecasts, errors)
    days = forecasts[forecasts["model"] == chosen].sort_values("date", ignore_index=True)
    total = evidence.totals[(evidence.totals["level"] == LEVEL) & (evidence.totals["model"] == chosen)].iloc[0]
    text = (
        f"From {total['first_day']:%Y-%m-%d} to {total['last_day']:%Y-%m-%d} "
        f"({counted(int(total['days']), 'open day')}) the Insiders are expected to bring "
        f"{money(total['mean'], evidence.currency)} by the model {_name(chosen)}, between "
        f"{money(total['lower'], evidence.currency)} and {money(total['upper'], evidence.currency)} with a nominal "
        f"coverage of {percent(total['coverage'], 0)}; these bounds rest on "
        f"{counted(int(total['periods']), 'held-out period')} only. {_trust(errors, chosen, evidence.currency)}"
    )
    figures = {
        "model": chosen,
        "first_day": total["first_day"],
        "last_day": total["last_day"],
        "days": int(total["days"]),
        "expected_revenue": float(total["mean"]),
        "lower": float(total["lower"]),
        "upper": float(total["upper"]),
        "coverage": float(total["coverage"]),
        "held_out_periods": int(total["periods"]),
        "held_out": errors.loc[chosen].to_dict() if chosen in errors.index else {},
    }
    chart = reporting.outlook(_history(evidence), days, evidence.currency)
    return Answer(QUESTION, text, figures, chart, _error_table(errors, evidence.currency))


def held_out_errors(scores: pd.DataFrame) -> pd.DataFrame:
    """Errors of every model on the Insiders' held-out periods: one row per model, one column per metric."""
    ours = scores[scores["level"] == LEVEL]
    means = ours[ours["fold"] == HELD_OUT]
    used = means if len(means) else ours
    return used.pivot_table(index="model", columns="metric", values="value", aggfunc="mean")


def _model(forecasts: pd.DataFrame, errors: pd.DataFrame) -> str:
    """The forecast model with the least mean absolute error on held-out periods; by name where none was scored."""
    models = sorted(forecasts["model"].astype(str).unique())
    scored = errors.reindex(models)["mae"].dropna() if "mae" in errors else pd.Series(dtype=float)
    return str(scored.idxmin()) if len(scored) else models[0]


def _name(model: object) -> str:
    """The model as people write it."""
    return MODEL_NAMES.get(str(model), str(model))


def _trust(errors: pd.DataFrame, model: str, currency: str) -> str:
    """How wrong that model was on held-out periods, beside the best of the others."""
    if model not in errors.index or "mae" not in errors:
        return "No error on held-out weeks was recorded for it."
    scored = {str(name): float(value) for name, value in errors.loc[model].items()}
    said = f"On held-out weeks its days were wrong by {money(scored['mae'], currency)} on average"
    if "wape" in scored:
        said += f", which is {percent(scored['wape'])} of the revenue"
    if "total_error" in scored:
        said += f", and the totals of whole periods by {percent(abs(scored['total_error']))}"
    others = errors["mae"].drop(index=model)
    if others.empty:
        return f"{said}."
    return f"{said}; the best other model, {_name(others.idxmin())}, by {money(others.min(), currency)} a day."


def _error_table(errors: pd.DataFrame, currency: str) -> pd.DataFrame | None:
    """The errors as people read them, best first."""
    if errors.empty or "mae" not in errors:
        return None
    ordered = errors.sort_values("mae")
    writers: dict[str, tuple[str, Callable[[float], str]]] = {
        "mae": ("mean absolute error of a day", partial(money, currency=currency)),
        "wape": ("of the revenue (WAPE)", percent),
        "mase": ("against the naive forecast (MASE; below 1 is better)", decimal),
        "bias": ("forecast too much (bias; negative: too little)", percent),
        "total_error": ("error of the period's total", percent),
        "coverage": ("days within the bounds", percent),
    }
    shown = {label: ordered[name].map(write) for name, (label, write) in writers.items() if name in ordered}
    return pd.DataFrame(shown).rename(index=_name).rename_axis("model on held-out weeks").reset_index()


def _history(evidence: Evidence) -> pd.Series:
    """The Insiders' gross revenue of the open days, by day."""
    bought = evidence.purchases
    ours = bought[bought["customer_id"].isin(evidence.insiders["customer_id"])]
    return ours.groupby(ours["time"].dt.normalize())["revenue"].sum()
