"""Who will be of high value: a champion with its figures, and a probability for every customer known."""

from __future__ import annotations

import pytest

from insiders.errors import AnalysisError
from insiders.findings import high_value
from insiders.findings.high_value import Forecast
from insiders.high_value import learning
from tests.insiders.demo_lines import history, last_days, regulars


@pytest.fixture(scope="module")
def forecast() -> Forecast:
    """Two plain rankings and one model, judged at two days."""
    return high_value.forecast(history(), ["revenue", "logistic"], folds=2, seed=1)


def test_the_champion_stands_beside_the_plain_ranking(forecast: Forecast) -> None:
    """The text names the champion and the precision of both; the table has a row per model."""
    (table,) = forecast.finding.tables.values()
    assert len(table) == 3
    assert table["model"].str.contains("champion").sum() == 1
    assert "the plain revenue ranking" in forecast.finding.text
    assert forecast.finding.metrics["high_value_model"][0] in {"revenue", "logistic"}


def test_everybody_known_has_a_probability(forecast: Forecast) -> None:
    """Probabilities lie between 0 and 1, in the order of the customers; who is not known has none."""
    found = forecast.of(regulars())
    assert found.between(0, 1).all()
    stranger = regulars().head(2).assign(customer_id=["nobody", regulars()["customer_id"].iloc[1]])
    assert forecast.of(stranger).isna().tolist() == [True, False]


def test_a_draw_among_many_customers_is_said(forecast: Forecast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the limit the text says how many were drawn; everybody has a probability all the same."""
    monkeypatch.setattr(learning, "MOST_CUSTOMERS", 150)
    found = high_value.forecast(history(), ["revenue"], folds=1, seed=1)
    assert f"150 customers drawn by lot of {len(found.probabilities):,}" in found.finding.text
    assert len(found.probabilities) == len(forecast.probabilities) > 150
    assert "drawn by lot" not in forecast.finding.text


def test_a_short_history_has_no_probabilities() -> None:
    """Without two quarters to learn and judge, the finding is the reason and nobody has a probability."""
    found = high_value.forecast(last_days(120), ["revenue"], seed=1)
    assert "cannot be told" in found.finding.text
    assert found.of(regulars()).isna().all()


def test_a_model_nobody_knows_is_refused() -> None:
    """A misspelt name is an error that lists the names there are."""
    with pytest.raises(AnalysisError, match="horoscope"):
        high_value.forecast(history(), ["horoscope"], seed=1)
