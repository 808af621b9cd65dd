from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from insiders import recurrent, registry
from insiders.errors import ModelError
from insiders.recurrent import Settings
from tests.insiders.weekly_series import long_table, static

SMALL = Settings(context=12, hidden=4, epochs=1)
NAMES = ["recurrent.safetensors", "recurrent.json", "models.json"]


@pytest.fixture(scope="module")
def trained() -> recurrent.Trained:
    return recurrent.fit(long_table(50)[0], 6, SMALL, static=static())


def test_a_loaded_network_forecasts_equal(trained: recurrent.Trained, tmp_path: Path) -> None:
    """What is saved and read again gives the same numbers, and keeps its settings and learning curve."""
    assert [path.name for path in recurrent.save(trained, tmp_path)] == NAMES
    again = recurrent.load(tmp_path)
    assert again.settings == trained.settings
    pd.testing.assert_frame_equal(again.curve, trained.curve)
    history, future = long_table(50, ahead=6)
    before, after = (recurrent.forecast(model, history, future, static=static()) for model in (trained, again))
    pd.testing.assert_frame_equal(before, after, check_exact=True)


def test_weights_of_another_run_are_refused(trained: recurrent.Trained, tmp_path: Path) -> None:
    """With the digests of a run's record no other file is loaded."""
    recurrent.save(trained, tmp_path)
    with pytest.raises(ModelError, match="is not the file of the run"):
        recurrent.load(tmp_path, digests={"recurrent.safetensors": "0" * 64})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"format": 9}, "not of format 2"),
        ({"settings": {"hidden": 10**6}}, "another size"),
        ({"settings": {"hidden": 10**18}}, "does not describe a network"),
        ({"settings": {"hidden": "4"}}, "hidden is not of its kind"),
        ({"settings": {"unknown": 1}}, "unexpected keyword"),
        ({"settings": {"loss": "evil"}}, "no loss 'evil'"),
        ({"widths": [3]}, "does not describe a network"),
        ({"static": {}}, "another size"),
        ({"scales": {"price": [1]}}, "does not describe a network"),
    ],
)
def test_a_description_of_no_network_is_refused(
    trained: recurrent.Trained, tmp_path: Path, change: dict[str, Any], said: str
) -> None:
    """Whatever the JSON says that does not fit the weights is one `ModelError`, and costs no memory."""
    recurrent.save(trained, tmp_path)
    facts = json.loads((tmp_path / "recurrent.json").read_text())
    registry.save(tmp_path, "recurrent.json", {**facts, **change})
    with pytest.raises(ModelError, match=said):
        recurrent.load(tmp_path)


def test_weights_of_another_kind_are_refused(trained: recurrent.Trained, tmp_path: Path) -> None:
    """Numbers of double precision are not the weights that were saved."""
    recurrent.save(trained, tmp_path)
    wide = {name: values.astype(np.float64) for name, values in trained.weights.items()}
    registry.save(tmp_path, "recurrent.safetensors", wide)
    with pytest.raises(ModelError, match="no single-precision numbers"):
        recurrent.load(tmp_path)
