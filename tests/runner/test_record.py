"""The manifest."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from runner.record import RunRecord, StepRecord


def record(**facts: Any) -> RunRecord:
    started = datetime(2026, 1, 15, 4, tzinfo=UTC)
    kept: dict[str, Any] = {
        "run_id": "id",
        "pipeline": "monthly",
        "title": "",
        "logical_date": date(2026, 1, 15),
        "started": started,
        "command": "runner run monthly",
        "pipeline_file": {},
        "provenance": {},
    }
    return RunRecord(**{**kept, **facts})


def test_a_manifest_is_plain_json() -> None:
    """Dates and times are ISO texts, statuses are words, and the format is numbered."""
    step = StepRecord("eda", "01_eda.ipynb", "", (), {"day": {"value": date(2011, 12, 9), "from": "-p"}})
    content = json.loads(record(steps=(step,)).to_json())
    assert (content["format"], content["status"], content["logical_date"]) == (1, "running", "2026-01-15")
    assert content["started"] == "2026-01-15T04:00:00+00:00"
    assert content["steps"][0]["parameters"]["day"]["value"] == "2011-12-09"
    assert content["steps"][0]["status"] == "not_run"


def test_what_has_no_place_is_refused() -> None:
    """A value that JSON has no form for never gets into a manifest half changed."""
    with pytest.raises(TypeError, match="set has no place"):
        record(provenance={"a": {1}}).to_json()
    with pytest.raises(ValueError, match="JSON"):
        record(provenance={"x": float("nan")}).to_json()


def test_half_a_character_is_kept() -> None:
    """A reason that is no text in UTF-8 does not break the manifest."""
    assert json.loads(record(reason="\ud800").to_json())["reason"] == "\ud800"
