"""What another process needs to finish a delivery."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.delivery import state
from runner.delivery.state import State
from runner.errors import DeliveryError
from runner.promotion.policy import Policy
from tests.runner.runs import run_row

RUN = Path("monthly") / "01a1fbe8-e406-7303-aeda-2f4b25a6bfc7"


def test_a_state_comes_back_as_it_was(tmp_path: Path) -> None:
    """With the terms on which the results may go live."""
    policy = Policy(approval="required", gates=("silhouette >= 0.5",), failed_gate="fail", promote="automatic")
    kept = State(run=run_row(RUN), run_folder=RUN.as_posix(), go_live=True, policy=policy, fence=7)
    folder = state.folder_of(tmp_path, RUN.name)
    state.save(folder, kept)
    assert state.load(folder) == kept


def test_a_state_of_the_first_format_is_read(tmp_path: Path) -> None:
    """What a runner without a ledger left pending is delivered on the terms of then: there were none."""
    folder = state.folder_of(tmp_path, RUN.name)
    folder.parent.mkdir()
    old = '{"format": 1, "run": %s, "run_folder": "a/b", "ended": true, "metrics": [], "go_live": true, "fence": 3}'
    state.file_of(folder).write_text(old % run_row(RUN).model_dump_json())
    found = state.load(folder)
    assert (found.go_live, found.fence, found.policy) == (True, 3, Policy())


@pytest.mark.parametrize("text", ["", "{}", '{"format": 9}', "[]"])
def test_a_broken_state_is_named(tmp_path: Path, text: str) -> None:
    """The person learns which file it is."""
    folder = state.folder_of(tmp_path, RUN.name)
    folder.parent.mkdir()
    state.file_of(folder).write_text(text)
    with pytest.raises(DeliveryError, match=rf"{RUN.name}\.json is broken"):
        state.load(folder)
