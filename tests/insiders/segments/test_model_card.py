"""The model's card: plain JSON that says what was fitted."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from insiders import registry
from insiders.clusters import NOISE
from insiders.segments import model_card
from insiders.segments.choice import Choice
from insiders.spaces import fit
from tests.insiders.demo_customers import customers


def test_card_survives_json_and_counts_the_clusters(tmp_path: Path) -> None:
    """What is written reads back the same; clusters have sizes and centres, noise has none."""
    space = fit(customers(), ["pca"], seed=0)["pca"]
    labels = (np.arange(len(customers())) % 3).astype("int16") - 1
    content = model_card.card(space, Choice("pca", "ward", 2, "because"), labels, {"seed": 0})
    registry.save(tmp_path, "model.json", content)
    found = registry.load(tmp_path, "model.json")
    assert found == content
    sizes = [cluster["customers"] for cluster in found["clusters"]]
    assert sizes == [int((labels == 0).sum()), int((labels == 1).sum())]
    assert sum(sizes) == int((labels != NOISE).sum())
