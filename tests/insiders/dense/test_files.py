from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from insiders import dense, recurrent, registry
from insiders.dense import Settings
from insiders.errors import ModelError
from tests.insiders.weekly_series import long_table, static

SMALL = Settings(context=12, hidden=4, epochs=1)


@pytest.fixture(scope="module")
def trained() -> dense.Trained:
    return dense.fit(long_table(50)[0], 6, SMALL, static=static())


def test_a_loaded_network_forecasts_equal(trained: dense.Trained, tmp_path: Path) -> None:
    """What is saved and read again gives the same numbers and keeps its settings."""
    paths = dense.save(trained, tmp_path)
    assert [path.name for path in paths] == ["dense.safetensors", "dense.json", "models.json"]
    again = dense.load(tmp_path)
    assert again.settings == trained.settings
    history, future = long_table(50, ahead=6)
    before, after = (dense.forecast(model, history, future, static=static()) for model in (trained, again))
    pd.testing.assert_frame_equal(before, after, check_exact=True)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"settings": {"hidden": 10**6}}, "another size"),
        ({"settings": {"layers": 10**9}}, "2 to 50 layers"),
        ({"settings": {"layers": "7"}}, "layers is not of its kind"),
    ],
)
def test_a_description_of_no_network_is_refused(
    trained: dense.Trained, tmp_path: Path, change: dict[str, Any], said: str
) -> None:
    """Whatever the JSON says that does not fit the weights is one `ModelError`, and costs no memory."""
    dense.save(trained, tmp_path)
    facts = json.loads((tmp_path / "dense.json").read_text())
    registry.save(tmp_path, "dense.json", {**facts, **change})
    with pytest.raises(ModelError, match=said):
        dense.load(tmp_path)


def test_a_dense_network_is_no_recurrent_one(trained: dense.Trained, tmp_path: Path) -> None:
    """Read as the other kind it is refused, and not forecast with."""
    dense.save(trained, tmp_path, "model")
    with pytest.raises(ModelError, match="does not describe a network"):
        recurrent.load(tmp_path, "model")
