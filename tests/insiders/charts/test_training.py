"""Figures of what models learnt."""

from __future__ import annotations

import numpy as np
import pandas as pd

from insiders.charts import training
from tests.insiders.charts.drawn import texts


def test_training_is_drawn() -> None:
    """The kept pass is marked on the learning curve, and the largest share of the gain stands on top."""
    curve = pd.DataFrame({"epoch": [1, 2, 3], "training": [3.0, 2.0, 1.0], "validation": [2.0, 1.0, 1.5]})
    kept = training.learning_curve(curve, "lstm").axes[0].get_lines()[2]
    assert np.atleast_1d(kept.get_xdata())[0] == 2
    gain = training.importance(pd.DataFrame({"feature": ["lag1", "step"], "share": [0.9, 0.1]}), "product")
    assert "lag1" in texts(gain)
