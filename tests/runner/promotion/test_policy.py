"""The terms on which a run goes live."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest

from runner.promotion.policy import Policy
from tests.runner import runs
from tests.runner.bench import Bench, one
from tests.runner.promotion.staged import delivered


def test_the_terms_are_those_of_the_pipeline_file(bench: Bench) -> None:
    """They travel as JSON with what is left to deliver; a file that says nothing asks for nothing but a person."""
    text = "promote: automatic\napproval: required\nfailed_gate: fail\ngates: [values.x >= 1]\n" + one("values")
    policy = Policy.of(bench.read(text))
    assert policy == Policy(promote="automatic", approval="required", failed_gate="fail", gates=("values.x >= 1",))
    assert Policy.model_validate_json(policy.model_dump_json()) == policy
    assert Policy.of(bench.read(one("values"))) == Policy()


def test_other_terms_are_another_run(bench: Bench) -> None:
    """A run that was made under other terms does not stand for this one: made again, its steps cost nothing."""
    first = bench.run(one("values"))
    again = bench.run("gates: [values.x >= 1]\n" + one("values"))
    assert again.record.identity != first.record.identity
    assert again.manifest["policy"]["gates"] == ["values.x >= 1"]
    assert again.manifest["steps"][0]["status"] == "cached"


@pytest.mark.parametrize(("word", "failed"), [("stage", False), ("fail", True)])
def test_what_a_failed_gate_makes_of_a_run(tmp_path: Path, word: Literal["stage", "fail"], failed: bool) -> None:
    """Its results stay staged in both cases; only with `fail` is the run a failed one for cron."""
    settings = runs.settings(tmp_path, f"sqlite:///{tmp_path / 'results.db'}")
    policy = Policy(promote="automatic", failed_gate=word, gates=("report.silhouette >= 0.5",))
    _, done = delivered(settings, policy=policy, metrics={"silhouette": 0.41})
    assert done.promotion is not None
    assert not done.promotion.promoted
    assert (done.pending, done.failed) == (False, failed)
