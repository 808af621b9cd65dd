"""Sentences that read the forecast's figures, computed from its tables, so that they are true for any data."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from insiders.forecasting.contest import Contest
from insiders.forecasting.followed import Followed
from insiders.forecasting.models import BASELINE, LEARNERS
from insiders.forecasting.origins import Origin
from insiders.forecasting.outlook import Outlook
from insiders.series import Calendar
from insiders.series.levels import INSIDERS, TOTAL
from insiders.wording import counted, decimal, listing, money, percent, whole

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
RECENT = pd.Timedelta(weeks=8)


def followed_reading(followed: Followed) -> str:
    """What is followed and in which unit, or why it cannot be."""
    if followed.reason:
        return f"**Nothing is forecast.** {followed.reason} The tables of this level are written empty."
    unit = "pieces" if followed.unit == "pieces" else f"gross revenue in {followed.unit}"
    what = {
        "insiders": f"the Insiders, {counted(len(followed.today), 'customer')}, as one series",
        "total": "the whole shop as one series",
    }.get(followed.level, f"each {followed.level}, at most {followed.series_most} with the highest recent revenue")
    beside = ""
    if len(followed.levels) > 1:
        beside = f" Beside it, to add up: {listing([name for name in followed.levels if name != followed.level])}."
    segments = ""
    if followed.level == "segment":
        segments = (
            " **The segments are those of today**, also in the past: who is in one has been put there by what they did "
            "since, so that errors on held-out weeks flatter these forecasts."
        )
    days = calendar_reading(followed.calendar, hours=not followed.is_panel)
    return f"Followed: {what}; {unit} per {followed.granularity}.{beside}{segments}\n\n{days}"


def calendar_reading(calendar: Calendar, *, hours: bool = True) -> str:
    """When the shop sells, and whether the last day of the data was left out; a panel has no ``hours`` to tell."""
    days = calendar.open_days
    closed = listing([f"{WEEKDAYS[day]}s" for day in sorted(calendar.closed_weekdays)])
    weekly = f"It does not sell on {closed}." if closed else "It sells on every day of the week."
    cut = f"The last day is {'whole as far as its hours tell' if hours else 'taken for whole'}."
    if calendar.cut_day is not None:
        cut = (
            f"**{calendar.cut_day:%Y-%m-%d} is left out**: its last purchase is an hour or more before any closing "
            "time of that weekday, so the day is not over in these data. The forecast begins with it."
        )
    return (
        f"The shop sold on {counted(len(days), 'day')} from {days[0]:%Y-%m-%d} to {days[-1]:%Y-%m-%d}. {weekly} "
        f"{cut} Closed days are in no series and in no error."
    )


def origins_reading(origins: Sequence[Origin], asked: int, followed: Followed, horizon: int) -> str:
    """Which periods are held out, and whether the history allowed as many as were asked for."""
    if not origins:
        return "Nothing is held out."
    fewer = f" {asked} were asked for; the history allows {len(origins)}." if len(origins) < asked else ""
    group = ""
    if followed.level == "insiders":
        group = (
            f" At each of them the stand-in for the Insiders is the same share of customers ({percent(followed.share)} "
            "of those with two purchase days) by gross revenue before that day."
        )
    return (
        f"{counted(len(origins), 'period')} of {counted(horizon, 'calendar day')} are held out one after the other, "
        f"from {listing([origin.name for origin in origins])}.{fewer}{group}"
    )


def filled(table: pd.DataFrame) -> list[pd.DataFrame]:
    """The table to show, or nothing at all where it has no rows."""
    return [table] if len(table) else []


def choice_reading(made: Contest) -> str:
    """Which model is chosen, by which rule, how sure its lead is and what it did on the untouched period.

    Also where it does not beat the baseline.
    """
    if made.champion is None:
        return made.said
    row = made.choice[made.choice["level"] == made.level].iloc[0]
    last = f"{_value(row['last'], made)} on the last, untouched one"
    best = (
        "no model did better there"
        if row["best"] == row["model"]
        else f"lowest there was {row['best']} ({_value(row['best_last'], made)}), which the choice could not know"
    )
    if row["beats_baseline"]:
        against = "below" if row["last"] < row["baseline_last"] else "**not below**"
        text = (
            f"{row['model']} has a mean {made.metric.upper()} of {_value(row['before'], made)} on the earlier periods "
            f"and {last}, {against} {BASELINE} ({_value(row['baseline_last'], made)}); {best}."
        )
    else:
        text = (
            f"**No model beats {BASELINE}** on the earlier periods ({_value(row['baseline_before'], made)}), so "
            f"the choice is {row['model']}: {made.metric.upper()} {last}; {best}."
        )
    rule = f" Chosen is the lowest mean {made.metric.upper()} over the earlier periods." if made.train else ""
    lead = f" {_lead(row, made)}" if made.train and row["beats_baseline"] else ""
    left = "".join(f"\n\n{name} was left out: {why}." for name, why in made.held.left_out.items())
    return f"{made.said}{rule} {text}{lead}{left}"


def _lead(row: pd.Series, made: Contest) -> str:
    """How far the model is ahead of the best plain one on the periods that chose it, and whether that is sure."""
    if row["model"] == row["plain"]:
        return "It is the best of the plain models itself."
    ahead = row["lead"] < 0
    beside = (
        f"Over the {counted(row['periods'], 'period')} that chose it errs {_points(abs(row['lead']), made)} "
        f"{'less' if ahead else 'more'} than {row['plain']}, the best of the plain models"
    )
    if pd.isna(row["lead_low"]):
        return f"{beside}; how sure that is, one period cannot tell."
    bounds = f"{_points(row['lead_low'], made)} to {_points(row['lead_high'], made)}"
    sure = row["lead_high"] < 0 or row["lead_low"] > 0
    return f"{beside}, which is {'' if sure else '**not** '}sure (95 % interval of the difference: {bounds})."


def replay_reading(made: Contest) -> str:
    """What the choice would have brought at each origin, made from earlier ones only."""
    rows = made.replayed
    if rows.empty:
        return "The choice is not replayed: there is nothing that was compared in this run."
    return (
        f"Made at each of the last {counted(len(rows), 'origin')} from the ones before it only, the choice has a mean "
        f"{made.metric} of {_value(rows['value'].mean(), made)}; the best model of each, known only in hindsight, "
        f"{_value(rows['best_value'].mean(), made)}; {BASELINE} {_value(rows['baseline_value'].mean(), made)}. The "
        "first of the three is what to expect of this procedure."
    )


def learners_reading(made: Contest) -> str:
    """Whether trained models beat the best statistical one; the negative result too."""
    table = made.scores.query("fold == 'mean' and metric == @made.metric and level == @made.level")
    means = table.set_index("model")["value"]
    learnt = [name for name in means.index if name in LEARNERS]
    rivals = means[[name for name in means.index if name not in LEARNERS and "(" not in name
                    and name not in ("mean", "median", "weighted")]]  # fmt: skip
    if not learnt or rivals.empty or made.champion is None:
        return "No trained model (LightGBM, networks) was compared in this run."
    best = f"{rivals.idxmin()} ({_value(rivals.min(), made)})"
    lines = [
        f"* **{name}**: {_value(means[name], made)}, "
        f"{'below' if means[name] < rivals.min() else 'which does **not** beat'} {best}"
        for name in learnt
    ]
    return "\n".join([f"Mean {made.metric.upper()} of trained models beside the best statistical one:", "", *lines])


def bias_reading(made: Contest) -> str:
    """How far the champion is off in sum, and in which direction."""
    table = made.scores.query("metric == 'bias' and fold == 'mean' and level == @made.level")
    bias = table.set_index("model")["value"]
    if made.model not in bias:
        return "No bias is known."
    value = float(bias[made.model])
    return (
        f"In sum over the held-out periods the champion forecast {percent(abs(value))} too "
        f"{'much' if value > 0 else 'little'}. {made.metric.upper()} may not see this: where few days sell a lot it "
        "rewards the middle of the days, which lies below their mean. Stock ordered by a forecast that is too low in "
        "sum runs out."
    )


def coverage_reading(outlook: Outlook) -> str:
    """Measured beside nominal coverage of the bounds, with their width."""
    if outlook.covered.empty:
        return "No bounds were measured."
    means = outlook.covered.groupby("nominal")[["covered", "width"]].mean()
    parts = [
        f"{percent(nominal, 0)} bounds held {percent(covered)} of the days (width {percent(width, 0)} of what was sold)"
        for nominal, covered, width in zip(means.index, means["covered"], means["width"], strict=True)
    ]
    totals = [
        f"{percent(row['covered'], 0)} at {percent(row['nominal'], 0)}" for _, row in outlook.totals_covered.iterrows()
    ]
    sums = ""
    if totals:
        count = int(outlook.totals_covered["totals"].iloc[0])
        judged = counted(count, "series and period", "series and periods")
        sums = f" Bounds of the whole horizon held {listing(totals)}, of {judged}."
    if outlook.followed.level not in (INSIDERS, TOTAL):
        whole_level = outlook.together_covered.groupby("nominal")["covered"].mean()
        days = listing(
            [
                f"{percent(held, 0)} at {percent(nominal, 0)}"
                for nominal, held in zip(whole_level.index, whole_level, strict=True)
            ]
        )
        sums += f" Of all series together those by day held {days}."
    rough = ""
    if outlook.rough:
        rough = (
            f" **For {listing([f'{nominal} %' for nominal in outlook.rough])} there are too few errors** to tell "
            "horizons apart: those bounds come from the spread of all errors together."
        )
    return f"Made from earlier origins only, {listing(parts)}.{sums}{rough}"


def total_reading(outlook: Outlook) -> str:
    """What the level should bring over the horizon, with bounds and what these rest on."""
    if outlook.rows.empty:
        return "Nothing is expected, since nothing could be followed."
    row, days, followed = outlook.total.iloc[0], outlook.rows["ds"], outlook.followed
    steps = counted(
        days.nunique(), f"open {followed.granularity}" if followed.granularity == "day" else followed.granularity
    )
    who = {"insiders": "The Insiders should bring", "total": "The whole shop should bring"}.get(
        followed.level, f"The {counted(outlook.rows['series'].nunique(), 'series', 'series')} followed should sell"
    )
    amounts = {name: _amount(row[name], followed) for name in ("yhat", "lower_80", "upper_80", "lower_95", "upper_95")}
    return (
        f"{who} **{amounts['yhat']}** from {days.min():%Y-%m-%d} to {days.max():%Y-%m-%d} ({steps}): between "
        f"{amounts['lower_80']} and {amounts['upper_80']} with a nominal coverage of 80 %, between "
        f"{amounts['lower_95']} and {amounts['upper_95']} with 95 %. These bounds of the sum rest on "
        f"{counted(outlook.periods, 'held-out period')} only, so they are wide, and rough."
    )


def season_reading(outlook: Outlook) -> str:
    """What the same dates did a year earlier, per row; says so where the history cannot tell."""
    if outlook.rows.empty:
        return ""
    sold, days = outlook.history.groupby("ds")["y"].sum(), pd.DatetimeIndex(outlook.rows["ds"].unique())
    past = pd.DatetimeIndex(sold.index)
    then, until = days[0] - pd.DateOffset(years=1), days[-1] - pd.DateOffset(years=1)
    before, same = sold[(past >= then - RECENT) & (past < then)], sold[(past >= then) & (past <= until)]
    if past[0] > then - RECENT or before.empty or same.empty:
        return (
            f"**No season is known**: the history begins on {past[0]:%Y-%m-%d}, less than a year and eight weeks "
            "before the days forecast. The models carry the recent level on; what the calendar does to these weeks "
            "(a rush before a holiday, a lull after it) is not in the forecast and not in the bounds."
        )
    now, ratio = float(sold[past > past[-1] - RECENT].mean()), float(same.mean() / before.mean())
    again, total = now * ratio * len(days), outlook.total.iloc[0]
    beside = "within the bounds of 80 %" if total["lower_80"] <= again <= total["upper_80"] else (
        "**outside the bounds of 80 %**, which know of no season: plan with both"
    )  # fmt: skip
    step = f"open {outlook.followed.granularity}" if outlook.followed.granularity == "day" else ""
    return (
        f"A year earlier the same dates sold {percent(ratio, 0)} per {step or outlook.followed.granularity} of what "
        f"the eight weeks before them did ({counted(len(same), step or outlook.followed.granularity)}, the same "
        f"series). Now the last eight weeks stand at {_amount(now, outlook.followed)}; were it so again, "
        f"**{_amount(again, outlook.followed)}** would come instead of {_amount(total['yhat'], outlook.followed)}, "
        f"{beside}. One year is one example."
    )


def orders_reading(table: pd.DataFrame, outlook: Outlook) -> str:
    """How a buyer reads the table of series, and what to look at twice."""
    if table.empty or outlook.followed.unit != "pieces":
        return "Amounts of each series over the horizon, with bounds; no pieces, so nothing that could be ordered."
    first, flagged = table.iloc[0], table[table["flags"] != ""]
    name = first["series"] if pd.isna(first["description"]) else f"{first['series']} {first['description']}"
    named = "" if flagged.empty else (
        f" {counted(len(flagged), 'series', 'series')} to look at twice: "
        f"{listing([f'{row.series} ({row.flags})' for row in flagged.head(5).itertuples()])}; a forecast of what was "
        "out of stock is too low."
    )  # fmt: skip
    return (
        f"Read the first line so: {name} should sell {whole(first['expected'])} "
        f"pieces (the days before: {whole(first['sold'])}). With {whole(first['upper_80'])} in stock one period in ten "
        f"runs short, with {whole(first['upper_95'])} one in forty, as far as the bounds hold; below "
        f"{whole(first['lower_80'])} one in ten would stay. What a piece too many and a sale missed cost decides "
        f"between them.{named}"
    )


def coherence_reading(outlook: Outlook, method: str) -> str:
    """What adding up costs or brings on held-out periods."""
    if method == "none" or len(outlook.gain) < 2:
        return "Levels are forecast each by itself: what is said of products need not add up to what is said of all."
    lines = [
        f"* {level}: WAPE {percent(alone)} as it is, {percent(together)} made to add up"
        for level, alone, together in zip(*(outlook.gain[name] for name in outlook.gain), strict=True)
    ]
    return "\n".join([f"Made to add up by `{method}`, over the held-out periods:", "", *lines])


def _value(value: float, made: Contest) -> str:
    return percent(value) if made.metric in ("wape", "total_error") else decimal(value, 3)


def _points(value: float, made: Contest) -> str:
    """A difference: of shares in points."""
    return f"{decimal(100 * value, 1)} points" if made.metric in ("wape", "total_error") else decimal(value, 3)


def _amount(value: float, followed: Followed) -> str:
    return f"{whole(value)} pieces" if followed.unit == "pieces" else money(value, followed.unit)
