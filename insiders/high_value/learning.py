"""Who will be of high value next quarter: models that learn from earlier quarters, judged on later ones.

The target is to be in the top decile of the next 90 days' net revenue. A model that is judged at a cut has seen only
cuts whose quarters had ended by then. The models and the plain rankings beside them are those of
`insiders.high_value.classifiers`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

from insiders.customers import quarters
from insiders.customers.history import History
from insiders.errors import AnalysisError
from insiders.high_value import calibration
from insiders.high_value.classifiers import PREVALENCE, WAYS, fitted, probability
from insiders.high_value.gains import Measured, average_precision
from insiders.parallel import in_threads
from insiders.wording import decimal

MOST_CUTS = 6
"""Latest finished cuts a model learns from: older ones resemble today less, and customers repeat."""

LEAST_ROWS = 200
"""Examples from which a model can learn at all."""

MOST_ROWS = 30_000
"""Examples a model learns from; of more, a random sample is taken."""

MOST_CUSTOMERS = 60_000
"""Customers whose quarters are learnt from and judged; of more, so many are drawn by lot."""

MOST_SHUFFLED = 20_000
"""Customers of a cut among whom features are shuffled; each repeat asks the model again for all of them."""


@dataclass(frozen=True)
class Champion:
    """The model taken, and why."""

    model: str
    reason: str
    differences: pd.DataFrame
    """``model``, ``difference`` (average precision less that of the best), ``lower``, ``upper``."""


def examples(
    history: History, at: Sequence[pd.Timestamp], *, days: int = quarters.QUARTER, seed: int = 42
) -> pd.DataFrame:
    """`quarters.examples`; of more than `MOST_CUSTOMERS` known today those of so many, the same ones at every cut.

    Who is of high value is decided among all customers before any are drawn.
    """
    known = history.customers_at(history.end)["customer_id"]
    if len(known) <= MOST_CUSTOMERS:
        return quarters.examples(history, at, days=days)
    drawn = known.sample(MOST_CUSTOMERS, random_state=seed)
    found = (quarters.examples(history, [cut], days=days) for cut in at)
    return pd.concat([table[table["customer_id"].isin(drawn)] for table in found], ignore_index=True)


def folds(at: Sequence[pd.Timestamp], *, days: int = quarters.QUARTER, most: int = 8) -> list[pd.Timestamp]:
    """The latest cuts at which a model can be judged: those with another cut ``days`` before them or earlier."""
    found = [cut for cut in at if cut - pd.Timedelta(days=days) >= at[0]]
    if not found:
        raise AnalysisError(
            f"to judge a forecast, two cuts at least {days} days apart are needed: take a longer history"
        )
    return found[-most:]


def out_of_time(
    table: pd.DataFrame,
    judged: Sequence[pd.Timestamp],
    names: Sequence[str] = tuple(WAYS),
    *,
    days: int = quarters.QUARTER,
    seed: int = 42,
) -> pd.DataFrame:
    """Predictions at the judged cuts: cut, customer_id, later, high, model, probability (as the model gives it).

    ``table`` has the columns of `quarters.examples`.
    """
    learnt = {cut: finished(table, cut, days, seed) for cut in judged}
    scores = _scores(table, judged, learnt.values())

    def predicted(cut: pd.Timestamp, name: str) -> pd.DataFrame:
        test, train = table.index[table["cut"] == cut], learnt[cut]
        model = fitted(name, scores.loc[train], table.loc[train, "high"], seed)
        part = table.loc[test, ["cut", "customer_id", "later", "high"]]
        return part.assign(model=name, probability=probability(name, model, scores.loc[test]))

    return pd.concat(in_threads(lambda asked: predicted(*asked), product(judged, names)), ignore_index=True)


def champion(measured: Measured, metric: str = "average_precision") -> Champion:
    """The simplest model that is not shown to be worse than the best.

    The best has the highest mean average precision; not worse is a model whose paired interval of the difference
    reaches 0. What cannot be told apart on these data need not be equal, so the differences stand beside it.
    """
    means = measured.table[measured.table["metric"] == metric].set_index("model")["mean"]
    names = [name for name in WAYS if name in means.index and name != PREVALENCE]
    best = str(means[names].idxmax())
    rows = [(name, *measured.difference(name, best, metric)) for name in names]
    table = pd.DataFrame(rows, columns=["model", "difference", "lower", "upper"])
    row = table[table["upper"] >= 0].iloc[0]
    what = metric.replace("_", " ")
    reason = f"{best} has the highest {what} ({decimal(means[best], 3)})"
    if row["model"] != best:
        reason += (
            f"; {row['model']} is the simplest whose difference to it ({decimal(row['difference'], 3)}, "
            f"{measured.confidence:.0%} interval {decimal(row['lower'], 3)} to {decimal(row['upper'], 3)}) "
            "may be nothing"
        )
    else:
        reason += ", and every simpler model is worse beyond its interval"
    return Champion(str(row["model"]), f"{reason}.", table)


def probabilities(
    history: History,
    table: pd.DataFrame,
    predictions: pd.DataFrame,
    name: str,
    *,
    days: int = quarters.QUARTER,
    seed: int = 42,
) -> pd.DataFrame:
    """For every customer known today, customer_id and the calibrated ``probability_high_value`` for the next quarter.

    The model learns from the latest finished cuts of ``table``; its probabilities are corrected by how those of
    ``predictions`` (from `out_of_time`) turned out, if such a correction has helped before.
    """
    today = history.end
    now = history.customers_at(today)
    train = finished(table, today, days, seed)
    model = fitted(name, quarters.normal_scores(table.loc[train]), table.loc[train, "high"], seed)
    raw = probability(name, model, quarters.normal_scores(now))
    learnt = calibration.chosen(predictions[predictions["model"] == name], days)
    return pd.DataFrame({"customer_id": now["customer_id"], "probability_high_value": learnt.apply(raw)})


def importance(
    table: pd.DataFrame,
    judged: Sequence[pd.Timestamp],
    name: str,
    *,
    groups: Mapping[str, Sequence[str]] | None = None,
    repeats: int = 5,
    days: int = quarters.QUARTER,
    seed: int = 42,
) -> pd.DataFrame:
    """Permutation importance (Breiman 2001) at the judged cuts: feature, drop, lower, upper; the greatest drop first.

    ``drop`` is the mean loss of average precision over cuts and repeats where a feature is shuffled among the customers
    of a cut; lower and upper are the least and the greatest of them. Features that tell the same cover for each other,
    so ``groups`` (name: features) are shuffled together; without them, each by itself. Of more than `MOST_SHUFFLED`
    customers of a cut so many are drawn.
    """
    way, learnt = WAYS[name], {cut: finished(table, cut, days, seed) for cut in judged}
    scores = _scores(table, judged, learnt.values())
    shuffled = groups or {feature: (feature,) for feature in way.features}
    draw = np.random.default_rng(seed)
    rows = []
    for cut in judged:
        train, test = learnt[cut], table.index[table["cut"] == cut]
        if len(test) > MOST_SHUFFLED:
            test = test[np.sort(draw.choice(len(test), MOST_SHUFFLED, replace=False))]
        model = fitted(name, scores.loc[train], table.loc[train, "high"], seed)
        high = table.loc[test, "high"].to_numpy()
        whole = average_precision(high, probability(name, model, scores.loc[test]))
        for feature, members in shuffled.items():
            for _ in range(repeats):
                mixed = scores.loc[test].copy()
                mixed[[*members]] = mixed[[*members]].to_numpy()[draw.permutation(len(mixed))]
                rows.append((feature, whole - average_precision(high, probability(name, model, mixed))))
    drops = pd.DataFrame(rows, columns=["feature", "drop"]).groupby("feature")["drop"]
    summary = pd.DataFrame({"drop": drops.mean(), "lower": drops.min(), "upper": drops.max()})
    return summary.sort_values("drop", ascending=False).reset_index()


def _scores(table: pd.DataFrame, judged: Sequence[pd.Timestamp], learnt: Iterable[pd.Index]) -> pd.DataFrame:
    """The normal scores of all customers of the judged cuts, and of the rows that are learnt from.

    Cut by cut, since those of all customers of all cuts would take several times the memory of the table.
    """
    wanted = set().union(*learnt)
    parts = []
    for cut, part in table.groupby("cut"):
        rows = part.index if cut in judged else part.index[part.index.isin(wanted)]
        if len(rows):
            parts.append(quarters.normal_scores(part).loc[rows])
    return pd.concat(parts)


def finished(table: pd.DataFrame, cut: pd.Timestamp, days: int, seed: int) -> pd.Index:
    """Rows of the latest cuts whose quarters ended by the given one: at most six cuts and 30,000 rows."""
    ended = table["cut"] + pd.Timedelta(days=days) <= cut
    latest = np.sort(table.loc[ended, "cut"].unique())[-MOST_CUTS:]
    rows = table.loc[table["cut"].isin(latest), ["high"]]
    if len(rows) < LEAST_ROWS or rows["high"].nunique() < 2:
        raise AnalysisError(
            f"by {cut:%Y-%m-%d} no {LEAST_ROWS} examples of finished quarters, with and without high value, were there "
            "to learn from: take a longer history"
        )
    return rows.index if len(rows) <= MOST_ROWS else rows.sample(MOST_ROWS, random_state=seed).index
