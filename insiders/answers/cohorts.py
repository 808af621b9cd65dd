"""Customers by the month of their first purchase: how many came back, and what they brought."""

from __future__ import annotations

import pandas as pd

from insiders.answers.answer import Answer
from insiders.answers.evidence import Evidence
from insiders.charts import prospects as charts
from insiders.exploration.cohorts import mean_retention

LEAST = 3
"""Whole months below which there are no cohorts to compare."""

AHEAD = (1, 3, 6)
"""Months after the first for which retention is told."""


def by_first_month(evidence: Evidence) -> Answer:
    """Retention and revenue of the monthly cohorts of first purchase, all identified buyers included."""
    speak = evidence.language
    question = speak.say("Do new customers come back, and how much do their cohorts bring?")
    end = evidence.history.end - pd.Timedelta(days=1)
    last = end.to_period("M").to_timestamp()
    if (end + pd.Timedelta(days=1)).month == end.month:
        last -= pd.DateOffset(months=1)  # the month under way would look like a loss
    table = evidence.lines.cohorts(last)
    table = table[table["cohort"] <= last]
    if table["cohort"].nunique() < LEAST:
        return Answer(
            "cohorts", question, speak.say("This source cannot tell: it holds fewer than three whole months.")
        )
    first = table["cohort"].min()
    newer = table[table["cohort"] > first]
    means = {months: mean_retention(newer, months) for months in AHEAD}
    held = newer.groupby("cohort").agg(customers=("customers", "first"), revenue=("revenue", "sum"))
    sentence = speak.say(
        "Of the customers who came for the first time, {one} bought again in the month after it and {three} in the "
        "third month after it; the cohort that brought most is that of {best} with {revenue}.",
        one=speak.percent(means[1]),
        three=speak.percent(means[3]),
        best=speak.month(held["revenue"].idxmax()),
        revenue=speak.money(held["revenue"].max(), evidence.currency),
    )
    text = speak.say(
        "A cohort is everybody whose first purchase in the data fell into a month, those who came once included. "
        "That of {first} is no cohort of new customers but of all who had been customers before the data begin, and "
        "stays out of these figures. Revenue is gross, up to {last}, the last whole month. An older cohort has had "
        "more time to bring revenue.",
        first=speak.month(first),
        last=speak.month(last),
    )
    rows = []
    for cohort, part in table.groupby("cohort"):
        share = part.set_index("months_since")["retention"]
        size, revenue = int(part["customers"].iloc[0]), float(part["revenue"].sum())
        rows.append(
            {
                speak.say("first purchase in"): speak.month(cohort),
                speak.say("customers"): speak.whole(size),
                **{
                    speak.say_n("bought again after {n} month", "bought again after {n} months", months): speak.percent(
                        float(share.get(months, float("nan")))
                    )
                    if months in share
                    else "–"
                    for months in AHEAD
                },
                speak.say("gross revenue so far"): speak.money(revenue, evidence.currency),
                speak.say("per customer"): speak.money(revenue / size, evidence.currency),
            }
        )
    figures: dict[str, object] = {f"retention_after_{months}": value for months, value in means.items()}
    rounded: list[dict[str, object]] = [
        {
            "cohort": row["cohort"],
            "months_since": row["months_since"],
            "customers": row["customers"],
            "active": row["active"],
            "revenue": round(row["revenue"], 2),
        }
        for row in table.to_dict("records")
    ]
    figures |= {"best_cohort": held["revenue"].idxmax(), "best_cohort_revenue": held["revenue"].max()}
    figures |= {"first_cohort": first, "last_month": last, "cohorts": rounded}
    chart = charts.cohorts(table, speak)
    return Answer("cohorts", question, sentence, text, figures, {}, chart, pd.DataFrame(rows))
