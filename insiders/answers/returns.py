"""What returns and cancellations cost: how much comes back, from whom, and of which products."""

from __future__ import annotations

import pandas as pd

from insiders.answers import queries
from insiders.answers.answer import Answer
from insiders.answers.evidence import Evidence
from insiders.charts import bars, style
from insiders.retelling import retold

SHOWN = 10


def cost_of_returns(evidence: Evidence) -> Answer:
    """Value returned in all, as a share of sums and as a mean over customers, by segment and product."""
    speak, people = evidence.language, evidence.customers
    question = speak.say("What do returns cost?")
    returned = people["gross_revenue"] - people["net_revenue"]
    if not (people["n_returns"] > 0).any():
        return Answer("returns", question, speak.say("This source holds no returns, so their cost cannot be told."))
    ours = people["is_insider"]
    share = float(returned.sum() / people["gross_revenue"].sum())
    sentence = speak.say(
        "Customers who came back returned goods for {value}, {share} of what they bought; the Insiders returned "
        "{ours} of theirs, the others {theirs}.",
        value=speak.money(returned.sum(), evidence.currency),
        share=speak.percent(share),
        ours=speak.percent(returned[ours].sum() / people.loc[ours, "gross_revenue"].sum()),
        theirs=speak.percent(returned[~ours].sum() / people.loc[~ours, "gross_revenue"].sum()),
    )
    cancelled = people["v_returns"].sum() - returned.sum()
    top = returned.nlargest(SHOWN).sum() / returned.sum() if returned.sum() > 0 else float("nan")
    text = speak.say(
        "These are ratios of sums. The mean over customers of the share returned is {mean}, and {none} of the "
        "customers returned nothing. The {n} customers who returned most make {top} of the value. Orders that were "
        "undone in full within weeks, {cancelled} more, count neither as bought nor as returned. What handling a "
        "return costs is not in the source.",
        mean=speak.percent(people["return_share"].mean()),
        none=speak.percent(float((people["n_returns"] == 0).mean())),
        n=speak.whole(SHOWN),
        top=speak.percent(float(top)),
        cancelled=speak.money(cancelled, evidence.currency),
    )
    by_segment = (returned.groupby(people["segment"]).sum() / people.groupby("segment")["gross_revenue"].sum()).reindex(
        evidence.segments["segment"]
    )
    figures = {
        "returned": returned.sum(),
        "share_of_gross": share,
        "insiders_share": returned[ours].sum() / people.loc[ours, "gross_revenue"].sum(),
        "others_share": returned[~ours].sum() / people.loc[~ours, "gross_revenue"].sum(),
        "mean_share": people["return_share"].mean(),
        "customers_without": float((people["n_returns"] == 0).mean()),
        "top_customers": SHOWN,
        "top_customers_share": float(top),
        "cancelled": cancelled,
        "share_by_segment": by_segment.to_dict(),
    }
    lost, ratio = "gross_revenue - net_revenue", "SUM(gross_revenue - net_revenue) / SUM(gross_revenue)"
    sql = {
        "returned": queries.found(f"SUM({lost})"),
        "share_of_gross": queries.found(ratio),
        "insiders_share": queries.found(ratio, queries.INSIDERS),
        "others_share": queries.found(ratio, f"NOT {queries.INSIDERS}"),
        "mean_share": queries.found("AVG(return_share)"),
        "customers_without": queries.found(queries.rate("n_returns = 0")),
        "top_customers_share": queries.share_of_first(lost, SHOWN),
        "cancelled": queries.found(f"SUM(v_returns) - SUM({lost})"),
        "share_by_segment": queries.by_segment(ratio),
    }
    chart = bars.horizontal(
        [retold(name, speak) for name in by_segment.index],
        {speak.say("returned"): by_segment.tolist()},
        title=speak.say("How much of what a segment buys comes back"),
        xlabel=speak.say("value returned over value bought, sums of the segment"),
        written=lambda value: speak.percent(value),
        colours=(style.INSIDERS,),
    )
    return Answer("returns", question, sentence, text, figures, sql, chart, _products(evidence))


def _products(evidence: Evidence) -> pd.DataFrame | None:
    """The products of which most value came back."""
    speak, back = evidence.language, evidence.lines.returned()
    if back.empty:
        return None
    value = back["value"].nlargest(SHOWN)
    names = evidence.lines.descriptions([str(product) for product in value.index])
    share = value / back["sold"].reindex(value.index)
    return pd.DataFrame(
        {
            speak.say("product"): value.index,
            speak.say("description"): [names.get(str(product), "") for product in value.index],
            speak.say("value returned"): [speak.money(amount, evidence.currency) for amount in value],
            speak.say("of its gross revenue"): [
                speak.percent(part) if part == part and part <= 1 else "–" for part in share
            ],
        }
    )
