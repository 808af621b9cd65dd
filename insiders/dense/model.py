"""The dense network taught with long tables, and asked for the days after them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from insiders import recurrent
from insiders.dense.settings import Settings
from insiders.recurrent.trained import Trained

forecast = recurrent.forecast
"""What `insiders.recurrent.forecast` says of any trained network."""


def fit(
    history: pd.DataFrame,
    horizon: int,
    settings: Settings | None = None,
    *,
    static: pd.DataFrame | None = None,
    checkpoints: Path | None = None,
) -> Trained:
    """Teach one dense network with all series of a long table (unique_id, ds, y), each dense to the last day known.

    The number of passes is found on the last ``horizon`` rows and the network then taught with all of them, as
    `insiders.recurrent.fit` has it, whose tables and errors these are.
    """
    return recurrent.fit(history, horizon, settings or Settings(), static=static, checkpoints=checkpoints)
