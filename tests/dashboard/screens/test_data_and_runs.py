"""Freshness, findings and runs, and the way to the reviewers' history."""

from __future__ import annotations

import pytest

from tests.dashboard import shop
from tests.dashboard.conftest import Show


def test_findings_have_their_units_and_runs_their_end(show: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counts with separators, shares in percent, money in the currency; the live run is named, the earlier accepted."""
    monkeypatch.setenv("INSIDERS_HISTORY_URL", "https://history.example.com/")
    shown = show("data_and_runs")
    findings, _, runs = (one.value for one in shown.dataframe)
    told = dict(findings.itertuples(index=False, name=None))
    assert told["rows read"] == "5,432 rows"
    assert told["share of the rows read that was set aside"] == "1.2 %"
    assert told["gross revenue of the customers who came back"].startswith("€")
    assert runs["run"].tolist() == [shop.LIVE, shop.EARLIER]
    assert runs["what came of it"].tolist() == ["live", "succeeded"]
    assert runs["accepted"].notna().all()
    assert shown.get("link_button")[0].proto.url == "https://history.example.com/"
