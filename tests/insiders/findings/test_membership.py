"""The membership of today, its changes, and what each setting costs."""

from __future__ import annotations

from insiders.findings import membership
from insiders.membership import standing
from insiders.membership.hysteresis import Hysteresis
from tests.insiders.demo_lines import history, last_days


def test_the_runs_setting_is_marked_and_priced() -> None:
    """The table has a row per setting, the run's own marked even where it is none of the usual ones."""
    members = standing.standing(history(), "revenue", Hysteresis(1.0, 0.75, 2), share=0.1, reviews=5, seed=1)
    found = membership.kept(members, resamples=20, seed=1)
    (costs, changes) = found.tables.values()
    assert costs["setting"].tolist().count("this run") == 1
    assert costs.loc[costs["setting"] == "this run", "exit"].tolist() == ["75 %"]
    assert set(changes["change"]) <= {"entered", "left"}
    assert found.metrics["exits_a_month"][0] <= found.metrics["exits_a_month_plain"][0]
    assert f"{int(members.today['member'].sum())} members of {len(members.today)} known customers" in found.text


def test_one_review_is_no_history() -> None:
    """Where only today's review is possible, the finding says so."""
    members = standing.standing(last_days(60), "revenue", Hysteresis(), seed=1)
    assert "there is one review" in membership.kept(members, seed=1).text


def test_reviews_without_a_later_quarter_have_no_price() -> None:
    """Members and changes are told, costs are not, where no review has its 90 days after it."""
    members = standing.standing(last_days(150), "revenue", Hysteresis(), reviews=2, seed=1)
    found = membership.kept(members, resamples=20, seed=1)
    assert "cannot be told" in found.text
    assert list(found.charts) == ["membership"]
