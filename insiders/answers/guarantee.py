"""Why the programme's group is better than the rest: what a comparison can prove, and what only the future can."""

from __future__ import annotations

import pandas as pd

from insiders.answers.evidence import Answer, Evidence
from insiders.charts import guarantee as charts
from insiders.charts.reporting import TRAIT_NAMES
from insiders.errors import AnalysisError
from insiders.policies.forward import CHOSEN, NEXT, REST, ForwardCheck, forward_check
from insiders.significance import (
    SHAPIRO_LIMITS,
    compare,
    holm,
    mean_bootstrap_interval,
    mean_t_interval,
    shapiro_wilk,
)
from insiders.wording import decimal, money, p_value, percent, whole

COMPARED = ("gross_revenue", "avg_ticket", "n_invoices", "avg_basket_products", "avg_gap_days", "return_share")
"""The variables on which the Insiders are laid beside the next best segment."""


def better_now(evidence: Evidence) -> Answer:
    """The Insiders against the next best segment and against all others, by rank, corrected for the number of tests."""
    question = "How do they differ from the next best segment?"
    rival = evidence.segments[~evidence.segments["is_insiders"]].iloc[0]["segment"]
    found = comparisons(evidence, str(rival))
    revenue = found.iloc[0]
    mean = mean_bootstrap_interval(
        evidence.insiders["gross_revenue"], confidence=evidence.confidence, seed=evidence.seed
    )
    student = mean_t_interval(evidence.insiders["gross_revenue"], confidence=evidence.confidence)
    text = (
        f"An Insider brought {money(mean.estimate, evidence.currency)} on average ({percent(evidence.confidence, 0)} "
        f"bootstrap interval {money(mean.lower, evidence.currency)} to {money(mean.upper, evidence.currency)}; "
        f"Student's t {money(student.lower, evidence.currency)} to {money(student.upper, evidence.currency)}, which "
        f"trusts a normality that {_normality(evidence)}). Against “{rival}”, the next best segment, Cliff's delta of "
        f"gross revenue is {decimal(revenue['delta'])}, a {revenue['effect']} effect. This proves nothing by itself: "
        "the segments were cut on such variables, and cutting pure noise gives such differences, too. The forward "
        "check below can fail; this cannot."
    )
    figures = {
        "rival": rival,
        "mean_gross_revenue": mean.estimate,
        "bootstrap": [mean.lower, mean.upper],
        "student_t": [student.lower, student.upper],
        "comparisons": found.to_dict("records"),
    }
    return Answer(question, text, figures, charts.differences(found, str(rival)), _comparison_table(found))


def comparisons(evidence: Evidence, rival: str) -> pd.DataFrame:
    """Insiders against a segment and against all others, one row per variable and opponent.

    Columns: ``variable``, ``opponent``, ``n_insiders``, ``n_opponent``, ``u``, ``delta``, ``delta_lower``,
    ``delta_upper``, ``effect``, ``p``, ``p_holm`` (over all rows).
    """
    opponents = {rival: evidence.customers[evidence.customers["segment"] == rival], "all others": evidence.others}
    rows = []
    for variable in COMPARED:
        for opponent, customers in opponents.items():
            found = _compare(evidence.insiders[variable], customers[variable], evidence.confidence)
            rows.append({"variable": variable, "opponent": opponent, **found})
    table = pd.DataFrame(rows)
    tested = table["p"].notna()
    table.loc[tested, "p_holm"] = holm(table.loc[tested, "p"].tolist())
    return table


def better_later(evidence: Evidence, days: int) -> Answer:
    """The forward check: the best by revenue as of some weeks ago, judged by what they bought since."""
    question = "What guarantees that the group is better than the rest?"
    share = len(evidence.insiders) / len(evidence.customers)
    try:
        found = forward_check(
            evidence.transactions, share=share, days=days, confidence=evidence.confidence, seed=evidence.seed
        )
    except AnalysisError as short:
        return Answer(question, f"This source cannot tell: {short}.", {"days": days})
    ours = found.later_mean[CHOSEN]
    theirs = found.later_mean.get(NEXT)
    rest = (
        ""
        if theirs is None
        else f" against {money(theirs.estimate, evidence.currency)} of the same number of next best"
    )
    held = found.against_next.delta.lower > 0
    text = (
        f"Had the best {percent(share)} of the {whole(len(found.customers))} customers known on "
        f"{found.cutoff:%Y-%m-%d} been chosen by revenue then, each would have brought "
        f"{money(ours.estimate, evidence.currency)} net in the {days} days since ({percent(evidence.confidence, 0)} "
        f"interval {money(ours.lower, evidence.currency)} to {money(ours.upper, evidence.currency)}){rest}: Cliff's "
        f"delta {decimal(found.against_next.delta.estimate)} [{decimal(found.against_next.delta.lower)}, "
        f"{decimal(found.against_next.delta.upper)}], a {found.against_next.effect} effect, "
        f"{p_value(found.against_next.p)}. "
        f"{'So a group chosen by revenue stays better in months that did not choose it.' if held else _FAILED} It is "
        "a stand-in of the same size for the Insiders, whose segment was formed with those months known."
    )
    figures = {"cutoff": found.cutoff, "days": days, "share": share, **_forward_figures(found)}
    return Answer(
        question, text, figures, charts.forward(found, evidence.currency), _forward_table(found, evidence.currency)
    )


_FAILED = "So the advantage over the next best is not shown in months that did not choose the group."


def _compare(ours: pd.Series, theirs: pd.Series, confidence: float) -> dict[str, object]:
    sizes = {"n_insiders": int(ours.notna().sum()), "n_opponent": int(theirs.notna().sum())}
    if min(sizes.values()) < 2:
        missing = dict.fromkeys(["u", "delta", "delta_lower", "delta_upper", "p", "p_holm"], float("nan"))
        return {**sizes, **missing, "effect": "cannot be tested"}
    found = compare(ours.astype(float), theirs.astype(float), confidence=confidence)
    return {**sizes, "u": found.u, **found.test_columns()}


def _normality(evidence: Evidence) -> str:
    values = evidence.insiders["gross_revenue"]
    if len(values) < SHAPIRO_LIMITS[0] or values.nunique() < 2:
        return "so few values cannot be tested for"
    test = shapiro_wilk(values, seed=evidence.seed)
    verdict = "rejects" if test.p < 1 - evidence.confidence else "does not reject"
    return f"the Shapiro-Wilk test {verdict} (W = {decimal(test.w)}, {p_value(test.p)}, n = {whole(test.n)})"


def _comparison_table(found: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "variable": found["variable"].map(TRAIT_NAMES),
            "against": found["opponent"],
            "customers": [
                f"{whole(a)} and {whole(b)}" for a, b in zip(found["n_insiders"], found["n_opponent"], strict=True)
            ],
            "Mann-Whitney U": found["u"].map(whole),
            "Cliff's delta [interval]": [
                f"{decimal(row['delta'])} [{decimal(row['delta_lower'])}, {decimal(row['delta_upper'])}]"
                for _, row in found.iterrows()
            ],
            "effect": found["effect"],
            "p (Holm)": found["p_holm"].map(p_value),
        }
    )


def _forward_figures(found: ForwardCheck) -> dict[str, object]:
    return {
        "known_customers": len(found.customers),
        "groups": _later_groups(found),
        "delta_against_next": found.against_next.delta.estimate,
        "delta_against_next_interval": [found.against_next.delta.lower, found.against_next.delta.upper],
        "p_against_next": found.against_next.p,
        "delta_against_all": found.against_all.delta.estimate,
        "p_against_all": found.against_all.p,
    }


def _later_groups(found: ForwardCheck) -> dict[str, dict[str, float]]:
    """Size, mean later revenue with its bounds, share of later revenue and share buying again of every group."""
    later = found.customers.groupby("group")["later"]
    total = float(found.customers["later"].sum())
    return {
        name: {
            "customers": len(later.get_group(name)),
            "mean_later_revenue": interval.estimate,
            "lower": interval.lower,
            "upper": interval.upper,
            "share_of_later_revenue": float(later.get_group(name).sum()) / total,
            "share_buying_again": float((later.get_group(name) > 0).mean()),
        }
        for name, interval in found.later_mean.items()
    }


def _forward_table(found: ForwardCheck, currency: str) -> pd.DataFrame:
    groups = _later_groups(found)
    names = {CHOSEN: "chosen by revenue then", NEXT: "the same number of next best", REST: "all others known then"}
    return pd.DataFrame(
        {
            "group": [names[name] for name in groups],
            "customers": [whole(each["customers"]) for each in groups.values()],
            "mean later revenue, net": [money(each["mean_later_revenue"], currency) for each in groups.values()],
            "interval": [
                f"{money(each['lower'], currency)} to {money(each['upper'], currency)}" for each in groups.values()
            ],
            "share of later revenue": [percent(each["share_of_later_revenue"]) for each in groups.values()],
            "bought again": [percent(each["share_buying_again"]) for each in groups.values()],
        }
    )
