"""The training report."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from insiders.charts.series_axes import nothing
from insiders.forecasting.training_report import page, training_report, write
from tests.insiders.forecast_shop import compared, looked_ahead


def test_it_tells_what_was_learnt_and_how_it_was_judged(tmp_path: Path) -> None:
    """Data, digests, cut-offs, scores by fold and choice stand in the files, which two equal runs share."""
    facts = training_report(looked_ahead("total"), compared("total"))
    path, html = write(tmp_path, facts, {})
    told = json.loads(path.read_text(encoding="utf-8"))
    assert told["data"]["first_day"] == "2024-01-01"
    assert len(told["data"]["tables"]["transactions"]) == 64
    assert len(told["cutoffs"]) == 4
    assert told["scores"]["total"]["weekday_means"]["mean"]["wape"] > 0
    assert told["choice"][0]["model"] == compared("total").model
    assert "seconds" not in told
    again = {**facts, "seconds": {name: value + 1 for name, value in facts["seconds"].items()}}
    assert write(tmp_path / "again", again, {})[1].read_bytes() == html.read_bytes()


def test_the_page_stands_alone_and_is_escaped() -> None:
    """It loads nothing, runs nothing, and a text of the data stays text."""
    made = replace(compared("total"), said="<script>alert(1)</script>")
    text = page(training_report(looked_ahead("total"), made), {"a picture": nothing("none")})
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    assert 'src="data:image/png;base64,' in text
    assert "http" not in text.replace("http-equiv", "")


def test_what_is_no_number_is_left_out() -> None:
    """An undefined value becomes none, so that the JSON is one."""
    made = compared("total")
    odd = replace(made, scores=made.scores.assign(value=float("nan")))
    facts = training_report(looked_ahead("total"), odd)
    assert json.loads(json.dumps(facts, allow_nan=False))["scores"]["total"]["weekday_means"]["mean"]["wape"] is None
