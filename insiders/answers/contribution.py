"""The share of revenue and items that the Insiders bring, beside a plain sort."""

from __future__ import annotations

import pandas as pd

from insiders.answers import queries
from insiders.answers.answer import Answer
from insiders.answers.evidence import Evidence
from insiders.charts import bars, style


def shares(evidence: Evidence) -> Answer:
    """The share of revenue and items, gross and net, with its denominators, beside the plain revenue sort."""
    speak, insiders = evidence.language, evidence.insiders
    found = _shares(evidence)
    best = _plain_sort(evidence)
    common = int(insiders["customer_id"].isin(best["customer_id"]).sum())
    ours = found["insiders"].map(speak.percent)
    sentence = speak.say(
        "The Insiders bring {gross} of the gross revenue of the customers who came back ({net} net of returns) and "
        "{items} of the pieces.",
        gross=ours["gross"],
        net=ours["net"],
        items=ours["items"],
    )
    text = speak.say(
        "That is {amount} gross, and {of_buyers} of the gross revenue of all identified buyers, those who came once "
        "included. As many customers simply sorted by gross revenue would bring {sort} of the gross revenue of those "
        "who came back; {common} of the {insiders} stand in both lists. No group of that size can have a higher share "
        "of past gross revenue than the sort has: the programme's rule is chosen for the revenue that comes after.",
        amount=speak.money(insiders["gross_revenue"].sum(), evidence.currency),
        of_buyers=ours["gross_of_buyers"],
        sort=speak.percent(float(found["plain_sort"].iloc[0])),
        common=speak.whole(common),
        insiders=speak.whole(len(insiders)),
    )
    wholes = {
        "gross": speak.say("gross revenue of customers who came back"),
        "net": speak.say("net revenue of customers who came back"),
        "items": speak.say("pieces bought by customers who came back"),
        "gross_of_buyers": speak.say("gross revenue of all identified buyers"),
        "items_of_buyers": speak.say("pieces bought by all identified buyers"),
    }
    table = pd.DataFrame(
        {
            speak.say("share of"): [wholes[name] for name in found.index],
            "Insiders": ours.to_list(),
            speak.say("as many by plain revenue"): found["plain_sort"].map(speak.percent).to_list(),
        }
    )
    chart = bars.horizontal(
        [wholes[name] for name in found.index],
        {
            "Insiders": found["insiders"].to_list(),
            speak.say("as many by plain revenue"): found["plain_sort"].to_list(),
        },
        title=speak.say("What the Insiders bring, and what a plain sort would"),
        xlabel=speak.say("share of what is named on the left"),
        written=lambda value: speak.percent(value),
        colours=(style.INSIDERS, style.OTHERS),
        height=0.24,
    )
    figures = {"insiders": len(insiders), "gross_revenue": insiders["gross_revenue"].sum(), "in_both_lists": common}
    figures |= {f"{name}_share": value for name, value in found["insiders"].items()}
    figures |= {f"{name}_share_plain_sort": value for name, value in found["plain_sort"].items()}
    columns = {"gross": "gross_revenue", "net": "net_revenue", "items": "n_items"}
    sql = {
        "insiders": queries.found("COUNT(*)", queries.INSIDERS),
        "gross_revenue": queries.found("SUM(gross_revenue)", queries.INSIDERS),
        "in_both_lists": queries.plain_sort("SUM(CASE WHEN is_insider THEN 1 ELSE 0 END)"),
    }
    for name, column in columns.items():
        sql |= {f"{name}_share": queries.share(column)}
        sql |= {f"{name}_share_plain_sort": queries.plain_sort_share(column)}
    question = speak.say("What share of revenue, and of items, do they bring?")
    return Answer("shares", question, sentence, text, figures, sql, chart, table)


def _plain_sort(evidence: Evidence) -> pd.DataFrame:
    """As many customers as there are Insiders, those with the highest gross revenue."""
    ordered = evidence.customers.sort_values(["gross_revenue", "customer_id"], ascending=[False, True])
    return ordered.head(len(evidence.insiders))


def _shares(evidence: Evidence) -> pd.DataFrame:
    """Index ``gross``, ``net``, ``items``, ``gross_of_buyers``, ``items_of_buyers``; ``insiders``, ``plain_sort``."""
    customers, buyers = evidence.customers, evidence.buyers
    wholes = {
        "gross": ("gross_revenue", customers["gross_revenue"].sum()),
        "net": ("net_revenue", customers["net_revenue"].sum()),
        "items": ("n_items", customers["n_items"].sum()),
        "gross_of_buyers": ("gross_revenue", buyers["gross_revenue"]),
        "items_of_buyers": ("n_items", buyers["items"]),
    }
    groups = {"insiders": evidence.insiders, "plain_sort": _plain_sort(evidence)}
    rows = {
        name: {group: float(rows[column].sum() / whole) for group, rows in groups.items()}
        for name, (column, whole) in wholes.items()
    }
    return pd.DataFrame.from_dict(rows, orient="index")
