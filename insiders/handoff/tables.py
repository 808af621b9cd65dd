"""Every table that crosses from one notebook to another, or to the database: its name, columns, units and checks."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import pandera.pandas as pa

from insiders.handoff.kinds import count, moment, number, share, table, text, yes_no

FEATURES: dict[str, pa.Column] = {
    "first_purchase": moment("first purchase in the data"),
    "last_purchase": moment("last purchase in the data"),
    "recency_days": count("calendar days from the last purchase to the as-of day"),
    "tenure_days": count("calendar days from the first purchase to the as-of day"),
    "n_invoices": count("distinct purchase invoices", at_least=1),
    "n_purchase_days": count("distinct calendar days with a purchase", at_least=1),
    "n_items": count("pieces bought, returns not netted"),
    "n_products": count("distinct products bought", at_least=1),
    "gross_revenue": number("value of all purchases, returns not netted, in the shop's currency"),
    "net_revenue": number("purchases less returns, in the shop's currency"),
    "avg_ticket": number("gross revenue per purchase invoice, in the shop's currency"),
    "avg_basket_items": number("pieces per purchase invoice"),
    "avg_basket_products": number("mean number of distinct products per purchase invoice"),
    "avg_unit_price": number("gross revenue per piece, in the shop's currency"),
    "frequency": number("purchase invoices per day from first to last purchase, both counted"),
    "avg_gap_days": number("mean days between successive activity days; missing with one such day", nullable=True),
    "std_gap_days": number("standard deviation of those gaps, in days; missing with fewer than two", nullable=True),
    "gap_regularity": number("coefficient of variation of the gaps: 0 is clockwork", nullable=True),
    "n_returns": count("distinct return or cancellation invoices"),
    "q_returns": count("pieces returned or cancelled"),
    "v_returns": number("value returned or cancelled, positive, in the shop's currency"),
    "return_share": number("value returned over value bought (netted pairs count on neither side)"),
    "is_wholesale": yes_no("buys in quantities far above the other customers (kept, but flagged)"),
    "country": text("country of most of the customer's invoices"),
    "main_category": text("category with most of the revenue; missing where the source has none", nullable=True),
    "main_category_share": share("share of that category in the customer's gross revenue", nullable=True),
}
"""One row per customer: the features every later notebook may use, with their units."""

PROSPECTS: dict[str, pa.Column] = {
    "probability_active": share(
        "probability to buy within the next 90 days; 1 less it is that of churn", nullable=True
    ),
    "propensity_30_days": share("probability to buy within the next 30 days", nullable=True),
    "expected_revenue_90_days": number("net revenue expected in the next 90 days, shop's currency", nullable=True),
    "expected_revenue_lower": number("lower bound of what the customer may bring in those days", nullable=True),
    "expected_revenue_upper": number("upper bound of what the customer may bring in those days", nullable=True),
    "at_risk": text("why the customer may lose the programme; missing where nothing speaks for it", nullable=True),
}
"""What a customer is likely to do next, as the report publishes it."""

LINES = table(
    {
        "invoice": text("invoice number as written"),
        "product": text("product code, trimmed and folded to upper case where the preset says so"),
        "description": text("product description as written, trimmed", nullable=True),
        "quantity": pa.Column("int64", coerce=True, description="pieces; negative on returns"),
        "time": moment("time of the invoice, local"),
        "unit_price": number("price of one piece, in the shop's currency"),
        "revenue": number("quantity x unit price, in the shop's currency; negative on returns"),
        "kind": text(
            "purchase, return, or netted (a purchase and its full cancellation, both out of gross revenue)",
            checks=pa.Check.isin(["purchase", "return", "netted"]),
        ),
        "customer_id": text("customer, as text"),
        "country": text("country as written"),
        "store": text("store; missing where the source has none", nullable=True),
        "category": text("category; missing where the source has none", nullable=True),
    }
)
"""Prepared lines: of customers who came back (``transactions``), and of buyers who came once (``once``)."""

DEEDS = tuple(name for name in LINES.columns if name not in ("description", "store"))
"""The columns of lines that say what a customer did."""

HANDOFF: Mapping[str, pa.DataFrameSchema] = MappingProxyType(
    {
        "source": table(
            {
                "name": text("the source as asked for or resolved, for example uci:online-retail"),
                "sha256": text("digest of the file read, or of the generated rows"),
                "rows": count("rows read", at_least=1),
                "first_day": moment("first time stamp read"),
                "last_day": moment("last time stamp read"),
                "currency": text("currency sign or code of the prices"),
                "synthetic": yes_no("generated data: never promoted to a production database"),
                "citation": text("who is to be cited", nullable=True),
                "note": text("what a reader has to know of the source", nullable=True, required=False),
            }
        ),
        "quarantine": table(
            {
                "place": text("file or sheet the row stands in"),
                "row": count(
                    "number of the row there, from 1; of a line with too many or too few fields, its line", at_least=0
                ),
                "reason": text("what the row breaks of the contract of a transaction"),
                "invoice": text("as written", nullable=True),
                "product": text("as written", nullable=True),
                "description": text("as written", nullable=True),
                "quantity": text("as written", nullable=True),
                "time": text("as written", nullable=True),
                "unit_price": text("as written", nullable=True),
                "customer_id": text("as written", nullable=True),
                "country": text("as written", nullable=True),
                "store": text("as written", nullable=True),
                "category": text("as written", nullable=True),
            }
        ),
        "ladder": table(
            {
                "step": text("what the filter keeps"),
                "rows": count("rows left after the step"),
                "customers": count("distinct identified customers left after the step"),
            }
        ),
        "transactions": LINES,
        "once": LINES,
        "appearance": table(
            {"customer_id": text("customer, in the order in which the source first names them")}, key=["customer_id"]
        ),
        "buyers": table(
            {
                "customers": count("identified customers who bought at all, once or more", at_least=1),
                "gross_revenue": number("value of their purchases, returns not netted, in the shop's currency"),
                "net_revenue": number("purchases less returns, in the shop's currency"),
                "items": count("pieces bought, returns not netted"),
            }
        ),
        "customers": table({"customer_id": text("customer, as text"), **FEATURES}, key=["customer_id"]),
        "labels": table(
            {
                "customer_id": text("customer, as text"),
                "segment": text("name of the segment, from its traits"),
                "is_insider": yes_no("belongs to the Insiders, the segment worth a loyalty programme"),
                "probability_high_value": share("probability of high value next period, where modelled", nullable=True),
                "why": text("the rule, in words, that makes or unmakes the customer an Insider"),
                "map_x": number("first coordinate on the two-dimensional map of the space"),
                "map_y": number("second coordinate on the two-dimensional map of the space"),
            },
            key=["customer_id"],
        ),
        "segments": table(
            {
                "segment": text("name of the segment, from its traits"),
                "value_rank": count("1 for the highest mean gross revenue", at_least=1),
                "is_insiders": yes_no("the segment chosen as the Insiders"),
                "customers": count("customers in the segment", at_least=1),
                "customer_share": share("share of all segmented customers"),
                "gross_revenue": number("value of the segment's purchases, in the shop's currency"),
                "revenue_share": share("share of the gross revenue of all segmented customers"),
                "net_revenue": number("purchases less returns, in the shop's currency"),
                "items": count("pieces bought"),
                "items_share": share("share of the pieces bought by all segmented customers"),
                "mean_gross_revenue": number("mean over the segment's customers, in the shop's currency"),
                "median_gross_revenue": number("median over the segment's customers, in the shop's currency"),
                "median_recency_days": number("median over customers, days"),
                "median_invoices": number("median over customers, purchase invoices"),
                "median_ticket": number("median over customers of their average ticket, in the shop's currency"),
                "median_gap_days": number("median over customers of the mean gap, days", nullable=True),
                "mean_return_share": number("mean over customers of value returned over value bought"),
                "silhouette": number("mean silhouette of the segment's customers in the chosen space, -1 to 1"),
                "stability": number("mean Jaccard similarity over resamples, where measured, 0 to 1", nullable=True),
                "action": text("what marketing can do, tied to the segment's traits"),
            },
            key=["segment"],
        ),
        "rules": table(
            {
                "rule": text("a condition in words, in business units"),
                "precision": share("share of the customers meeting the rule who are Insiders"),
                "recall": share("share of the Insiders who meet the rule"),
                "customers": count("customers who meet the rule"),
            }
        ),
        "programme": table(
            {
                "method": text(
                    "best: the Insiders come from the policy; else from elsewhere, and it stands beside them"
                ),
                "policy": text("name of the policy"),
                "words": text("the policy in words a marketing manager can repeat"),
                "in_money": yes_no("whether its score is an amount in the shop's currency"),
                "share": share("share of the customers known at a review for whom there is a place"),
                "threshold": number("score of the last customer with a place, today"),
                "entry": number("share of the threshold at which a customer enters"),
                "exit": number("share of the threshold below which a review counts against a member"),
                "grace": count("reviews in a row below it after which a member leaves", at_least=1),
                "days": count("days from one review to the next", at_least=1),
            }
        ),
        "heights": table(
            {
                "review": moment("midnight at which the customers were reviewed; the last one is today"),
                "customer_id": text("customer known then"),
                "value": number("score by the policy, known then"),
                "ratio": number("score over the threshold of that review"),
                "later": number("net revenue of the 90 days after it; missing where they are not over", nullable=True),
            },
            key=["review", "customer_id"],
        ),
        "forecasts": table(
            {
                "level": text("insiders, total or product (later: segment, country, store, category)"),
                "series": text("the series within the level, for example a product code"),
                "date": moment("the day forecast"),
                "model": text("name of the model"),
                "mean": number("expected value of the day, in the unit of the level"),
                "lower": number("lower bound, in the same unit"),
                "upper": number("upper bound, in the same unit"),
                "coverage": share("nominal coverage of the bounds"),
            },
            key=["level", "series", "date", "model"],
        ),
        "sales": table(
            {
                "level": text("level of the series, as in forecasts"),
                "series": text("the series within the level"),
                "date": moment("open day, or first day of the week or month, from the series' first sale on"),
                "value": number("what was sold, 0 where nothing was, in the unit"),
                "unit": text("pieces, or the sign of the shop's currency"),
            },
            key=["level", "series", "date"],
        ),
        "totals": table(
            {
                "level": text("level of the forecast"),
                "model": text("name of the model"),
                "first_day": moment("first day of the period"),
                "last_day": moment("last day of the period"),
                "days": count("open days forecast in it", at_least=1),
                "unit": text(
                    "of mean, lower and upper, as of all forecasts of the level: pieces, or the currency's sign"
                ),
                "mean": number("expected sum of the period, in the unit"),
                "lower": number("lower bound of the sum, in the same unit"),
                "upper": number("upper bound of the sum, in the same unit"),
                "coverage": share("nominal coverage of the bounds"),
                "periods": count("held-out periods that the bounds rest on", at_least=2),
            },
            key=["level", "model"],
        ),
        "series_totals": table(
            {
                "level": text("level of the series, as in forecasts"),
                "series": text("the series within the level"),
                "description": text("what the source mostly calls it, for a product; missing elsewhere", nullable=True),
                "model": text("name of the model"),
                "first_day": moment("first day of the period"),
                "last_day": moment("last day of the period"),
                "days": count("open days forecast in it", at_least=1),
                "unit": text("of sold, mean and bounds: pieces, or the sign of the shop's currency"),
                "sold": number("what was sold in the last calendar days known, as many as are forecast, in the unit"),
                "mean": number("expected sum of the period, in the unit"),
                "lower": number("lower bound of the sum, in the same unit"),
                "upper": number("upper bound of the sum, in the same unit"),
                "coverage": share("nominal coverage of the bounds; half of the rest lies above the upper one"),
                "upper_95": number("upper bound with a nominal coverage of 95 %: one period in forty should sell more"),
                "periods": count("held-out periods that the bounds rest on", at_least=2),
                "kind": text(
                    "demand, guessed from the sales: smooth, erratic, intermittent or lumpy; none without a sale"
                ),
                "flags": text("what to look at twice, guessed from the sales, for example new; empty where nothing is"),
            },
            key=["level", "series"],
        ),
        "model_scores": table(
            {
                "level": text("level of the series; LEVEL=SERIES for one series of it, champion and baseline only"),
                "model": text("name of the model"),
                "fold": text("which held-out period, by its first day (ISO date), or mean for the mean of all"),
                "metric": text("mae, rmse, wape, mase, bias, total_error or coverage"),
                "value": number("value of the metric"),
            },
            key=["level", "model", "fold", "metric"],
        ),
        "answers": table(
            {
                "question": text("the question, short"),
                "position": count("place in the report, from 1", at_least=1),
                "text": text("the answer in one plain sentence or two"),
                "figures": text("the figures behind the sentence, JSON object"),
                "topic": text("stable short name of the question in English, for example how_many"),
                "language": text("language of question and text, for example en or pt_BR"),
                "queries": text("JSON object: name of a figure, and the SELECT over current_* views that finds it"),
            },
            key=["topic"],
        ),
    }
)
"""Hand-off tables by name."""

RESULTS: Mapping[str, pa.DataFrameSchema] = MappingProxyType(
    {
        "customers": table(
            {
                **HANDOFF["customers"].columns,
                **{name: column for name, column in HANDOFF["labels"].columns.items() if name != "customer_id"},
                **PROSPECTS,
            },
            key=["customer_id"],
        ),
        "segments": HANDOFF["segments"],
        "forecasts": HANDOFF["forecasts"],
        "sales": HANDOFF["sales"],
        "totals": HANDOFF["totals"],
        "series_totals": HANDOFF["series_totals"],
        "model_scores": HANDOFF["model_scores"],
        "answers": HANDOFF["answers"],
    }
)
"""Tables of the database that notebooks fill; the database adds ``run_id`` in front."""
