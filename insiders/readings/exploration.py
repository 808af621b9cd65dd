"""Sentences that read a figure, computed from its table, so that they are true for whatever data come in."""

from __future__ import annotations

import pandas as pd

from insiders.exploration.bulk import Bulk
from insiders.exploration.cohorts import mean_retention
from insiders.exploration.hypotheses import UNTESTABLE
from insiders.exploration.pareto import gini, groups_for, top_count, top_share
from insiders.wording import counted, decimal, listing, money, p_value, percent, whole

DEMO_BANNER = (
    "> **⚠ GENERATED DEMO DATA.** No real transactions were found or asked for: every figure below describes an "
    "invented shop, and this run is never promoted to a production database."
)


def source_reading(source: pd.Series) -> str:
    """What was read, from the row of the source table; a loud banner comes first where the data are generated."""
    cited = "" if pd.isna(source["citation"]) else f" Source to cite: {source['citation']}"
    note = source.get("note")
    noted = "" if note is None or pd.isna(note) else f" {note}"
    days = (source["last_day"].normalize() - source["first_day"].normalize()).days + 1
    text = (
        f"**{whole(source['rows'])} rows** were read from `{source['name']}`, from {source['first_day']:%Y-%m-%d} to "
        f"{source['last_day']:%Y-%m-%d} ({counted(days, 'calendar day')}), prices in {source['currency']}."
        f"{noted}{cited}"
    )
    return f"{DEMO_BANNER}\n\n{text}" if source["synthetic"] else text


def ladder_reading(ladder: pd.DataFrame) -> str:
    """From how many rows to how many, and which step cost most."""
    first, last = ladder.iloc[0], ladder.iloc[-1]
    lost = -ladder["rows"].diff().fillna(0)
    step = ladder.loc[lost.idxmax(), "step"]
    return (
        f"From {whole(first['rows'])} rows to {whole(last['rows'])} ({percent(last['rows'] / first['rows'])} of them), "
        f"and to {counted(int(last['customers']), 'customer')}; the step that costs most rows is “{step}” "
        f"({whole(lost.max())})."
    )


def quarantine_reading(reasons: pd.DataFrame, rows_read: int) -> str:
    """How many rows were set aside; ``reasons`` has a column ``rows``, one line per reason."""
    rows = int(reasons["rows"].sum()) if len(reasons) else 0
    if rows == 0:
        return f"Not one of the {whole(rows_read)} rows read breaks the contract: nothing was quarantined."
    return (
        f"{counted(rows, 'row')} of {whole(rows_read)} read ({percent(rows / rows_read, 3)}) break the contract and "
        f"were set aside with {counted(len(reasons), 'reason')}; they count in no figure below."
    )


def pareto_reading(ranked: pd.DataFrame, noun: str, plural: str, top: float = 0.2) -> str:
    """The share of the best groups, and how many make 80 %; says so where the source does not know the groups."""
    if ranked.empty:
        return f"This source does not name {plural}, so revenue cannot be split by {noun}."
    best = top_count(len(ranked), top)
    return (
        f"The best {whole(best)} of {whole(len(ranked))} {plural} (the top {percent(top, 0)}, rounded up) bring "
        f"**{percent(top_share(ranked, top))}** of the gross revenue; {counted(groups_for(ranked), noun, plural)} "
        f"make 80 % of it. Gini coefficient {decimal(gini(ranked['revenue']))} (0 is equality, 1 is everything in one "
        f"{noun})."
    )


def bulk_reading(found: Bulk, times_usual: float, currency: str) -> str:
    """How many lines are bulk orders, and what they are worth."""
    bulk = found.lines
    if bulk.empty:
        return f"No purchase line reaches {times_usual:g} times its product's usual quantity."
    largest = bulk.iloc[0]
    return (
        f"{counted(len(bulk), 'purchase line')} ({percent(len(bulk) / found.purchase_lines, 2)} of all) by "
        f"{counted(bulk['customer_id'].nunique(), 'customer')} are {times_usual:g} times the usual quantity of "
        f"their product or more; they carry {percent(bulk['revenue'].sum() / found.revenue)}"
        f" of the gross revenue ({money(bulk['revenue'].sum(), currency)}). "
        f"The most unusual: {whole(largest['quantity'])} pieces of {largest['product']}, "
        f"usually sold by {largest['usual_quantity']:g}."
    )


def weekly_reading(week: pd.DataFrame, currency: str) -> str:
    """The best and the weakest weekday per open day, and the days on which the shop is closed."""
    sold = week.dropna(subset=["revenue_per_open_day"])
    best, least = sold.nlargest(1, "revenue_per_open_day").iloc[0], sold.nsmallest(1, "revenue_per_open_day").iloc[0]
    never = week.loc[week["open_days"] == 0, "weekday"].astype(str).tolist()
    closed = f" Nothing is ever sold on {listing(never)}." if never else ""
    return (
        f"An open {best['weekday']} brings most ({money(best['revenue_per_open_day'], currency)} on average), an open "
        f"{least['weekday']} least ({money(least['revenue_per_open_day'], currency)}).{closed}"
    )


def monthly_reading(months: pd.DataFrame, closed: pd.DataFrame, currency: str) -> str:
    """The best complete month, the partial ones, and the unexpected closed days."""
    complete = months[~months["is_partial"]].nlargest(1, "revenue_per_open_day")
    named = [
        f"{row['month']:%B %Y} with {money(row['revenue_per_open_day'], currency)}" for _, row in complete.iterrows()
    ]
    best = f"The best complete month per open day is {named[0]}." if named else "No month is complete."
    partial = [f"{month:%B %Y}" for month in months.loc[months["is_partial"], "month"]]
    cut = f" Partial, and not comparable by its total: **{listing(partial)}**." if partial else ""
    return f"{best}{cut} On {counted(len(closed), 'usually open day')} nothing was sold (holidays, mostly)."


def retention_reading(retention: pd.DataFrame, months_since: int = 1) -> str:
    """The share of customers who buy that month after their first, over all cohorts old enough, and its range."""
    rows = retention[retention["months_since"] == months_since]
    if rows.empty:
        return "The data are too short for a cohort to be seen a month later."
    low, high = rows.nsmallest(1, "retention").iloc[0], rows.nlargest(1, "retention").iloc[0]
    return (
        f"In month {months_since} after the first, {percent(mean_retention(retention, months_since))} of the "
        f"customers buy again, from {percent(low['retention'])} (cohort of {low['cohort']:%B %Y}, "
        f"{counted(low['customers'], 'customer')}) to {percent(high['retention'])} ({high['cohort']:%B %Y}, "
        f"{whole(high['customers'])}). The first cohort holds customers from before the data begin, too."
    )


def shape_reading(shapes: pd.DataFrame) -> str:
    """Which features are strongly skewed, and whether a logarithm helps."""
    skewed = shapes[shapes["skew"].abs() > 2]
    helped = skewed[skewed["skew_of_log"].abs() < skewed["skew"].abs() / 2]
    return (
        f"{whole(len(skewed))} of {counted(len(shapes), 'feature')} are strongly skewed (skewness beyond ±2); a "
        f"logarithm at least halves the skewness of {whole(len(helped))} of them."
    )


def correlation_reading(pairs: pd.DataFrame, at_least: float) -> str:
    """The pairs of features that say nearly the same."""
    if pairs.empty:
        return f"No two features correlate beyond ±{at_least:g}: each says something of its own."
    named = [f"{row['first']}–{row['second']} ({decimal(row['rho'])})" for _, row in pairs.head(5).iterrows()]
    first = ", the strongest" if len(pairs) > len(named) else ""
    return (
        f"{counted(len(pairs), 'pair')} of features say nearly the same (|ρ| ≥ {at_least:g}){first}: {listing(named)}; "
        "a distance over all of them would count the same trait several times."
    )


def hypothesis_reading(verdicts: pd.DataFrame) -> str:
    """One line per hypothesis: the verdict in words, then the figures."""
    return "\n".join(f"- {_verdict_line(row)}" for _, row in verdicts.iterrows())


def _verdict_line(row: pd.Series) -> str:
    if row["verdict"] == UNTESTABLE:
        sizes = f"{whole(row['n_group'])} and {whole(row['n_other'])}"
        return f"*{row['claim']}*: **{UNTESTABLE}** with these data (group sizes {sizes})."
    return (
        f"*{row['claim']}*: **{row['verdict']}**. Median (mean) {row['variable']}: {decimal(row['median_group'])} "
        f"({decimal(row['mean_group'])}) against {decimal(row['median_other'])} ({decimal(row['mean_other'])}); "
        f"Cliff's delta {decimal(row['delta'])} [{decimal(row['delta_lower'])}, {decimal(row['delta_upper'])}], "
        f"a {row['effect']} effect; corrected {p_value(row['p_holm'])}. "
        f"Beware: {row['caveat']}."
    )
