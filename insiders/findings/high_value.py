"""Who will be of high value next quarter: models and plain rankings side by side, judged on later quarters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from insiders.charts import high_value as charts
from insiders.customers import quarters
from insiders.customers.history import History
from insiders.errors import AnalysisError
from insiders.findings.finding import Finding, unknown
from insiders.high_value import calibration, gains, learning
from insiders.high_value.classifiers import PREVALENCE, WAYS
from insiders.high_value.learning import Champion
from insiders.wording import decimal, listing, percent, whole

WHAT = "Who will be of high value next quarter"

GROUPS = {
    "revenue": ("gross_revenue", "revenue_30", "revenue_90", "revenue_180", "revenue_365"),
    "orders": ("n_invoices", "frequency", "invoices_30", "invoices_90", "invoices_180", "invoices_365"),
    "rhythm": ("avg_gap_days", "gap_regularity"),
    "recency": ("recency_days", "overdue"),
    "basket": ("avg_ticket", "avg_basket_items", "avg_basket_products", "avg_unit_price"),
    "pieces and products": ("n_items", "n_products"),
    "tenure": ("tenure_days",),
    "returns": ("n_returns", "return_share"),
}
"""Features that tell much the same cover for each other, and are shuffled together."""

LEARNT = learning.MOST_CUTS + 3
"""Cuts before the first judged one that a model can learn from: six finished ones, and those that were not over."""

JUDGED = 2
"""Latest cuts at which the importance is measured: each asks for a model of its own."""


@dataclass(frozen=True)
class Forecast:
    """The finding, and the probability of every customer known today."""

    finding: Finding
    probabilities: pd.DataFrame
    """customer_id, probability_high_value; empty where the history is too short."""

    def of(self, customers: pd.DataFrame) -> pd.Series:
        """The probability in the order of the customers; missing for whom there is none."""
        known = self.probabilities.set_index("customer_id")["probability_high_value"]
        return customers["customer_id"].map(known).astype("float64").rename("probability_high_value")

    def _ipython_display_(self) -> None:
        """Show the finding."""
        self.finding._ipython_display_()


def forecast(history: History, names: Sequence[str] | None, *, folds: int = 6, seed: int) -> Forecast:
    """The models judged at the latest ``folds`` cuts, the champion explained and put to today's customers.

    ``names`` of `classifiers.WAYS`, without them all of these.
    Where the history is too short for a single judged cut, the finding says so and there are no probabilities.
    """
    wanted = {*(WAYS if names is None else names), PREVALENCE, "revenue"}
    if strange := wanted - set(WAYS):
        raise AnalysisError(f"there is no model {listing(sorted(strange))}; the models are {listing(list(WAYS))}")
    asked = [name for name in WAYS if name in wanted]
    nobody = pd.DataFrame({"customer_id": pd.Series(dtype="string"), "probability_high_value": pd.Series(dtype=float)})
    try:
        cuts = quarters.cuts(history)[-(folds + LEARNT) :]
        table = learning.examples(history, cuts, seed=seed)
        judged = _learnable(table, learning.folds(cuts, most=folds), seed)
        predictions = learning.out_of_time(table, judged, asked, seed=seed)
        measured = gains.measure(predictions, resamples=300, seed=seed)
        best = learning.champion(measured)
        probabilities = learning.probabilities(history, table, predictions, best.model, seed=seed)
    except AnalysisError as why:
        return Forecast(unknown(WHAT, why), nobody)
    finding = _finding(predictions, measured, best, judged, customers=len(probabilities))
    groups = _groups(best.model)
    dropped = learning.importance(table, judged[-JUDGED:], best.model, groups=groups, repeats=3, seed=seed)
    chart = {"high_value_importance": charts.importance(dropped)} if len(dropped) > 1 else {}
    return Forecast(replace(finding, charts={**finding.charts, **chart}), probabilities)


def _learnable(table: pd.DataFrame, judged: list[pd.Timestamp], seed: int) -> list[pd.Timestamp]:
    """The cuts before which there was enough to learn from; the reason of the last where there is none."""
    able: list[pd.Timestamp] = []
    for cut in judged:
        try:
            learning.finished(table, cut, quarters.QUARTER, seed)
        except AnalysisError:
            if cut == judged[-1] and not able:
                raise
            continue
        able.append(cut)
    return able


def _groups(name: str) -> dict[str, tuple[str, ...]]:
    features = set(WAYS[name].features)
    found = {group: tuple(one for one in members if one in features) for group, members in GROUPS.items()}
    return {group: members for group, members in found.items() if members}


def _finding(
    predictions: pd.DataFrame, measured: gains.Measured, best: Champion, judged: list[pd.Timestamp], customers: int
) -> Finding:
    corrected = calibration.corrected(predictions, quarters.QUARTER)
    known = corrected if not corrected.empty else predictions
    reliable = calibration.reliability(known)
    error = float(calibration.error(reliable)[best.model])
    figures = measured.table.pivot(index="model", columns="metric", values="mean").to_dict("index")
    ours, plain, share = figures[best.model], figures["revenue"], float(predictions["high"].mean())
    difference, lower, upper = measured.difference(best.model, "revenue", "average_precision")
    inside = reliable[reliable["model"] == best.model]["inside"]
    beyond = (
        "The champion is the plain revenue ranking itself: on these data nothing that learns is shown to be better."
        if best.model == "revenue"
        else f"Against the plain revenue ranking the champion's average precision is {difference:+.3f} "
        f"({lower:+.3f} to {upper:+.3f})."
    )
    drawn = (
        f" The models learnt from {learning.MOST_CUSTOMERS:,} customers drawn by lot of {customers:,}, and all figures "
        "here are theirs; who is in the top tenth was decided, and the probabilities are told, among all."
        if customers > learning.MOST_CUSTOMERS
        else ""
    )
    text = (
        f"High value is to be in the top tenth of the next 90 days' net revenue. Every model was judged at "
        f"{len(judged)} days ({judged[0].date()} to {judged[-1].date()}), having seen only quarters that had ended by "
        f"then.{drawn} **Champion: {best.model}.** Why: {best.reason} {beyond} Of the 10 % of "
        f"customers it ranks first, {percent(ours['precision_10'])} were of high value (precision; by lot it would be "
        f"{percent(share)}, so the lift is {decimal(ours['lift_10'], 1)}), and these are {percent(ours['recall_10'])} "
        f"of all who were (recall); the plain revenue ranking has {percent(plain['precision_10'])} and "
        f"{percent(plain['recall_10'])}.\n\n"
        f"**Calibration:** predicted and observed differ by {percent(error)} of customers on average over tenths; "
        f"{int(inside.sum())} of {len(inside)} tenths hold the predicted mean within their interval"
        + (
            ", with each day's correction learnt from earlier days only."
            if not corrected.empty
            else ". There were no earlier quarters to learn a correction from."
        )
    )
    names = list(dict.fromkeys([best.model, "revenue", "extra_trees", "lightgbm", "oracle"]))
    curves = gains.cumulative(predictions)
    lines = [name for name in names if name in set(curves["model"])]
    caption = (
        f"Means over {len(judged)} days, with 95 % bootstrap intervals over "
        f"{whole(predictions['customer_id'].nunique())} customers; k is a share of the customers known on the day"
    )
    return Finding(
        text,
        tables={caption: _shown(measured, best)},
        charts={
            "high_value_gains": charts.gains(curves, lines),
            "high_value_calibration": charts.reliability(reliable, best.model),
        },
        data={"high_value": measured.table, "high_value_by_day": measured.by_cut, "high_value_calibration": reliable},
        metrics={
            "high_value_model": (best.model, ""),
            "high_value_average_precision": (ours["average_precision"], "mean over held-out quarters"),
            "high_value_average_precision_revenue": (plain["average_precision"], "the plain revenue ranking"),
            "high_value_precision_10": (ours["precision_10"], "of the first 10 % of customers"),
            "high_value_calibration_error": (error, "mean distance of predicted and observed share"),
        },
    )


def _shown(measured: gains.Measured, best: Champion) -> pd.DataFrame:
    means = measured.table.set_index(["model", "metric"]).to_dict("index")
    models = list(dict.fromkeys(measured.table["model"]))
    order = sorted(models, key=lambda name: -means[name, "average_precision"]["mean"])
    rows = []
    for name in order:
        own = {metric: means[name, metric] for metric in measured.table["metric"].unique()}
        precision = own["average_precision"]
        rows.append(
            {
                "model": f"{name} ← champion" if name == best.model else name,
                "average precision": f"{precision['mean']:.3f} ({precision['lower']:.3f} to {precision['upper']:.3f})",
                **{f"precision at {k} %": percent(own[f"precision_{k}"]["mean"]) for k in (5, 10, 20)},
                **{f"recall at {k} %": percent(own[f"recall_{k}"]["mean"]) for k in (5, 10, 20)},
                "lift at 10 %": decimal(own["lift_10"]["mean"], 1),
                "later revenue at 10 %": percent(own["revenue_10"]["mean"]),
                "Brier score": decimal(own["brier"]["mean"], 4),
            }
        )
    return pd.DataFrame(rows)
