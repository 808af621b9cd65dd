"""How far the customers have moved from those a segmentation was made of."""

from __future__ import annotations

import pandas as pd

from insiders.customers.history import History
from insiders.errors import AnalysisError
from insiders.findings.finding import Finding
from insiders.placement import drift
from insiders.placement.drift import AGEING, ANOTHER
from insiders.placement.placing import Placement, assign
from insiders.spaces import Arrays
from insiders.wording import decimal, listing, percent, whole

BACK = 90
"""Days before today whose customers a run that fits anew is held against."""


def told(kept: Placement, customers: pd.DataFrame, history: History, *, refit: bool) -> Finding:
    """Today's customers put to a kept segmentation: how many moved, and which features have.

    In a run that fitted it, the features are held against the customers known a quarter ago; where nobody was
    known then, against today's.
    """
    placed = assign(kept, customers)
    before = _reference(history) if refit else kept.reference
    table = drift.stability_index(kept.reference if before is None else before, customers)
    figures = drift.figures(table, placed)
    moved = table[(table["index"] > ANOTHER) & ~table["feature"].isin(AGEING)]["feature"]
    counts = placed["status"].value_counts()
    text = (
        f"Put to the very customers it was made of, the kept segmentation gives the same segments again; the features "
        f"are held against those of the customers known {BACK} days ago. "
        if refit
        else "The customers are held against those of the run that fitted the segmentation. "
    )
    text += (
        f"{whole(counts.get('stayed', 0))} customers stand where they stood, {whole(counts.get('moved', 0))} in "
        f"another segment, {whole(counts.get('new', 0))} are new; {percent(figures['far_share'])} stand farther from "
        "everybody known than 99 % of the known do. The population stability index is below 0.1 where a feature is "
        f"stable and above {ANOTHER} where this is another population: {listing(list(moved)) or 'none'}. Tenure grows "
        "by the mere passing of time and is left out of the gate's figure."
    )
    shown = table.assign(
        **{name: table[name].map(lambda value: decimal(value, 3)) for name in ("index", "by_chance")},
        **{name: table[name].map(percent) for name in ("missing_then", "missing_now")},
    )
    units = {
        "drift_index": "largest population stability index, tenure left out",
        "drift_features": "features",
        "far_share": "of the segmented customers",
        "new_share": "of the segmented customers",
        "moved_share": "of the segmented customers",
    }
    return Finding(
        text,
        tables={"Population stability index by feature, and what chance alone would give": shown.head(6)},
        data={"drift": table},
        metrics={name: (float(value), units[name]) for name, value in figures.items()},
    )


def _reference(history: History) -> Arrays | None:
    try:
        return drift.reference(history.customers_at(history.end - pd.Timedelta(days=BACK)))
    except AnalysisError:
        return None
