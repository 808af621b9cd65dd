"""What marketing should do for every segment, how to test it fairly, and what this source cannot tell."""

from __future__ import annotations

import math

import pandas as pd

from insiders import trials
from insiders.answers import queries
from insiders.answers.answer import Answer
from insiders.answers.evidence import Evidence
from insiders.answers.prospects import published
from insiders.charts import bars, style
from insiders.membership.risk import overdue
from insiders.prospects.foreseen import Foreseen
from insiders.retelling import retold

YEARS_FOR_SEASONS = 2
"""Years of history from which a yearly pattern can be told from chance."""


def what_to_do(evidence: Evidence, known: Foreseen | None, uplift: float = 0.1) -> Answer:
    """The action of every segment with the traits it rests on, and the size of a fair trial.

    ``uplift`` is the assumption to be tested: by which share of itself an offer raises the share of customers who buy
    within 30 days.
    """
    speak, segments = evidence.language, evidence.segments
    found = _traits(evidence, known, uplift)
    late = found["overdue"].idxmax()
    able = found[found["needed"] * 2 <= found["customers"]]
    sentence = speak.say(
        "For the Insiders: {action}. The segment most in need of a reminder is “{late}”, of whom {share} are overdue "
        "by their own rhythm.",
        action=_small(retold(segments.iloc[0]["action"], speak)),
        late=retold(late, speak),
        share=speak.percent(float(found["overdue"].max())),
    )
    text = speak.say(
        "What an action brings is an assumption until a trial has measured it: here, that an offer raises the share "
        "who buy within 30 days by {uplift} of itself. A fair trial draws two groups by lot from one segment, makes "
        "the offer to one, and needs the customers per group that stand in the table (two-sided test of two shares, "
        "alpha {alpha}, power {power}). {able} {money}",
        uplift=speak.percent(uplift, 0),
        alpha=speak.decimal(trials.ALPHA),
        power=speak.percent(trials.POWER, 0),
        able=_able(evidence, able, known),
        money=_by_money(evidence, uplift),
    )
    figures = {
        "uplift_assumed": uplift,
        "alpha": trials.ALPHA,
        "power": trials.POWER,
        "overdue": found["overdue"].to_dict(),
        "propensity_30_days": found["propensity"].to_dict(),
        "customers_per_group": found["needed"].to_dict(),
        "smallest_lift": found["smallest"].to_dict(),
        "customers_per_group_by_revenue": _needed_by_money(evidence, uplift),
        "actions": segments.set_index("segment")["action"].to_dict(),
    }
    sql = {
        "overdue": queries.by_segment(queries.rate(queries.OVERDUE)),
        "propensity_30_days": queries.by_segment("AVG(propensity_30_days)"),
        "actions": "SELECT segment, action FROM current_segments",
    }
    shown = {speak.say("overdue by their own rhythm"): found["overdue"].tolist()}
    if known is not None:
        shown[speak.say("will buy within 30 days (mean probability)")] = found["propensity"].tolist()
    chart = bars.horizontal(
        [retold(name, speak) for name in found.index],
        shown,
        title=speak.say("Who is overdue, and who will buy anyway"),
        xlabel=speak.say("share of the segment's customers"),
        written=lambda value: speak.percent(value, 0),
        colours=(style.INSIDERS, style.ACCENT)[: len(shown)],
        height=0.26,
    )
    question = speak.say("What should marketing do, segment by segment?")
    return Answer("what_to_do", question, sentence, text, figures, sql, chart, _table(evidence, found))


def what_is_unknown(evidence: Evidence) -> Answer:
    """What a manager would like to know and this source cannot tell, with the reason."""
    speak = evidence.language
    gaps = pd.DataFrame(_gaps(evidence), columns=[speak.say("not answered"), speak.say("because")])
    named = speak.listing([str(name) for name in gaps.iloc[:, 0]])
    sentence = speak.say("Not answered rather than guessed: {gaps}.", gaps=named)
    figures = {"gaps": gaps.iloc[:, 0].tolist()}
    return Answer("unknown", speak.say("What can this source not tell?"), sentence, "", figures, table=gaps)


def _traits(evidence: Evidence, known: Foreseen | None, uplift: float) -> pd.DataFrame:
    """What is measured of every segment, highest value first, and what a trial on it needs and can show."""
    people = published(evidence, known).assign(late=overdue(evidence.customers))
    groups = people.groupby("segment")
    table = groups.agg(
        customers=("customer_id", "size"),
        recency=("recency_days", "median"),
        ticket=("avg_ticket", "median"),
        basket=("avg_basket_products", "median"),
        overdue=("late", "mean"),
        propensity=("propensity_30_days", "mean"),
        category=("main_category", lambda names: next(iter(names.mode()), None)),
    ).reindex(evidence.segments["segment"])
    needed, smallest = [], []
    for row in table.to_dict("records"):
        rate = float(row["propensity"])
        fits = rate > 0 and rate * (1 + uplift) < 1
        needed.append(trials.customers_for_shares(rate, rate * (1 + uplift)) if fits else math.nan)
        smallest.append(trials.smallest_lift(rate, int(row["customers"]) // 2) / rate - 1 if rate > 0 else math.nan)
    return table.assign(needed=needed, smallest=smallest)


def _able(evidence: Evidence, able: pd.DataFrame, known: Foreseen | None) -> str:
    speak = evidence.language
    if known is None:
        return speak.say("How many that are cannot be told, since this history is too short to foretell who will buy.")
    if able.empty:
        return speak.say(
            "No segment has that many customers: join segments, let the trial run over several months, or test for a "
            "greater effect (the last column says which one a segment can just show)."
        )
    names = speak.listing([f"“{retold(name, speak)}”" for name in able.index])
    return speak.say("Large enough for it: {names}.", names=names)


def _needed_by_money(evidence: Evidence, uplift: float) -> float:
    """Customers per group where the trial compares the mean revenue of Insiders over 90 days; missing without any."""
    later = evidence.heights[evidence.heights["later"].notna()]
    if later.empty:
        return math.nan
    last = later[later["review"] == later["review"].max()]
    mine = last.loc[last["customer_id"].map(evidence.members.loc[last["review"].iloc[0]]).astype(bool), "later"]
    if len(mine) < 2 or mine.mean() <= 0:
        return math.nan
    return float(trials.customers_for_means(float(mine.std()), uplift * float(mine.mean())))


def _by_money(evidence: Evidence, uplift: float) -> str:
    needed = _needed_by_money(evidence, uplift)
    if needed != needed:
        return ""
    return evidence.language.say(
        "A trial that compares the mean revenue of Insiders instead would need {needed} of them per group for a "
        "{uplift} higher mean, because revenue differs so much between customers: compare who buys.",
        needed=evidence.language.whole(needed),
        uplift=evidence.language.percent(uplift, 0),
    )


def _table(evidence: Evidence, found: pd.DataFrame) -> pd.DataFrame:
    speak = evidence.language
    table = pd.DataFrame(
        {
            speak.say("segment"): [retold(name, speak) for name in found.index],
            speak.say("customers"): found["customers"].map(speak.whole),
            speak.say("last purchase, median days ago"): found["recency"].map(lambda value: speak.decimal(value, 0)),
            speak.say("median ticket"): found["ticket"].map(lambda value: speak.money(value, evidence.currency)),
            speak.say("products per basket, median"): found["basket"].map(lambda value: speak.decimal(value, 0)),
            speak.say("overdue"): found["overdue"].map(lambda value: speak.percent(value, 0)),
            speak.say("buy within 30 days"): found["propensity"].map(lambda value: speak.percent(value, 0)),
            speak.say("action"): [retold(action, speak) for action in evidence.segments["action"]],
            speak.say("customers per group of a trial"): found["needed"].map(speak.whole),
            speak.say("smallest lift it can show"): found["smallest"].map(lambda value: speak.percent(value, 0)),
        }
    ).reset_index(drop=True)
    if found["category"].notna().any():
        table.insert(5, speak.say("main category"), found["category"].fillna("").to_list())
    return table


def _small(text: str) -> str:
    return text[:1].lower() + text[1:]


def _gaps(evidence: Evidence) -> list[tuple[str, str]]:
    speak, sold = evidence.language, evidence.lines
    years = round(sold.years, 1)
    found = []
    if not sold.knows("store"):
        found.append((speak.say("revenue by store"), speak.say("the source names no stores")))
    if not sold.knows("category"):
        found.append((speak.say("what to offer by category"), speak.say("the source names no categories")))
    if years < YEARS_FOR_SEASONS:
        why = speak.say(
            "the data span {years} years, and two are the least to tell it from chance", years=speak.decimal(years, 1)
        )
        found.append((speak.say("a yearly pattern of demand"), why))
    return [
        *found,
        (speak.say("profit per customer"), speak.say("the source holds prices and no costs")),
        (
            speak.say("the effect of the programme itself"),
            speak.say("no customer was yet invited at random, and only a trial shows a cause"),
        ),
        (
            speak.say("customers without an id"),
            speak.say("their invoices cannot be joined to a person and are in none of these figures"),
        ),
    ]
