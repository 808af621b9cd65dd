"""Hand-off tables as files."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from insiders import handoff
from insiders.errors import HandoffError


def scores(level: str, value: float = 0.5) -> pd.DataFrame:
    """One row of model_scores."""
    return pd.DataFrame([(level, "ets", "mean", "wape", value)], columns=["level", "model", "fold", "metric", "value"])


def test_parts_are_read_together(tmp_path: Path) -> None:
    """What several steps wrote, each its part, is one table; an empty part adds nothing."""
    handoff.write(tmp_path, "model_scores", scores("total"), part="total")
    handoff.write(tmp_path, "model_scores", scores("insiders"), part="insiders")
    handoff.write(tmp_path, "model_scores", scores("store").head(0), part="store")
    assert handoff.read(tmp_path, "model_scores")["level"].tolist() == ["insiders", "total"]


def test_parts_that_say_the_same_rows_are_refused(tmp_path: Path) -> None:
    """The contract holds of all parts together: a key stands in one of them only."""
    handoff.write(tmp_path, "model_scores", scores("total"), part="total")
    handoff.write(tmp_path, "model_scores", scores("total", 0.6), part="other")
    with pytest.raises(HandoffError, match="model_scores"):
        handoff.read(tmp_path, "model_scores")


def test_only_empty_parts_give_an_empty_table(tmp_path: Path) -> None:
    """A table of which every part is empty is empty, not missing."""
    handoff.write(tmp_path, "model_scores", scores("store").head(0), part="store")
    assert handoff.read(tmp_path, "model_scores").empty


def test_a_missing_table_says_what_to_run(tmp_path: Path) -> None:
    """Without the file the message says to run the notebook that writes it."""
    with pytest.raises(HandoffError, match="run the notebook that writes 'labels'"):
        handoff.read(tmp_path, "labels")
