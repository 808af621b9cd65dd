"""What changed since the last review, and since the last accepted run where one is named."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from insiders import handoff
from insiders.answers import queries
from insiders.answers.answer import Answer
from insiders.answers.evidence import Evidence, as_of
from insiders.charts import reporting
from insiders.errors import HandoffError

SHOWN = 12
"""Changes named in the report."""


@dataclass(frozen=True)
class Change:
    """Who entered and who left since an earlier day, and why."""

    since: pd.Timestamp
    accepted: bool
    """Whether the earlier state is that of an accepted run, and not of this run's own replay."""
    before: int
    """Members then."""
    entered: list[str]
    left: list[str]
    share_before: float
    """Their share of the gross revenue of the customers known then; missing without an accepted run."""


def what_changed(evidence: Evidence, previous: str | os.PathLike[str] | None = None) -> Answer:
    """The change since the accepted run in the folder ``previous``; without one, since the review before today's.

    ``previous`` is a run's folder, or its folder of tables. Tables that an older notebook wrote and nobody can read any
    more are no reason to fail: the answer says so and goes by the review.
    """
    speak = evidence.language
    question = speak.say("What changed since the last accepted run?")
    change, unread = _since_run(evidence, previous)
    change = change or since_review(evidence)
    if change is None:
        short = speak.say(
            "This cannot be told: no earlier accepted run is at hand, and the history is too short for an earlier "
            "review."
        )
        return Answer("what_changed", question, short, unread)
    now = len(evidence.insiders) if change.accepted else int(evidence.members.iloc[-1].sum())
    sentence = speak.say(
        "Since {since}, {entered} customers entered and {left} left: the programme went from {before} to {now} "
        "members.",
        since=speak.day(change.since),
        entered=speak.whole(len(change.entered)),
        left=speak.whole(len(change.left)),
        before=speak.whole(change.before),
        now=speak.whole(now),
    )
    if change.accepted:
        text = speak.say(
            "Compared is the accepted run before this one, as of that day. The Insiders' share of the "
            "gross revenue went from {then} to {now}.",
            then=speak.percent(change.share_before),
            now=speak.percent(evidence.insiders["gross_revenue"].sum() / evidence.customers["gross_revenue"].sum()),
        )
    else:
        text = speak.say(
            "No earlier accepted run is at hand (parameter previous), so this run replays its own reviews on the same "
            "data, the last one {days} days ago. What changed against the run that was current before is in the view "
            "current_membership_changes once this run is accepted.",
            days=speak.whole(evidence.programme["days"]),
        )
        text = f"{unread} {text}".strip()
    figures = {
        "since": change.since,
        "members_before": change.before,
        "members_now": now,
        "entered": len(change.entered),
        "left": len(change.left),
        "entered_customers": change.entered,
        "left_customers": change.left,
        "compared_with": "accepted run" if change.accepted else "review",
        **_shares(evidence, change),
    }
    sql = {"members_now": queries.found("COUNT(*)", queries.INSIDERS)} if change.accepted or evidence.by_policy else {}
    sql |= {"gross_share_now": queries.share("gross_revenue")} if change.accepted else {}
    chart = reporting.membership(evidence.members, speak) if len(evidence.members) > 1 else None
    return Answer("what_changed", question, sentence, text, figures, sql, chart, _table(evidence, change))


def _since_run(evidence: Evidence, folder: str | os.PathLike[str] | None) -> tuple[Change | None, str]:
    """The change since that run, or None; and that its tables cannot be read, or nothing."""
    if folder is None:
        return None, ""
    try:
        return since_run(evidence, folder), ""
    except HandoffError:
        return None, evidence.language.say(
            "The accepted run before this one cannot be read: its tables are gone, or of another version."
        )


def _shares(evidence: Evidence, change: Change) -> dict[str, object]:
    """Their share of gross revenue then and now, or the days between two reviews."""
    if not change.accepted:
        return {"review_days": int(evidence.programme["days"])}
    now = evidence.insiders["gross_revenue"].sum() / evidence.customers["gross_revenue"].sum()
    return {"gross_share_before": change.share_before, "gross_share_now": now}


def since_review(evidence: Evidence) -> Change | None:
    """The change at today's review, from the replay; None with a single review."""
    members = evidence.members
    if len(members) < 2:
        return None
    then, now = members.iloc[-2], members.iloc[-1]
    came, went = members.columns[now & ~then], members.columns[then & ~now]
    return Change(members.index[-2], False, int(then.sum()), _named(came), _named(went), float("nan"))


def since_run(evidence: Evidence, folder: str | os.PathLike[str]) -> Change:
    """The change since the accepted run in a folder; a `HandoffError` says what is not there."""
    folder = Path(folder).parent if Path(folder).name == "tables" else Path(folder)
    labels, earlier = handoff.read(folder, "labels"), handoff.read(folder, "customers")
    then = set(labels.loc[labels["is_insider"], "customer_id"])
    now = set(evidence.insiders["customer_id"])
    revenue = earlier.set_index("customer_id")["gross_revenue"]
    day = as_of(earlier)
    share = float(revenue.reindex(list(then)).sum() / revenue.sum())
    return Change(day, True, len(then), sorted(now - then), sorted(then - now), share)


def why_left(evidence: Evidence) -> str:
    """Who left at the last review, and why, in a sentence."""
    speak, change = evidence.language, since_review(evidence)
    if change is None or not evidence.by_policy:
        return speak.say("Who left since an earlier review cannot be told here.")
    if not change.left:
        return speak.say("Nobody left since the review of {day}.", day=speak.day(change.since))
    heights = evidence.standing.reindex(change.left)["ratio"]
    return speak.say_n(
        "Since the review of {day}, {n} customer left after too many reviews below the exit line, and stands at "
        "{least} of the line.",
        "Since the review of {day}, {n} customers left after too many reviews below the exit line; they stand at "
        "{least} to {most} of the line.",
        len(change.left),
        day=speak.day(change.since),
        least=speak.percent(float(heights.min()), 0),
        most=speak.percent(float(heights.max()), 0),
    )


def left_figures(evidence: Evidence) -> dict[str, object]:
    """The numbers of that sentence; none where nobody left."""
    change = since_review(evidence)
    if change is None or not evidence.by_policy:
        return {}
    heights = evidence.standing.reindex(change.left)["ratio"]
    stand = {"left_stand_at_least": heights.min(), "left_stand_at_most": heights.max()} if change.left else {}
    return {"left_since": change.since, "left": len(change.left), **stand}


def _table(evidence: Evidence, change: Change) -> pd.DataFrame | None:
    """Who entered and left, with where they stand now, the first of each."""
    speak = evidence.language
    rows = []
    for names, word in ((change.left, speak.say("left")), (change.entered, speak.say("entered"))):
        stands = evidence.standing.reindex(names)["ratio"].sort_values(ascending=False, na_position="last")
        rows += [
            {
                speak.say("customer"): name,
                speak.say("change"): word,
                speak.say("stands at"): speak.percent(float(ratio), 0)
                if ratio == ratio
                else speak.say("not among the customers of this run"),
            }
            for name, ratio in list(stands.items())[:SHOWN]
        ]
    return pd.DataFrame(rows) if rows else None


def _named(names: pd.Index) -> list[str]:
    return sorted(str(name) for name in names)
