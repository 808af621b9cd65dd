"""How the Insiders differ now from the next best segment and from all others: a description, and no proof."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from insiders.answers import queries
from insiders.answers.answer import Answer
from insiders.answers.evidence import Evidence
from insiders.answers.guarantee import EFFECTS, between, normality, shapiro
from insiders.charts import guarantee as charts
from insiders.charts.reporting import TRAIT_NAMES
from insiders.retelling import retold
from insiders.significance import (
    compare,
    holm,
    mean_bootstrap_interval,
    mean_t_interval,
)

COMPARED = ("gross_revenue", "avg_ticket", "n_invoices", "avg_basket_products", "avg_gap_days", "return_share")
"""The variables on which the Insiders are laid beside the next best segment."""


ALL = "all others"


def differences(evidence: Evidence) -> Answer:
    """The Insiders against the next best segment and against all others, by rank, corrected for the number of tests."""
    speak = evidence.language
    rival = str(evidence.segments[~evidence.segments["is_insiders"]].iloc[0]["segment"])
    found = comparisons(evidence, rival)
    revenue = found.iloc[0]
    values = evidence.insiders["gross_revenue"]
    mean = mean_bootstrap_interval(values, confidence=evidence.confidence, seed=evidence.seed)
    student = mean_t_interval(values, confidence=evidence.confidence)
    sentence = speak.say(
        "An Insider brought {mean} so far on average, and stands above a customer of “{rival}”, the next best segment, "
        "in {above} of all pairs by gross revenue.",
        mean=speak.money(mean.estimate, evidence.currency),
        rival=retold(rival, speak),
        above=speak.percent((revenue["delta"] + 1) / 2),
    )
    text = speak.say(
        "{confidence} bootstrap interval of that mean {bootstrap}; by Student's t {student}, which trusts a normality "
        "that {normality}. These tests prove nothing: the groups were cut on such variables, and cutting pure noise "
        "gives such differences, too. They describe; the guarantee is the later revenue of the question before.",
        confidence=speak.percent(evidence.confidence, 0),
        bootstrap=between(evidence, mean.lower, mean.upper),
        student=between(evidence, student.lower, student.upper),
        normality=normality(evidence, values),
    )
    figures = {
        "rival": rival,
        "mean_gross_revenue": mean.estimate,
        "bootstrap_lower": mean.lower,
        "bootstrap_upper": mean.upper,
        "student_lower": student.lower,
        "student_upper": student.upper,
        "confidence": evidence.confidence,
        "share_above_rival": (revenue["delta"] + 1) / 2,
        **shapiro(evidence, values),
        "tests": found.to_dict("records"),
    }
    sql = {"mean_gross_revenue": queries.found("AVG(gross_revenue)", queries.INSIDERS)}
    conditions = {rival: f"segment = {queries.quoted(rival)}", ALL: "TRUE"}
    for row in found.to_dict("records"):
        name = f"u_{row['variable']}_{'rival' if row['opponent'] == rival else 'others'}"
        figures[name] = row["u"]
        sql[name] = queries.mann_whitney_u(row["variable"], conditions[row["opponent"]])
    opponents = {rival: f"“{retold(rival, speak)}”", ALL: speak.say("all others")}
    chart = charts.differences(found, opponents, speak)
    question = speak.say("How do they differ from the next best segment, and from all others?")
    return Answer(
        "differences", question, sentence, text, figures, sql, chart, _comparison_table(evidence, found, opponents)
    )


def comparisons(evidence: Evidence, rival: str) -> pd.DataFrame:
    """Insiders against a segment and against all others, one row per variable and opponent.

    Columns: ``variable``, ``opponent``, ``n_insiders``, ``n_opponent``, ``u``, ``delta``, ``delta_lower``,
    ``delta_upper``, ``effect``, ``p``, ``p_holm`` (over all rows).
    """
    opponents = {rival: evidence.customers[evidence.customers["segment"] == rival], ALL: evidence.others}
    rows = []
    for variable in COMPARED:
        for opponent, customers in opponents.items():
            found = _compare(evidence.insiders[variable], customers[variable], evidence.confidence)
            rows.append({"variable": variable, "opponent": opponent, **found})
    table = pd.DataFrame(rows)
    tested = table["p"].notna()
    table.loc[tested, "p_holm"] = holm(table.loc[tested, "p"].tolist())
    return table


def _compare(ours: pd.Series, theirs: pd.Series, confidence: float) -> dict[str, object]:
    sizes = {"n_insiders": int(ours.notna().sum()), "n_opponent": int(theirs.notna().sum())}
    if min(sizes.values()) < 2:
        missing = dict.fromkeys(["u", "delta", "delta_lower", "delta_upper", "p", "p_holm"], float("nan"))
        return {**sizes, **missing, "effect": "negligible"}
    found = compare(ours.astype(float), theirs.astype(float), confidence=confidence)
    return {**sizes, "u": found.u, **found.test_columns()}


def _comparison_table(evidence: Evidence, found: pd.DataFrame, opponents: Mapping[str, str]) -> pd.DataFrame:
    speak = evidence.language
    return pd.DataFrame(
        {
            speak.say("variable"): [speak.say(TRAIT_NAMES[name]) for name in found["variable"]],
            speak.say("against"): found["opponent"].map(dict(opponents)),
            "Mann-Whitney U": found["u"].map(speak.whole),
            speak.say("Cliff's delta [interval]"): [
                f"{speak.decimal(row['delta'])} "
                f"[{speak.interval(speak.decimal(row['delta_lower']), speak.decimal(row['delta_upper']))}]"
                for _, row in found.iterrows()
            ],
            speak.say("effect"): [speak.say(EFFECTS[effect]) for effect in found["effect"]],
            "p (Holm)": found["p_holm"].map(speak.p_value),
        }
    )
