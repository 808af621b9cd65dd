"""The functions that `benchmarks.growth_people` measures, by name, and what each is given."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from benchmarks.growth_tables import CLUSTERS, RULE, SEED, People
from insiders import answers, clusters, spaces
from insiders.answers import portrait as portraits
from insiders.charts import clustering as charts
from insiders.charts import reporting
from insiders.findings import beside
from insiders.high_value import gains
from insiders.language import language
from insiders.membership import flicker, frequency, hysteresis, likeness, risk, roster
from insiders.membership.hysteresis import Hysteresis
from insiders.pictures import write_figure
from insiders.placement import placing, storage
from insiders.policies import backtest, lifetime_value
from insiders.prospects import chances, spending
from insiders.rules import counterfactuals, eligibility, surrogate
from insiders.segments import choice, consensus, grouping, portrait, quintiles, stability
from insiders.segments.choice import Choice
from insiders.spaces import Space

Work = Callable[[], object]


def _fitted(name: str) -> Callable[[People], Work]:
    return _of(lambda customers: spaces.fit(customers, [name], seed=SEED), _customers)


def _choose(people: pd.DataFrame, seed: int) -> np.ndarray:
    """The consensus of two forests."""
    return consensus.consensus(people, seed=seed, rounds=1).is_insider


def _written(figure: Figure) -> object:
    with tempfile.TemporaryDirectory() as folder:
        return write_figure(Path(folder) / "figure.png", figure).stat().st_size


def _of(
    function: Callable[..., object], *parts: Callable[[People], object], **options: object
) -> Callable[[People], Work]:
    """The function on parts of the tables, which are made before it is measured."""

    def prepared(people: People) -> Work:
        given = [part(people) for part in parts]
        return lambda: function(*given, **options)

    return prepared


def _customers(people: People) -> pd.DataFrame:
    return people.customers


def _placed(people: People) -> Work:
    kept, customers = people.placement, people.customers
    return lambda: placing.assign(kept, customers)


def _settled(people: People) -> Work:
    chosen = Choice("scaled", "kmeans", CLUSTERS, "because.")
    given = (people.customers, people.standing, people.comparison, people.space, chosen)
    return lambda: grouping.settle("best", *given, appearance=pd.DataFrame(), seed=SEED, refit=True, fitted_in=None)


def _stored(people: People) -> Work:
    kept, assigned, customers, space = people.placement, people.assigned, people.customers, people.space
    del kept

    def work() -> None:
        with tempfile.TemporaryDirectory() as folder:
            storage.save(placing.keep(space, customers, assigned, RULE), Path(folder))
            storage.load(Path(folder))

    return work


def _answer(name: str, *more: Callable[[People], object]) -> Callable[[People], Work]:
    function = getattr(answers, name)
    return _of(lambda evidence, *given: function(evidence, *given), lambda people: people.evidence, *more)


def _colours(people: People) -> dict[str, str]:
    return charts.segment_colours(people.segments)


def _two_spaces(people: People) -> dict[str, Space]:
    return {"one": people.space, "two": people.space}


CASES: Mapping[str, Callable[[People], Work]] = {
    **{f"spaces.fit {name}": _fitted(name) for name in spaces.SPACES},
    "clusters.compare": _of(lambda points: clusters.compare({"one": points}, seed=SEED), lambda people: people.points),
    "choice.candidates": _of(choice.candidates, lambda people: people.comparison, _customers, by="revenue"),
    "choice.firmness": _of(choice.firmness, lambda p: p.points, lambda p: p.cuts, model="kmeans", seed=SEED),
    "charts.elbow": _of(
        lambda points, cuts: _written(charts.elbow(points, cuts, "kmeans")), lambda p: p.points, lambda p: p.cuts
    ),
    "clusters.silhouettes_of_all": _of(clusters.silhouettes_of_all, lambda p: p.points, lambda p: p.labels),
    "grouping.settle": _settled,
    "stability.stability": _of(stability.stability, lambda p: p.points, lambda p: p.labels, model="kmeans", seed=SEED),
    "portrait.profile": _of(
        portrait.profile,
        _customers,
        lambda p: p.assigned,
        lambda p: np.full(p.size, 0.2),
        lambda p: np.full(p.size, 0.2),
    ),
    "quintiles": _of(
        lambda customers, assigned: (
            quintiles.by_segment(customers, assigned["segment"]),
            quintiles.cohorts(customers, assigned["segment"]),
        ),
        _customers,
        lambda p: p.assigned,
    ),
    "charts.maps of two": _of(
        lambda *given: _written(charts.maps(*given)), _two_spaces, lambda p: p.assigned["segment"], _colours
    ),
    "charts.silhouettes": _of(
        lambda *given: _written(charts.silhouettes(*given)),
        lambda p: p.points,
        lambda p: p.labels,
        lambda p: p.assigned["segment"].where(~p.member, "Segment 0"),
        _colours,
    ),
    "backtest.captured": _of(backtest.captured, lambda p: p.bets, seed=SEED),
    "backtest.spread, steadiness": _of(
        lambda bets: (backtest.spread(bets, [0.05, 0.1, 0.2]), backtest.steadiness(bets)), lambda p: p.bets
    ),
    "beside.told": _of(
        lambda customers, member, profile, buyers: beside.told(
            customers, member, {"other": ~member}, profile, buyers, "$"
        ),
        _customers,
        lambda p: p.member,
        lambda p: p.segments,
        lambda p: p.buyers,
    ),
    "flicker.costs, four settings": _of(flicker.costs, lambda p: p.heights, settings=flicker.SETTINGS[:4]),
    "hysteresis.replay": _of(hysteresis.replay, lambda p: p.heights, rule=Hysteresis()),
    "hysteresis.changes": _of(hysteresis.changes, lambda p: p.heights, rule=Hysteresis()),
    "gains.measure of six": _of(gains.measure, lambda p: p.predictions, seed=SEED),
    "surrogate.fit": _of(surrogate.fit, _customers, lambda p: p.member),
    "eligibility.verdict": _of(
        lambda customers, member: eligibility.verdict(RULE, customers, member), _customers, lambda p: p.member
    ),
    "counterfactuals": _of(
        lambda now, then: counterfactuals.counterfactuals(RULE, now, then, "$"),
        _customers,
        lambda p: counterfactuals.waiting(p.customers, 30),
    ),
    "surrogate.why": _of(
        lambda customers, member: surrogate.why(RULE, customers, member, "$"), _customers, lambda p: p.member
    ),
    "stability.of_insiders by consensus": _of(
        lambda customers: stability.of_insiders(customers, _choose, seeds=[1], reference=0), _customers
    ),
    "placing.keep, storage": _stored,
    "placing.assign": _placed,
    "lifetime_value.fit": _of(lifetime_value.fit, lambda p: p.histories),
    "lifetime_value.expected_purchases": _of(
        lambda model, histories: lifetime_value.expected_purchases(model.purchases.logs, histories, 90),
        lambda p: p.model,
        lambda p: p.histories,
    ),
    "chances.judge": _of(chances.judge, lambda p: p.known, days=90),
    "spending.judge": _of(spending.judge, lambda p: p.known),
    "likeness.distances": _of(likeness.distances, _customers, lambda p: p.member),
    "risk.standing_of": _of(risk.standing_of, lambda p: p.heights, rule=Hysteresis()),
    "frequency.compared": _of(frequency.compared, lambda p: p.heights, rule=Hysteresis()),
    "answers.who": _answer("who"),
    "answers.how_many, traits, shares": _of(
        lambda evidence: [one(evidence) for one in (portraits.how_many, portraits.traits, answers.shares)],
        lambda p: p.evidence,
    ),
    "answers.what_makes": _answer("what_makes"),
    "answers.what_removes": _answer("what_removes"),
    "answers.better_later": _answer("better_later"),
    "answers.differences": _answer("differences"),
    "answers.what_changed": _answer("what_changed"),
    "answers.what_to_do": _of(
        lambda evidence, known: answers.actions._traits(evidence, known, 0.1),
        lambda p: p.evidence,
        lambda p: p.foreseen,
    ),
    "answers.published, roster": _of(
        lambda evidence, known: roster.roster(answers.published(evidence, known)),
        lambda p: p.evidence,
        lambda p: p.foreseen,
    ),
    "charts.space": _of(
        lambda customers: _written(reporting.space(customers, language("en"))), lambda p: p.evidence.customers
    ),
}
"""By name: what makes the tables and gives the work to measure."""
