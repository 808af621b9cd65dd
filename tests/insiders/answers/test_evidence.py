"""What the answers rest on."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from insiders import handoff
from insiders.answers import evidence
from insiders.answers.evidence import Evidence
from insiders.errors import AnalysisError, HandoffError
from tests.insiders.answers.told import everybody


def test_customers_are_insiders_or_others(run: Evidence) -> None:
    """Insiders and others are all customers, and recency counts to the day of the last purchase."""
    assert len(run.insiders) + len(run.others) == len(run.customers)
    assert run.as_of == run.customers["last_purchase"].max().normalize()


def test_members_are_replayed_as_the_clustering_had_them(run: Evidence) -> None:
    """The replay of the reviews ends with the Insiders of the run, and everybody's lines are in the order of time."""
    today = run.members.iloc[-1]
    assert set(today.index[today]) == set(run.insiders["customer_id"])
    assert everybody(run)["time"].is_monotonic_increasing
    assert everybody(run)["customer_id"].nunique() == run.buyers["customers"]


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


def test_evidence_cannot_be_changed(run: Evidence) -> None:
    """Evidence is a record: nothing read is overwritten later."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        run.seed = 1  # type: ignore[misc]
