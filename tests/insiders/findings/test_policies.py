"""The policies judged: recommended or not, with what is left out said."""

from __future__ import annotations

import pytest

from insiders.errors import AnalysisError
from insiders.findings import policies
from insiders.findings.finding import Finding
from insiders.policies import backtest, ways
from insiders.policies.programme import Terms
from tests.insiders.demo_lines import history, last_days

FEW = ["revenue", "frequency", "rfm"]


@pytest.fixture(scope="module")
def judged() -> Finding:
    """Three plain policies on two days of choosing; the run takes one that is not the simplest."""
    asked = {"cuts": 2, "share": 0.1, "resamples": 50, "terms": Terms(), "currency": "€", "seed": 1}
    return policies.judged(history(), FEW, "rfm", **asked)  # type: ignore[arg-type]


def test_recommends_and_says_what_the_run_takes(judged: Finding) -> None:
    """The recommendation stands in front; a run that takes another policy says so, and how few days there were."""
    assert judged.text.startswith("**Recommended: `")
    recommended = judged.metrics["recommended_policy"][0]
    assert ("**This run takes `rfm`**" in judged.text) == (recommended != "rfm")
    assert "room for 2 days of choosing only" in judged.text


def test_every_policy_has_a_row_with_its_interval(judged: Finding) -> None:
    """The table holds the policies and the oracle, the oracle first; shares lie within their intervals."""
    (table, profits) = judged.tables.values()
    assert set(table["policy"]) == {*FEW, "oracle"}
    assert table["policy"].iloc[0] == "oracle"
    assert len(profits) == 4
    rows = judged.data["policies"].set_index("policy")
    assert ((rows["lower"] <= rows["captured"]) & (rows["captured"] <= rows["upper"])).all()
    assert judged.metrics["plain_sort_captured"][0] == rows.loc["revenue", "captured"]


def test_what_many_customers_cut_short_is_said(judged: Finding, monkeypatch: pytest.MonkeyPatch) -> None:
    """The caption counts the resamples that were made; drawn lessons are named where a policy has learnt."""
    assert "intervals of 50 resamples" in next(iter(judged.tables))
    for module, limit in ((backtest, "MOST_DRAWN"), (ways, "MOST_LEARNT")):
        monkeypatch.setattr(module, limit, 300)
    monkeypatch.setattr(backtest, "FEWEST_RESAMPLES", 20)
    asked = {"cuts": 2, "share": 0.1, "resamples": 50, "terms": Terms(), "currency": "€", "seed": 1}
    found = policies.judged(history(), ["boosting"], "revenue", **asked)  # type: ignore[arg-type]
    assert "intervals of 20 resamples" in next(iter(found.tables))
    assert "from at most 300 customers of earlier periods, drawn by lot" in found.text
    assert "drawn by lot" not in judged.text


def test_assumptions_are_called_so(judged: Finding) -> None:
    """The profit stands under its terms, which no past transaction could tell."""
    assert "**Assumed, not estimated:** at a margin of 40 %" in judged.text


def test_policies_that_cannot_learn_yet_are_left_out_and_named() -> None:
    """With a quarter before the first day nothing can be learnt; the plain policies are judged all the same."""
    asked = {"cuts": 3, "share": 0.1, "resamples": 20, "terms": Terms(), "currency": "€", "seed": 1}
    found = policies.judged(last_days(185), ["revenue", "neighbours"], "revenue", **asked)  # type: ignore[arg-type]
    assert "Left out: `neighbours`" in found.text
    assert set(found.data["policies"]["policy"]) == {"revenue", "frequency", "oracle"}


def test_a_short_history_is_said() -> None:
    """Where not one day of choosing has a quarter before and after it, the finding is the reason."""
    asked = {"terms": Terms(), "currency": "€", "seed": 1}
    assert "cannot be told" in policies.judged(last_days(100), FEW, "revenue", **asked).text  # type: ignore[arg-type]


def test_a_policy_nobody_knows_is_refused() -> None:
    """A misspelt name is an error that lists the names there are."""
    with pytest.raises(AnalysisError, match="horoscope"):
        policies.judged(history(), ["horoscope"], "revenue", terms=Terms(), currency="€", seed=1)
