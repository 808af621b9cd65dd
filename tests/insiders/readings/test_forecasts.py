"""Sentences that read the forecast."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from insiders import forecasting
from insiders.forecasting.choice import choose
from insiders.forecasting.orders import orders
from insiders.readings import forecasts as readings
from tests.insiders.forecast_shop import FOLDS, HORIZON, compared, followed, looked_ahead, origins

LEAD = ("lead", "lead_low", "lead_high")


def test_what_is_followed_is_said_with_its_unit() -> None:
    """Who, in which unit, and on which days the shop sells."""
    text = readings.followed_reading(followed("insiders"))
    assert "the Insiders, 1 customer, as one series; gross revenue in £ per day" in text
    assert "It does not sell on Saturdays." in text
    assert "segments are those of today" in readings.followed_reading(followed("segment"))
    assert readings.followed_reading(followed("store")).startswith("**Nothing is forecast.** The source has no store")


def test_held_out_periods_are_counted() -> None:
    """Fewer periods than asked for are said; the Insiders' stand-in is explained."""
    text = readings.origins_reading(origins("insiders"), 9, followed("insiders"), HORIZON)
    assert "4 periods of 14 calendar days" in text
    assert "9 were asked for; the history allows 4." in text
    assert "stand-in for the Insiders" in text
    assert "were asked" not in readings.origins_reading(origins("total"), FOLDS, followed("total"), HORIZON)


def test_the_choice_is_read_with_the_untouched_period() -> None:
    """The champion is named with its errors before and on the last period, beside seasonal naive's."""
    made = compared("total")
    text = readings.choice_reading(made)
    assert f"**{made.model}**" in text
    assert "on the last, untouched one, below seasonal_naive" in text


def test_a_model_that_beats_nothing_is_said() -> None:
    """Where no model beats seasonal naive the sentence says so, and which baseline stays."""
    made = compared("total")
    worse = made.scores.assign(value=made.scores["value"].where(made.scores["model"] == "seasonal_naive", 9.0))
    text = readings.choice_reading(replace(made, scores=worse, choice=choose(worse)))
    assert "**No model beats seasonal_naive**" in text
    assert "so the choice is seasonal_naive" in text


def test_the_rule_of_the_choice_is_said_where_there_was_one() -> None:
    """A champion of an earlier run was not chosen by it."""
    made, rule = compared("total"), "Chosen is the lowest mean WAPE"
    assert rule in readings.choice_reading(made)
    assert rule not in readings.choice_reading(replace(made, train=False))


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ((-0.02, -0.03, -0.01), "which is sure (95 % interval of the difference: -3.0 points to -1.0 points)"),
        (
            (-0.02, -0.05, 0.01),
            "errs 2.0 points less than ets, the best of the plain models, which is **not** sure (95 %",
        ),
        ((0.02, None, None), "errs 2.0 points more than ets, the best of the plain models; how sure that is, one"),
    ],
)
def test_a_lead_is_called_sure_only_where_its_interval_is_clear_of_zero(
    facts: tuple[float | None, ...], said: str
) -> None:
    """In points of WAPE, beside the best plain model; without an interval nothing is called sure."""
    made = compared("total")
    text = readings.choice_reading(
        replace(made, choice=made.choice.assign(plain="ets", **dict(zip(LEAD, facts, strict=True))))
    )
    assert said in text


def test_the_best_plain_model_has_no_lead_on_itself() -> None:
    """It is said to be the best of the plain ones."""
    made = compared("total")
    text = readings.choice_reading(replace(made, choice=made.choice.assign(plain=made.model)))
    assert "It is the best of the plain models itself." in text


def test_the_replay_is_the_error_to_expect() -> None:
    """Its mean stands beside hindsight's and the baseline's."""
    made = compared("total")
    text = readings.replay_reading(made)
    assert f"{100 * made.replayed['value'].mean():.1f} %" in text
    assert "in hindsight" in text
    assert "not replayed" in readings.replay_reading(replace(made, replayed=made.replayed.head(0)))


def test_a_learner_that_loses_is_told_to_lose() -> None:
    """The negative result stands in the text; without learners it says that there were none."""
    made = compared("total")
    extra = made.scores.query("model == 'weekday_means'").assign(model="lstm")
    lost = replace(made, scores=pd.concat([made.scores, extra.assign(value=extra["value"] * 3)]))
    assert "does **not** beat" in readings.learners_reading(lost)
    assert "No trained model" in readings.learners_reading(made)


def test_bounds_and_totals_are_read() -> None:
    """Measured coverage stands beside nominal, the sum beside both its bounds."""
    made = looked_ahead("insiders")
    covered = readings.coverage_reading(made)
    assert "80 % bounds held" in covered
    assert "width" in covered
    total = readings.total_reading(made)
    assert f"£{made.total['yhat'].iloc[0]:,.0f}" in total
    assert "4 held-out periods" in total
    assert "No season is known" in readings.season_reading(made)


def test_what_last_years_season_would_make_of_the_forecast_is_said() -> None:
    """Where the same dates sold half of the weeks before them, half of today's level is set beside the forecast."""
    made = looked_ahead("total")
    days = pd.DatetimeIndex(made.rows["ds"].unique())
    past = pd.date_range(days[0] - pd.DateOffset(years=1, weeks=9), days[0] - pd.Timedelta(days=1))
    lull = (past >= days[0] - pd.DateOffset(years=1)) & (past <= days[-1] - pd.DateOffset(years=1))
    sold = pd.DataFrame({"unique_id": "total", "ds": past, "y": pd.Series(lull).map({True: 500.0, False: 1000.0})})
    bounds = {"yhat": 900.0 * len(days), "lower_80": 800.0 * len(days), "upper_80": 1000.0 * len(days)}
    text = readings.season_reading(replace(made, history=sold, total=pd.DataFrame([bounds])))
    assert "sold 50 % per open day" in text
    assert f"**£{500 * len(days):,}** would come instead of £{900 * len(days):,}, **outside the bounds" in text
    wide = pd.DataFrame([{**bounds, "lower_80": 0.0}])
    assert "within the bounds of 80 %" in readings.season_reading(replace(made, history=sold, total=wide))


def test_few_errors_are_said() -> None:
    """Bounds that come from all errors together are said to be rough."""
    assert "too few errors" in readings.coverage_reading(replace(looked_ahead("insiders"), rough=(95,)))


def test_a_buyer_is_told_what_an_order_means() -> None:
    """The first product is read out with its bounds; what is flagged is named."""
    made = looked_ahead("product")
    table = orders(made)
    text = readings.orders_reading(table, made)
    assert f"should sell {table['expected'].iloc[0]:,.0f} pieces" in text
    assert "one period in ten" in text
    flagged = readings.orders_reading(table.assign(flags="new"), made)
    assert "2 series to look at twice: A (new) and B (new)" in flagged
    assert "no pieces" in readings.orders_reading(table, looked_ahead("total"))


def test_coherence_is_told_by_level() -> None:
    """Without reconciling it is said that levels need not add up; with it each level has its two errors."""
    made = looked_ahead("product")
    assert "need not add up" in readings.coherence_reading(made, "none")
    gain = pd.DataFrame({"level": ["total", "product"], "as_they_are": [0.1, 0.3], "coherent": [0.09, 0.31]})
    assert "total: WAPE 10.0 % as it is, 9.0 % made to add up" in readings.coherence_reading(
        replace(made, gain=gain), "wls_struct"
    )


def test_of_nothing_every_sentence_says_nothing() -> None:
    """A level that cannot be followed is read by its reason everywhere."""
    made = forecasting.contest(followed("store"), [], HORIZON)
    ahead = forecasting.look_ahead(made, followed("store"), HORIZON)
    assert "no store" in readings.choice_reading(made)
    assert readings.total_reading(ahead).startswith("Nothing is expected")
    assert readings.coverage_reading(ahead) == "No bounds were measured."
    assert readings.bias_reading(made) == "No bias is known."
    assert readings.season_reading(ahead) == ""


def test_an_empty_table_is_not_shown() -> None:
    """Where nothing was searched for or challenged, no empty table stands in the copy."""
    assert readings.filled(pd.DataFrame({"model": []})) == []
    assert len(readings.filled(pd.DataFrame({"model": ["ets"]}))) == 1
