"""Who the Insiders are: the list, their number, their traits, and the share of the business they bring."""

from __future__ import annotations

import pandas as pd

from insiders.answers import queries
from insiders.answers.answer import Answer
from insiders.answers.evidence import Evidence
from insiders.charts import bars, reporting
from insiders.charts.reporting import MONEY, TRAIT_NAMES
from insiders.retelling import retold

TRAITS = tuple(TRAIT_NAMES)
"""The traits by which segments are described."""

SHOWN = 10
"""Customers named in the report; the full list is in insiders.csv."""


def who(evidence: Evidence) -> Answer:
    """Who is eligible: the list, best first."""
    speak = evidence.language
    insiders = evidence.insiders.sort_values(["gross_revenue", "customer_id"], ascending=[False, True])
    top = insiders.head(SHOWN)
    sentence = speak.say_n(
        "{n} customer is an Insider as of {day}; the list is in insiders.csv, with the reason for each.",
        "{n} customers are Insiders as of {day}; the list is in insiders.csv, with the reason for each.",
        len(insiders),
        day=speak.day(evidence.as_of),
    )
    text = speak.say(
        "They come from {countries} of {all} countries. Below stand the {shown} with the highest gross revenue; the "
        "same list is a table of the database.",
        countries=speak.whole(insiders["country"].nunique()),
        all=speak.whole(evidence.customers["country"].nunique()),
        shown=speak.whole(len(top)),
    )
    table = pd.DataFrame(
        {
            speak.say("customer"): top["customer_id"],
            speak.say("country"): top["country"],
            speak.say("gross revenue"): [speak.money(value, evidence.currency) for value in top["gross_revenue"]],
            speak.say("invoices"): [speak.whole(value) for value in top["n_invoices"]],
            speak.say("last purchase"): [speak.day(value) for value in top["last_purchase"]],
            speak.say("why"): [retold(why, speak) for why in top["why"]],
        }
    )
    figures = {
        "insiders": len(insiders),
        "countries": insiders["country"].nunique(),
        "all_countries": evidence.customers["country"].nunique(),
        "listed": len(top),
        "first_customers": top["customer_id"].tolist(),
        "first_gross_revenue": dict(zip(top["customer_id"], top["gross_revenue"], strict=True)),
        "as_of": evidence.as_of,
    }
    sql = {
        "insiders": queries.found("COUNT(*)", queries.INSIDERS),
        "countries": queries.found("COUNT(DISTINCT country)", queries.INSIDERS),
        "all_countries": queries.found("COUNT(DISTINCT country)"),
        "first_customers": queries.first(len(top)),
        "first_gross_revenue": queries.listed("gross_revenue", queries.INSIDERS, "gross_revenue DESC", len(top)),
    }
    chart = reporting.space(evidence.customers, speak)
    return Answer("who", speak.say("Who is eligible?"), sentence, text, figures, sql, chart, table)


def how_many(evidence: Evidence) -> Answer:
    """How many Insiders there are, with both denominators."""
    speak, segments = evidence.language, evidence.segments
    insiders, segmented, buyers = len(evidence.insiders), len(evidence.customers), int(evidence.buyers["customers"])
    largest = segments.nlargest(1, "customers").iloc[0]
    sentence = speak.say(
        "The Insiders are {insiders} customers: {of_segmented} of the {segmented} customers who came back, and "
        "{of_buyers} of all {buyers} identified buyers.",
        insiders=speak.whole(insiders),
        of_segmented=speak.percent(insiders / segmented),
        segmented=speak.whole(segmented),
        of_buyers=speak.percent(insiders / buyers),
        buyers=speak.whole(buyers),
    )
    text = speak.say(
        "Only customers who came back are put into segments. The largest of the {segments} segments is “{largest}” "
        "with {customers} customers.",
        segments=speak.whole(len(segments)),
        largest=retold(largest["segment"], speak),
        customers=speak.whole(largest["customers"]),
    )
    figures = {
        "insiders": insiders,
        "segmented_customers": segmented,
        "identified_buyers": buyers,
        "share_of_segmented": insiders / segmented,
        "share_of_buyers": insiders / buyers,
        "segments": len(segments),
        "customers_by_segment": segments.set_index("segment")["customers"].to_dict(),
    }
    sql = {
        "insiders": queries.found("COUNT(*)", queries.INSIDERS),
        "segmented_customers": queries.found("COUNT(*)"),
        "share_of_segmented": queries.found(queries.rate(queries.INSIDERS)),
        "segments": queries.found("COUNT(DISTINCT segment)"),
        "customers_by_segment": queries.by_segment("COUNT(*)"),
    }
    columns = {
        "customer_share": speak.say("customers"),
        "revenue_share": speak.say("gross revenue"),
        "items_share": speak.say("pieces"),
    }
    chart = bars.horizontal(
        [retold(name, speak) for name in segments["segment"]],
        {label: segments[column].tolist() for column, label in columns.items()},
        title=speak.say("How large every segment is, and what it brings"),
        xlabel=speak.say("share of all customers who came back, of their gross revenue, of their pieces"),
        written=lambda value: speak.percent(value),
        height=0.2,
    )
    return Answer("how_many", speak.say("How many are they?"), sentence, text, figures, sql, chart)


def traits(evidence: Evidence) -> Answer:
    """The characteristics of the Insiders beside every other segment: means and medians of customers."""
    speak, customers = evidence.language, evidence.customers
    groups = customers.groupby("segment")[list(TRAITS)]
    order = evidence.segments["segment"]
    medians, means = groups.median().reindex(order), groups.mean().reindex(order)
    ours, theirs = evidence.insiders[list(TRAITS)].median(), evidence.others[list(TRAITS)].median()
    pairs = {
        name: (_trait(name, ours[name], evidence), _trait(name, theirs[name], evidence))
        for name in ("gross_revenue", "n_invoices", "avg_ticket", "recency_days", "avg_gap_days", "n_products")
    }
    sentence = speak.say(
        "The median Insider bought for {ours} in {our_invoices} invoices, the median of all other customers for "
        "{theirs} in {their_invoices}.",
        ours=pairs["gross_revenue"][0],
        theirs=pairs["gross_revenue"][1],
        our_invoices=pairs["n_invoices"][0],
        their_invoices=pairs["n_invoices"][1],
    )
    text = speak.say(
        "Median against median: a mean ticket of {tickets}, the last purchase {recencies} days ago, {gaps} days "
        "between visits, {products} different products. All figures are of customers: a customer's mean ticket is "
        "taken first, then the median or the mean over customers.",
        tickets=_against(pairs["avg_ticket"], speak.say("against")),
        recencies=_against(pairs["recency_days"], speak.say("against")),
        gaps=_against(pairs["avg_gap_days"], speak.say("against")),
        products=_against(pairs["n_products"], speak.say("against")),
    )
    table = pd.DataFrame(
        {
            speak.say(TRAIT_NAMES[trait]): [
                f"{_trait(trait, median, evidence)} ({_trait(trait, mean, evidence)})"
                for median, mean in zip(medians[trait], means[trait], strict=True)
            ]
            for trait in TRAITS
        }
    )
    table.insert(0, speak.say("median (mean) of the segment's customers"), [retold(name, speak) for name in order])
    named = medians.rename(index=lambda name: retold(name, speak))
    figures: dict[str, object] = {f"insiders_median_{trait}": ours[trait] for trait in pairs}
    figures |= {f"others_median_{trait}": theirs[trait] for trait in pairs}
    figures |= {f"median_{trait}": medians[trait].to_dict() for trait in TRAITS}
    figures |= {f"mean_{trait}": means[trait].to_dict() for trait in TRAITS}
    sql = {f"insiders_median_{trait}": queries.median(trait, queries.INSIDERS) for trait in pairs}
    sql |= {f"others_median_{trait}": queries.median(trait, f"NOT {queries.INSIDERS}") for trait in pairs}
    sql |= {f"median_{trait}": queries.medians(trait) for trait in TRAITS}
    sql |= {f"mean_{trait}": queries.by_segment(f"AVG(1.0 * {trait})") for trait in TRAITS}
    chart = reporting.profile(named, customers[list(TRAITS)].median(), speak)
    return Answer(
        "traits", speak.say("What are their main characteristics?"), sentence, text, figures, sql, chart, table
    )


def _trait(trait: str, value: float, evidence: Evidence) -> str:
    speak = evidence.language
    if trait in MONEY:
        return speak.money(value, evidence.currency)
    if trait == "return_share":
        return speak.percent(value)
    return speak.decimal(value, 0 if float(value).is_integer() else 1)


def _against(pair: tuple[str, str], word: str) -> str:
    return f"{pair[0]} {word} {pair[1]}"
