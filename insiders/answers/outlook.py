"""What the Insiders are expected to bring, with bounds, and how wrong the method was on weeks it had not seen."""

from __future__ import annotations

import pandas as pd

from insiders.answers import queries
from insiders.answers.answer import Answer
from insiders.answers.evidence import Evidence
from insiders.charts import reporting
from insiders.model_names import in_words

LEVEL = "insiders"
HELD_OUT = "mean"
"""The fold of `model_scores` that stands for the mean of all held-out periods."""


def expected(evidence: Evidence) -> Answer:
    """The expected revenue of the forecast days, with the bounds of their sum and the held-out errors."""
    speak = evidence.language
    question = speak.say("What revenue is expected from them in the next weeks?")
    forecasts = evidence.forecasts[evidence.forecasts["level"] == LEVEL]
    if forecasts.empty:
        none = speak.say("This run made no forecast of the Insiders' revenue, so no figure is given.")
        return Answer("expected_revenue", question, none)
    errors = held_out_errors(evidence.scores)
    chosen = _model(forecasts, errors)
    days = forecasts[forecasts["model"] == chosen].sort_values("date", ignore_index=True)
    total = evidence.totals[(evidence.totals["level"] == LEVEL) & (evidence.totals["model"] == chosen)].iloc[0]
    sentence = speak.say(
        "From {first} to {last} the Insiders are expected to bring {mean} gross, most likely between {lower} and "
        "{upper} ({coverage} bounds).",
        first=speak.day(total["first_day"]),
        last=speak.day(total["last_day"]),
        mean=speak.money(total["mean"], evidence.currency),
        lower=speak.money(total["lower"], evidence.currency),
        upper=speak.money(total["upper"], evidence.currency),
        coverage=speak.percent(total["coverage"], 0),
    )
    text = speak.say(
        "These are {days} open days, forecast by the model “{model}”; the bounds of the sum rest on {periods} held-out "
        "periods only. {trust} The Insiders are chosen anew at every held-out period, by what was known then.",
        days=speak.whole(total["days"]),
        model=in_words(chosen, speak),
        periods=speak.whole(total["periods"]),
        trust=_trust(errors, chosen, evidence),
    )
    figures = {
        "expected_revenue": float(days["mean"].sum()),
        "lower": float(total["lower"]),
        "upper": float(total["upper"]),
        "coverage": float(total["coverage"]),
        "held_out_periods": int(total["periods"]),
        "days": int(total["days"]),
        "model": chosen,
        "first_day": total["first_day"],
        "last_day": total["last_day"],
    }
    scored = errors.loc[chosen].dropna().to_dict() if chosen in errors.index else {}
    figures |= {f"held_out_{metric}": value for metric, value in scored.items()}
    sql = {
        "expected_revenue": queries.forecast("SUM(mean)", LEVEL, chosen),
        "days": queries.forecast("COUNT(DISTINCT date)", LEVEL, chosen),
    }
    folds = f"fold {'=' if _has_means(evidence.scores) else '<>'} {queries.quoted(HELD_OUT)}"
    sql |= {f"held_out_{metric}": queries.score(LEVEL, chosen, str(metric), folds) for metric in scored}
    others = errors["mae"].drop(index=chosen, errors="ignore").dropna() if "mae" in errors else pd.Series(dtype=float)
    if len(others):
        figures |= {"next_best_model": others.idxmin(), "next_best_mae": others.min()}
        sql["next_best_mae"] = queries.score(LEVEL, str(others.idxmin()), "mae", folds)
    chart = reporting.outlook(_history(evidence), days, evidence.currency, speak)
    return Answer("expected_revenue", question, sentence, text, figures, sql, chart, _error_table(errors, evidence))


def held_out_errors(scores: pd.DataFrame) -> pd.DataFrame:
    """Errors of every model on the Insiders' held-out periods: one row per model, one column per metric."""
    ours = scores[scores["level"] == LEVEL]
    used = ours[ours["fold"] == HELD_OUT] if _has_means(scores) else ours
    return used.pivot_table(index="model", columns="metric", values="value", aggfunc="mean")


def _has_means(scores: pd.DataFrame) -> bool:
    return bool(((scores["level"] == LEVEL) & (scores["fold"] == HELD_OUT)).any())


def _model(forecasts: pd.DataFrame, errors: pd.DataFrame) -> str:
    """The forecast model with the least mean absolute error on held-out periods; by name where none was scored."""
    models = sorted(forecasts["model"].astype(str).unique())
    scored = errors.reindex(models)["mae"].dropna() if "mae" in errors else pd.Series(dtype=float)
    return str(scored.idxmin()) if len(scored) else models[0]


def _trust(errors: pd.DataFrame, model: str, evidence: Evidence) -> str:
    """How wrong that model was on held-out periods, beside the best of the others."""
    speak = evidence.language
    if model not in errors.index or "mae" not in errors:
        return speak.say("No error on held-out weeks was recorded for it.")
    scored = {str(name): float(value) for name, value in errors.loc[model].items()}
    said = [
        speak.say(
            "On held-out weeks its days were wrong by {mae} on average ({wape} of the revenue), and the totals of "
            "whole periods by {total}.",
            mae=speak.money(scored["mae"], evidence.currency),
            wape=speak.percent(scored.get("wape", float("nan"))),
            total=speak.percent(abs(scored.get("total_error", float("nan")))),
        )
    ]
    others = errors["mae"].drop(index=model)
    if len(others):
        best = speak.say(
            "The best other model, “{model}”, was wrong by {mae} a day.",
            model=in_words(others.idxmin(), speak),
            mae=speak.money(others.min(), evidence.currency),
        )
        said.append(best)
    return " ".join(said)


def _error_table(errors: pd.DataFrame, evidence: Evidence) -> pd.DataFrame | None:
    """The errors as people read them, best first."""
    if errors.empty or "mae" not in errors:
        return None
    speak, ordered = evidence.language, errors.sort_values("mae")
    writers = {
        "mae": (speak.say("mean absolute error of a day"), lambda value: speak.money(value, evidence.currency)),
        "wape": (speak.say("of the revenue (WAPE)"), speak.percent),
        "mase": (speak.say("against the naive forecast (MASE; below 1 is better)"), speak.decimal),
        "bias": (speak.say("forecast too much (bias; negative: too little)"), speak.percent),
        "total_error": (speak.say("error of the period's total"), speak.percent),
        "coverage": (speak.say("days within the bounds"), speak.percent),
    }
    shown = {
        label: ordered[name].map(write, na_action="ignore").fillna("–")
        for name, (label, write) in writers.items()
        if name in ordered
    }
    table = pd.DataFrame(shown).rename(index=lambda name: in_words(name, speak))
    return table.rename_axis(speak.say("model on held-out weeks")).reset_index()


def _history(evidence: Evidence) -> pd.Series:
    """The Insiders' gross revenue of the open days, by day."""
    return evidence.lines.daily(evidence.insiders["customer_id"])
