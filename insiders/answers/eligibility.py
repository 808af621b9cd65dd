"""What makes a customer an Insider, and what would remove one."""

from __future__ import annotations

import pandas as pd

from insiders.answers.evidence import Answer, Evidence
from insiders.charts import reporting
from insiders.rules.thresholds import Threshold, best_thresholds
from insiders.wording import counted, decimal, money, percent, whole

JUDGED = (
    "gross_revenue",
    "n_invoices",
    "n_items",
    "n_products",
    "avg_ticket",
    "avg_basket_items",
    "recency_days",
    "avg_gap_days",
)
"""The features a manager can watch, and on which a line is sought."""

NEAR = 0.1
"""An Insider is near the line when less than this share of its value is left."""

OVERDUE = 2.0
"""A customer is overdue after this many of the usual gaps without a purchase."""


def what_makes(evidence: Evidence) -> Answer:
    """The rules of the run with precision and recall, and an example."""
    rules = evidence.rules
    example = evidence.insiders.nlargest(1, "gross_revenue").iloc[0]
    if rules.empty:
        text = "This run found no rule that describes the Insiders in words."
        return Answer("What makes a customer eligible?", text, {})
    score = 2 * rules["precision"] * rules["recall"] / (rules["precision"] + rules["recall"]).clip(lower=1e-9)
    best = rules.iloc[int(score.to_numpy().argmax())]
    text = (
        f"The rule that fits best is “{best['rule']}”: of the {counted(best['customers'], 'customer')} who meet it "
        f"{percent(best['precision'])} are Insiders (precision), and {percent(best['recall'])} of the Insiders meet it "
        f"(recall). For example, customer {example['customer_id']} – {example['why']}."
    )
    table = rules.assign(
        precision=rules["precision"].map(percent),
        recall=rules["recall"].map(percent),
        customers=rules["customers"].map(whole),
    ).rename(
        columns={"rule": "rule", "precision": "Insiders among those who meet it", "recall": "Insiders who meet it"}
    )
    figures = {"rules": rules.to_dict("records"), "best_rule": best["rule"], "example": example["customer_id"]}
    return Answer("What makes a customer eligible?", text, figures, reporting.rules(rules), table)


def what_removes(evidence: Evidence) -> Answer:
    """The sharpest single line between Insiders and others, who stands near it, and who is overdue."""
    customers, insiders = evidence.customers, evidence.insiders
    lines = best_thresholds(customers, customers["is_insider"], JUDGED)
    line = lines[0]
    margin = line.margin(insiders)
    near = insiders[margin.between(0, NEAR)]
    late = overdue(insiders)
    text = (
        "A customer leaves when the next run no longer places them in the group. The sharpest single line is "
        f"{_condition(line, evidence.currency)}: {percent(line.inside)} of the Insiders keep it and "
        f"{percent(line.outside)} of the others do not. {counted(len(near), 'Insider stands', 'Insiders stand')} less "
        f"than {percent(NEAR, 0)} inside that line, and "
        f"{counted(int((margin < 0).sum()), 'Insider is', 'Insiders are')} in the group although outside "
        f"it. {counted(int(late.sum()), 'Insider has', 'Insiders have')} been silent for more than twice their usual "
        f"gap ({percent(late.mean())}): those are the ones to call first."
    )
    table = pd.DataFrame(
        {
            "line": [_condition(each, evidence.currency) for each in lines],
            "Insiders who keep it": [percent(each.inside) for each in lines],
            "others who do not": [percent(each.outside) for each in lines],
        }
    )
    figures = {
        "feature": line.feature,
        "threshold": line.value,
        "at_least": line.at_least,
        "insiders_inside": line.inside,
        "others_outside": line.outside,
        "near": near["customer_id"].tolist(),
        "overdue": insiders.loc[late, "customer_id"].tolist(),
    }
    chart = reporting.removal(customers, line, evidence.currency)
    return Answer("What removes a customer?", text, figures, chart, table)


def overdue(customers: pd.DataFrame) -> pd.Series:
    """Whether more than `OVERDUE` of the customer's mean gaps have passed since the last purchase."""
    return customers["recency_days"] > OVERDUE * customers["avg_gap_days"]


def _condition(line: Threshold, currency: str) -> str:
    value = (
        money(line.value, currency)
        if line.feature in ("gross_revenue", "avg_ticket")
        else decimal(line.value, 0 if float(line.value).is_integer() else 1)
    )
    return f"{reporting.TRAIT_NAMES[line.feature]} of {value} or {'more' if line.at_least else 'less'}"
