"""What the desk reads of a step."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from runner.desk.steps import Step

FACTS = {"name": "report", "status": "succeeded"}


def test_a_step_says_what_the_record_says() -> None:
    """Parameters are written as people do, and a figure is a number only where it is a finite one."""
    values = {"k": {"value": [1, None], "from": "command line"}, "word": {"value": "a b", "from": "default"}}
    figures = [{"name": str(value), "value": value} for value in (0.25, "ets", None, 10**400)]
    step = Step.model_validate({**FACTS, "parameters": values, "metrics": figures, "notebook": "a.ipynb"})
    assert {name: (one.text, one.source) for name, one in step.parameters.items()} == {
        "k": ("[1, null]", "command line"),
        "word": ("a b", "default"),
    }
    assert [one.number for one in step.metrics] == [0.25, None, None, None]
    assert step.copy_name == "a.ipynb"


@pytest.mark.parametrize(
    "wrong", [{"status": "fine"}, {"seconds": -1}, {"seconds": float("inf")}, {"cells": [{"number": -1}]}, {"needs": 5}]
)
def test_what_is_no_step_is_refused(wrong: dict[str, object]) -> None:
    """Before a page shows it."""
    with pytest.raises(ValidationError):
        Step.model_validate({**FACTS, **wrong})
