"""Segments and Insiders by method: of one form, whoever made them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from insiders import clusters, spaces
from insiders.clusters import Comparison
from insiders.errors import AnalysisError
from insiders.membership import standing
from insiders.membership.hysteresis import Hysteresis
from insiders.membership.standing import Standing
from insiders.placement import storage
from insiders.rules.conditions import Condition, Rule
from insiders.segments import choice, grouping
from insiders.segments.grouping import Grouping
from insiders.spaces import Space
from tests.insiders.demo_lines import history, regulars

Made = tuple[Standing, Comparison, Space]


@pytest.fixture(scope="module")
def made() -> Made:
    """The standing by revenue, and K-means in the scaled space."""
    found = standing.standing(history(), "revenue", Hysteresis(1.0, 0.8, 2), share=0.1, reviews=3, seed=1)
    space = spaces.fit(regulars(), ["scaled"], seed=1)["scaled"]
    return found, clusters.compare({"scaled": space.points}, ["kmeans"], range(3, 6), seed=1), space


def settled(made: Made, **options: object) -> Grouping:
    """The grouping by the best method unless options say another."""
    found, comparison, space = made
    chosen = choice.Choice("scaled", "kmeans", 4, "k = 4 was asked for.")
    asked = {"appearance": regulars()[["customer_id"]], "seed": 1, **options}
    return grouping.settle("best", regulars(), found, comparison, space, chosen, **asked)  # type: ignore[arg-type]


def test_insiders_are_the_members(made: Made) -> None:
    """The Insiders are today's members; the eligible ones are among them, and who is kept is told why."""
    group = settled(made)
    today = made[0].today.reindex(regulars()["customer_id"])
    assert group.is_insider.tolist() == today["member"].tolist()
    kept = [bool(text) for text in group.kept]
    assert kept == (group.is_insider & ~group.eligible).tolist()
    assert sum(kept) > 0
    assert "enters at 100 % of the threshold" in group.how


def test_every_segment_has_one_number(made: Made) -> None:
    """Labels and segment names say the same, and the Insiders have a label of their own."""
    group = settled(made)
    pairs = pd.DataFrame({"label": group.labels, "segment": group.assigned["segment"]}).drop_duplicates()
    assert pairs["label"].is_unique
    assert pairs["segment"].is_unique
    assert (group.labels[group.is_insider] == group.labels.max()).all()


def test_placing_fits_nothing_and_reproduces(made: Made, tmp_path: Path) -> None:
    """A run without refit takes segments from the files of an earlier one; on the same customers they are the same."""
    group = settled(made)
    line = float(regulars().loc[group.eligible, "gross_revenue"].min())
    rule = Rule(((Condition("gross_revenue", line),),))
    kept = grouping.keep(group, made[2], regulars(), rule, seed=1)
    storage.save(kept, tmp_path)
    again = settled(made, refit=False, fitted_in=str(tmp_path))
    assert again.assigned["segment"].tolist() == group.assigned["segment"].tolist()
    assert "Nothing was fitted" in again.how
    assert again.method == grouping.PLACED
    carried = grouping.keep(again, made[2], regulars(), rule, refit=False, fitted_in=str(tmp_path), seed=1)
    assert carried.segments == kept.segments


def test_placing_needs_a_folder(made: Made) -> None:
    """Without refit the message says which parameter is missing."""
    with pytest.raises(AnalysisError, match="fitted_in"):
        settled(made, refit=False)
