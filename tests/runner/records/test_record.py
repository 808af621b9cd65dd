"""The manifest."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from runner.records.record import FORMAT, RunRecord
from runner.secrecy.redaction import Redactor
from tests.runner.runs import a_record, a_step


def content(record: RunRecord, redactor: Redactor | None = None) -> dict[str, Any]:
    return json.loads(record.to_json(redactor or Redactor()))


def test_a_manifest_is_plain_json() -> None:
    """Dates, times, paths and decimals are texts, statuses are words, and the format is numbered."""
    given = {"day": date(2011, 12, 9), "price": Decimal("1.10"), "place": Path("a/b"), "pair": ("a", 1)}
    step = a_step(parameters={name: {"value": value, "from": "-p"} for name, value in given.items()})
    told = content(a_record(step))
    assert (told["format"], told["status"], told["logical_date"]) == (FORMAT, "running", "2026-01-15")
    assert told["started"] == "2026-01-15T04:00:00+00:00"
    values = {name: one["value"] for name, one in told["steps"][0]["parameters"].items()}
    assert values == {"day": "2011-12-09", "price": "1.10", "place": "a/b", "pair": ["a", 1]}
    assert told["steps"][0]["status"] == "not_run"


def test_what_has_no_place_is_refused() -> None:
    """A value that JSON has no form for never gets into a manifest half changed."""
    with pytest.raises(TypeError, match="set has no place"):
        content(a_record(provenance={"a": {1}}))
    with pytest.raises(ValueError, match="JSON"):
        content(a_record(provenance={"x": float("nan")}))


def test_half_a_character_is_kept() -> None:
    """A reason that is no text in UTF-8 does not break the manifest."""
    assert content(a_record(reason="\ud800"))["reason"] == "\ud800"


def test_no_secret_enters_a_manifest() -> None:
    """What the redactor knows is replaced wherever it stands."""
    step = a_step(reason="ValueError: hush-hush is no password")
    told = content(a_record(step, command="runner run -p token=hush-hush"), Redactor.of(["hush-hush"]))
    assert "hush" not in json.dumps(told)
