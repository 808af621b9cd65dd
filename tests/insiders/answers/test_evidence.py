"""What the answers rest on, and the form they take."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from insiders import handoff
from insiders.answers import evidence
from insiders.answers.evidence import Answer, Evidence, as_table
from insiders.errors import AnalysisError, HandoffError


def test_customers_have_features_and_labels(run: Evidence) -> None:
    """The customers are rows of the results table, and Insiders and others are all of them."""
    handoff.check("customers", run.customers, handoff.RESULTS)
    assert len(run.insiders) + len(run.others) == len(run.customers)
    assert run.as_of == run.customers["last_purchase"].max().normalize()


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    """A run without labels says which table is missing."""
    with pytest.raises(HandoffError, match="labels"):
        evidence.read(tmp_path)


def test_a_run_without_others_is_refused(run_folder: Path, tmp_path: Path) -> None:
    """Where every customer is an Insider there is nothing to compare."""
    for name in ("labels", "customers"):
        table = handoff.read(run_folder, name)
        handoff.write(tmp_path, name, table.assign(is_insider=True) if name == "labels" else table)
    with pytest.raises(AnalysisError, match="two groups"):
        evidence.read(tmp_path)


def test_answers_as_rows() -> None:
    """Answers stand in their order, their figures as JSON without NaN, NumPy's types or time stamps."""
    figures = {
        "day": pd.Timestamp("2024-03-01 10:00"),
        "count": np.int64(3),
        "none": float("nan"),
        "inner": {"list": [np.float64(0.5), pd.NA]},
    }
    rows = handoff.check("answers", as_table([Answer("A?", "a", {}), Answer("B?", "b", figures)]), handoff.RESULTS)
    assert rows["position"].tolist() == [1, 2]
    assert json.loads(rows["figures"].iloc[1]) == {
        "day": "2024-03-01",
        "count": 3,
        "none": None,
        "inner": {"list": [0.5, None]},
    }


def test_answers_cannot_be_changed(run: Evidence) -> None:
    """Evidence and answers are records: nothing computed is overwritten later."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        run.seed = 1  # type: ignore[misc]
