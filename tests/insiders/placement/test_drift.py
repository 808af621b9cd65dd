"""Drift: nothing where nothing moved, what moved and how far, and what chance gives."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from insiders import registry
from insiders.errors import AnalysisError, ModelError
from insiders.placement import drift
from tests.insiders.demo_customers import customers


def test_the_same_customers_have_not_drifted(tmp_path: Path) -> None:
    """Kept by the registry and read again, the customers' own distributions give an index of 0 for every feature."""
    registry.save(tmp_path, "drift.npz", drift.reference(customers()))
    found = drift.stability_index(registry.load(tmp_path, "drift.npz"), customers())
    assert set(found["feature"]) == set(drift.FEATURES)
    assert (found["index"] == 0).all()
    assert (found["reading"] == "stable").all()


def test_the_index_is_the_one_of_the_books() -> None:
    """A quarter and three become three fifths and two: (.6 - .25) ln(.6 / .25) + (.4 - .75) ln(.4 / .75), nearly."""
    then = pd.DataFrame({"n_items": [1, 2, 2, 2] * 2500})
    now = pd.DataFrame({"n_items": [1, 1, 1, 2, 2] * 2000})
    (row,) = drift.stability_index(drift.reference(then, ["n_items"]), now).to_dict("records")
    assert row["index"] == pytest.approx(0.35 * np.log(0.6 / 0.25) - 0.35 * np.log(0.4 / 0.75), abs=1e-3)
    assert row["reading"] == "another population"


def test_what_moved_comes_first_with_its_reading() -> None:
    """Three times the pieces is another population, a twentieth more per invoice is not; the others stay at 0."""
    moved = customers().assign(n_items=customers()["n_items"] * 3, avg_ticket=customers()["avg_ticket"] * 1.05)
    found = drift.stability_index(drift.reference(customers()), moved)
    assert found["feature"].tolist()[:2] == ["n_items", "avg_ticket"]
    assert found["reading"].tolist()[:2] == ["another population", "stable"]
    assert found["index"].iloc[1] > 0
    assert (found["index"].iloc[2:] == 0).all()


def test_features_that_go_missing_are_a_drift() -> None:
    """Where half of the customers lack a feature that all had, the index says so and both shares are told."""
    half = np.arange(len(customers())) % 2 == 0
    gone = customers().assign(recency_days=customers()["recency_days"].astype("float64").mask(half))
    top = drift.stability_index(drift.reference(customers()), gone).iloc[0]
    assert (top["feature"], top["reading"]) == ("recency_days", "another population")
    assert top["missing_then"] == 0
    assert top["missing_now"] == pytest.approx(0.5, abs=0.01)


def test_chance_stays_below_its_bound() -> None:
    """Of samples from one distribution about 95 in 100 stay below what is given for chance."""
    draws = np.random.default_rng(0)
    tables = [pd.DataFrame({"n_items": draws.lognormal(size=size)}) for _ in range(200) for size in (800, 300)]
    kept = [drift.reference(table, ["n_items"]) for table in tables[::2]]
    rows = pd.concat([drift.stability_index(*pair) for pair in zip(kept, tables[1::2], strict=True)])
    assert 0.01 < (rows["index"] > rows["by_chance"]).mean() < 0.1


def test_figures_leave_out_what_time_alone_moves() -> None:
    """A year more of tenure is in the table and in no gate's figure; shares are of the placed customers."""
    older = customers().assign(tenure_days=customers()["tenure_days"] + 365, n_items=customers()["n_items"] * 3)
    table = drift.stability_index(drift.reference(customers()), older)
    placed = pd.DataFrame({"status": ["new", "moved", "stayed", "stayed"], "far": [True, False, False, False]})
    told = drift.figures(table, placed)
    by_feature = table.set_index("feature")["index"]
    assert by_feature["tenure_days"] > by_feature["n_items"] > drift.ANOTHER
    assert told["drift_index"] == by_feature["n_items"]
    assert told["drift_features"] == 1
    assert (told["far_share"], told["new_share"], told["moved_share"]) == (0.25, 0.25, 0.25)


def test_customers_without_a_feature_or_none_at_all_are_refused() -> None:
    """A missing column is named, and nobody cannot be compared with anybody."""
    kept = drift.reference(customers())
    with pytest.raises(ModelError, match="needs n_items, which"):
        drift.stability_index(kept, customers().drop(columns="n_items"))
    with pytest.raises(AnalysisError, match="no customers"):
        drift.stability_index(kept, customers().head(0))
    with pytest.raises(AnalysisError, match="no customers"):
        drift.reference(customers().head(0))


@pytest.mark.parametrize(
    ("name", "values"),
    [("edges", np.zeros((13, 4))), ("edges", np.full((13, 9), np.nan)), ("counts", np.zeros((13, 11), "int64"))],
)
def test_arrays_that_are_no_reference_are_refused(name: str, values: np.ndarray) -> None:
    """Bounds of another number, bounds that are no numbers, and counts of nobody are not followed."""
    with pytest.raises(ModelError, match="keep the segmentation again"):
        drift.stability_index({**drift.reference(customers()), name: values}, customers())
    with pytest.raises(ModelError, match=f"no {name}"):
        drift.stability_index({k: v for k, v in drift.reference(customers()).items() if k != name}, customers())
