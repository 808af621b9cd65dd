"""The consensus: a share of the customers, the same again, and steadier than any one forest."""

from __future__ import annotations

import numpy as np
import pytest

from insiders.errors import AnalysisError
from insiders.segments import consensus as rounds
from insiders.segments import stability
from insiders.segments.consensus import consensus
from insiders.segments.groups import jaccard
from tests.insiders.demo_customers import customers


def test_the_consensus_is_the_share_asked_for_and_repeats_by_seed() -> None:
    """A tenth of the customers, the same customers for the same seed, and the votes agree with the choice."""
    first, again = (consensus(customers(), seed=3, rounds=4) for _ in range(2))
    assert first.is_insider.sum() == round(0.1 * len(customers()))
    np.testing.assert_array_equal(first.worth, again.worth)
    assert first.worth[first.is_insider].min() >= first.worth[~first.is_insider].max()
    assert first.votes[first.is_insider].mean() > 0.7 > 0.1 > first.votes[~first.is_insider].mean()


def test_the_consensus_chooses_those_who_buy_much() -> None:
    """The chosen spend several times what the others do, and most of them are among the top fifth."""
    chosen = consensus(customers(), seed=3, rounds=4).is_insider
    revenue = customers()["gross_revenue"]
    assert revenue[chosen].mean() > 3 * revenue[~chosen].mean()
    assert (revenue.rank(pct=True)[chosen] > 0.8).mean() > 0.8


def test_rounds_of_many_customers_learn_from_some(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everybody is put into the leaves of those drawn, and the group is much the same."""
    everybody = consensus(customers(), seed=3, rounds=4, share=0.2)
    monkeypatch.setattr(rounds, "MOST_DRAWN", len(customers()) // 2)
    some = consensus(customers(), seed=3, rounds=4, share=0.2)
    assert len(some.worth) == len(customers())
    assert jaccard(everybody.is_insider, some.is_insider) > 0.6


def test_rounds_make_it_steadier() -> None:
    """Groups of eight rounds under different seeds are more alike than groups of one round."""

    def alike(rounds: int) -> float:
        groups = [consensus(customers(), seed=seed, rounds=rounds, share=0.2).is_insider for seed in range(4)]
        return float(np.mean([jaccard(groups[0], other) for other in groups[1:]]))

    assert alike(8) > alike(1)


def test_too_few_customers_are_refused() -> None:
    """Fewer than a hundred customers are one clear error, and so are customers who never paid."""
    with pytest.raises(AnalysisError, match=r"at least 100 customers.*are 40"):
        consensus(customers().head(40), seed=1)
    with pytest.raises(AnalysisError, match="no customer has any revenue"):
        consensus(customers().assign(gross_revenue=0.0), seed=1)


def test_stability_of_any_choice_is_held_against_its_first_group() -> None:
    """A sort repeats itself under every seed; one by lot does not, and subsamples are counted among their own."""
    people = customers()

    def by_revenue(table: object, seed: int) -> np.ndarray:
        return (table["gross_revenue"].rank(ascending=False) <= 20).to_numpy()  # type: ignore[index]

    def by_lot(table: object, seed: int) -> np.ndarray:
        return np.random.default_rng(seed).random(len(table)) < 0.1  # type: ignore[arg-type]

    firm = stability.of_insiders(people, by_revenue, seeds=[1, 2], reference=0)
    assert firm["kind"].tolist() == ["seed", "seed", "subsample", "subsample"]
    assert (firm.loc[firm["kind"] == "seed", "jaccard"] == 1).all()
    assert firm.loc[firm["kind"] == "subsample", "jaccard"].between(0.6, 1).all()
    assert stability.of_insiders(people, by_lot, seeds=[1, 2], reference=0)["jaccard"].max() < 0.5
