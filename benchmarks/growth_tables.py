"""Random tables of customers, for `benchmarks.growth_cases`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from types import SimpleNamespace

import numpy as np
import pandas as pd

from insiders import answers, clusters, spaces
from insiders.customers import quarters
from insiders.language import language
from insiders.membership.hysteresis import Hysteresis
from insiders.membership.standing import Standing
from insiders.placement import placing
from insiders.policies import lifetime_value
from insiders.rules.conditions import Condition, Rule
from insiders.segments import portrait
from insiders.spaces import Space
from insiders.spaces.features import Scaling

SEED, REVIEWS, CLUSTERS = 42, 13, 5
TODAY = pd.Timestamp("2025-01-01")
RULE = Rule(((Condition("revenue_365", at_least=2000.0), Condition("recency_days", below=200)),))


@dataclass(frozen=True)
class People:
    """Random tables of so many customers, each made when first asked for."""

    size: int

    def __hash__(self) -> int:
        return self.size

    @cached_property
    def ids(self) -> pd.Series:
        """Names of the customers."""
        return pd.Series(np.arange(10_000_000, 10_000_000 + self.size).astype(str), dtype="string[pyarrow]")

    @cached_property
    def customers(self) -> pd.DataFrame:
        """The hand-off table, with revenue and invoices of the last days; a customer buys at an own rate."""
        draw, size = np.random.default_rng(SEED), self.size
        tenure = draw.integers(30, 700, size)
        invoices = 2 + draw.poisson(draw.gamma(0.8, 8.0, size))
        recency = (tenure * draw.beta(1, 3, size)).astype("int64")
        ticket, products = draw.lognormal(5, 0.8, size), 1 + draw.poisson(8, size)
        revenue = invoices * ticket
        pieces = invoices * (1 + draw.poisson(60, size))
        returned = np.where(draw.random(size) < 0.4, draw.beta(1, 20, size), 0.0)
        gap = (tenure - recency) / invoices + draw.random(size)
        found = {
            "gross_revenue": revenue, "net_revenue": revenue * (1 - returned), "avg_ticket": ticket,
            "avg_basket_items": pieces / invoices, "avg_basket_products": products + draw.random(size),
            "avg_unit_price": revenue / pieces, "frequency": invoices / (tenure + 1), "avg_gap_days": gap,
            "std_gap_days": gap * draw.random(size), "gap_regularity": draw.random(size), "n_invoices": invoices,
            "n_purchase_days": invoices, "n_items": pieces, "n_products": products * 3, "tenure_days": tenure,
            "recency_days": recency, "n_returns": (returned > 0).astype("int64"), "v_returns": revenue * returned,
            "return_share": returned, "is_wholesale": pieces > 2000, "overdue": recency / gap,
            "faded_revenue": revenue * np.exp(-recency / 180),
        }  # fmt: skip
        for days in (30, 90, 180, 365):
            share = np.clip(days / tenure, 0, 1) * draw.random(size)
            found |= {f"revenue_{days}": revenue * share, f"invoices_{days}": np.round(invoices * share)}
        times = {
            name: TODAY - pd.to_timedelta(found[f"{what}_days"], unit="D")
            for name, what in (("last_purchase", "recency"), ("first_purchase", "tenure"))
        }
        texts = {
            "country": pd.Series(["United Kingdom"] * size, dtype="string[pyarrow]"),
            "main_category": pd.Series([None] * size, dtype="string[pyarrow]"),
        }
        return pd.DataFrame({"customer_id": self.ids, **found, **times, **texts})

    @cached_property
    def points(self) -> spaces.Points:
        """A space of ten dimensions, with some order in it."""
        names = ["gross_revenue", "n_invoices", "n_items", "avg_ticket", "tenure_days", "recency_days", "n_products"]
        straight = np.log1p(self.customers[[*names, "avg_gap_days", "avg_unit_price", "frequency"]].to_numpy("float64"))
        return ((straight - straight.mean(axis=0)) / straight.std(axis=0)).astype("float32")

    @cached_property
    def space(self) -> Space:
        """That space with a map, kept as one that is a formula."""
        kept = {
            "kind": np.array("projection"), **self.scaling.arrays(), "turn": np.eye(13)[:, :10],
            "middle": np.zeros(13), "flat": np.eye(13)[:, :2], "flat_middle": np.zeros(13),
        }  # fmt: skip
        axes = ("one", "other")
        return Space(
            "scaled",
            self.points,
            self.points[:, :2],
            axes,
            pd.Series(dtype=float),
            sees_revenue=True,
            how="",
            kept=kept,
        )

    @cached_property
    def scaling(self) -> Scaling:
        """As the scaled space has it."""
        return spaces.scaling(self.customers.head(5_000), {**spaces.BEHAVIOUR, **spaces.VALUE})

    @cached_property
    def labels(self) -> clusters.Labels:
        """Five clusters by the first coordinate, nobody left out."""
        edges = np.quantile(self.points[:, 0], np.arange(1, CLUSTERS) / CLUSTERS)
        return np.searchsorted(edges, self.points[:, 0]).astype("int16")

    @cached_property
    def cuts(self) -> dict[int, clusters.Labels]:
        """Clusters for every k."""
        first = self.points[:, 0]
        return {
            k: np.searchsorted(np.quantile(first, np.arange(1, k) / k), first).astype("int16") for k in range(2, 16)
        }

    @cached_property
    def member(self) -> np.ndarray:
        """A tenth of the customers, those with most revenue in a year."""
        return (self.customers["revenue_365"].rank(method="first", ascending=False) <= self.size // 10).to_numpy(bool)

    @cached_property
    def assigned(self) -> pd.DataFrame:
        """Segments by name."""
        names = np.array([f"Segment {k}" for k in range(CLUSTERS)])[self.labels]
        segment = pd.array(np.where(self.member, "Insiders", names), dtype="string[pyarrow]")
        return pd.DataFrame({"customer_id": self.ids, "segment": segment, "is_insider": self.member})

    @cached_property
    def comparison(self) -> clusters.Comparison:
        """As if five models had found the clusters in two spaces."""
        both, models = ("scaled", "forest_leaves"), ("kmeans", "gaussian_mixture", "ward", "dbscan", "hdbscan")
        rows = [(space, model, k, 0.1, 0.2, 0.02) for space in both for model in models for k in self.cuts]
        columns = ["space", "model", "k", "silhouette", "davies_bouldin", "smallest_share"]
        labels = {(space, model): self.cuts for space in both for model in models}
        return clusters.Comparison(pd.DataFrame(rows, columns=columns), labels)

    @cached_property
    def heights(self) -> pd.DataFrame:
        """Where every customer stood at thirteen reviews, ten of them with what came later."""
        draw, parts = np.random.default_rng(SEED), []
        base = self.customers["revenue_365"].to_numpy() / np.quantile(self.customers["revenue_365"], 0.9)
        for place in range(REVIEWS):
            ratio = base * draw.lognormal(0, 0.2, self.size)
            later = ratio * draw.lognormal(5, 1, self.size) * (draw.random(self.size) < 0.6) if place < 10 else np.nan
            review = TODAY - pd.Timedelta(days=30 * (REVIEWS - 1 - place))
            part = pd.DataFrame({"review": review, "customer_id": self.ids, "value": ratio * 1000, "ratio": ratio})
            parts.append(part.assign(later=later))
        return pd.concat(parts, ignore_index=True)

    @cached_property
    def standing(self) -> Standing:
        """Of those heights."""
        members = pd.DataFrame(np.tile(self.member, (REVIEWS, 1)), sorted(self.heights["review"].unique()), self.ids)
        return Standing("year_revenue", 0.1, Hysteresis(), self.heights, members)

    @cached_property
    def bets(self) -> pd.DataFrame:
        """Of twelve policies on six days."""
        draw, parts = np.random.default_rng(SEED), []
        revenue = self.customers["gross_revenue"].to_numpy()
        for day in range(6):
            later = revenue * draw.lognormal(-2, 1, self.size)
            noisy = {
                name: revenue * draw.lognormal(0, 0.3, self.size) for name in ("revenue", *(f"p{n}" for n in range(10)))
            }
            places = {name: np.argsort(np.argsort(-score)) + 1 for name, score in {**noisy, "oracle": later}.items()}
            part = pd.DataFrame({"day": TODAY - pd.Timedelta(days=90 + 30 * day), "customer_id": self.ids})
            parts.append(part.assign(gross_revenue=revenue, later_revenue=later, **places))
        return pd.concat(parts, ignore_index=True)

    @cached_property
    def predictions(self) -> pd.DataFrame:
        """Of three models at two cuts."""
        draw, parts = np.random.default_rng(SEED), []
        later = self.customers["gross_revenue"].to_numpy() * draw.lognormal(-2, 1, self.size)
        high = pd.Series(later).rank(ascending=False) <= self.size // 10
        for model in ("revenue", "logistic", "lightgbm"):
            for cut in (TODAY - pd.Timedelta(days=120), TODAY - pd.Timedelta(days=90)):
                chance = np.clip(0.1 + 0.1 * draw.standard_normal(self.size) + 0.3 * high, 0, 1)
                part = {"cut": cut, "customer_id": self.ids, "later": later, "high": high, "model": model}
                parts.append(pd.DataFrame({**part, "probability": chance}))
        return pd.concat(parts, ignore_index=True)

    @cached_property
    def histories(self) -> pd.DataFrame:
        """For the models of buying."""
        people = self.customers
        table = {"repeats": people["n_invoices"] - 1.0, "last": 1.0 * (people["tenure_days"] - people["recency_days"])}
        table |= {"age": 1.0 * people["tenure_days"], "spend": people["avg_ticket"]}
        return pd.DataFrame(table).set_index(pd.Index(self.ids))

    @cached_property
    def model(self) -> lifetime_value.LifetimeValue:
        """Fitted to some of them."""
        return lifetime_value.fit(self.histories.head(5_000))

    @cached_property
    def known(self) -> list[SimpleNamespace]:
        """Six days with what was known then and what came."""
        draw, found = np.random.default_rng(SEED), []
        people = self.customers[["customer_id", *quarters.KNOWN]]
        for place in range(6, 0, -1):
            day = TODAY - pd.Timedelta(days=30 * place)
            bought = pd.Series(draw.random(self.size) < 0.5)
            revenue = people["revenue_90"] * draw.lognormal(0, 1, self.size) * bought
            found.append(
                SimpleNamespace(
                    day=day, end=TODAY, customers=people.assign(cut=day), histories=self.histories, model=self.model,
                    bought=lambda _, bought=bought: bought, revenue=lambda _, revenue=revenue: revenue,
                    over=lambda days, day=day: day + pd.Timedelta(days=days) <= TODAY,
                )
            )  # fmt: skip
        return found

    @cached_property
    def foreseen(self) -> SimpleNamespace:
        """Prospects of all."""
        draw = np.random.default_rng(SEED)
        names = answers.prospects.COLUMNS
        return SimpleNamespace(
            customers=pd.DataFrame({"customer_id": self.ids, **{name: draw.random(self.size) for name in names}})
        )

    @cached_property
    def segments(self) -> pd.DataFrame:
        """The profile."""
        flat = np.full(self.size, 0.2)
        return portrait.profile(self.customers, self.assigned, flat, flat)

    @cached_property
    def evidence(self) -> answers.Evidence:
        """What the report reads; of lines and forecasts nothing."""
        labels = self.assigned.assign(
            probability_high_value=0.5, map_x=self.points[:, 0], map_y=self.points[:, 1],
            why=pd.Series(["$2,500 gross revenue in the last 365 days"] * self.size, dtype="string[pyarrow]"),
        )  # fmt: skip
        programme = {
            "method": "best", "policy": "year_revenue", "words": "revenue", "in_money": True, "share": 0.1,
            "threshold": 1000.0, "entry": 1.0, "exit": 0.8, "grace": 2, "days": 30,
        }  # fmt: skip
        rules = pd.DataFrame(
            [("at least $2,000 gross revenue", 0.9, 0.9, 100)], columns=["rule", "precision", "recall", "customers"]
        )
        nothing = pd.DataFrame()
        return answers.Evidence(
            source=pd.Series({"currency": "$", "name": "random", "first_day": TODAY, "last_day": TODAY}),
            pipeline="monthly", buyers=self.buyers, transactions=nothing, once=nothing,
            customers=self.customers.merge(labels, on="customer_id"), segments=self.segments, rules=rules,
            programme=pd.Series(programme), heights=self.heights, forecasts=nothing, totals=nothing, scores=nothing,
            confidence=0.95, seed=SEED, language=language("en"),
        )  # fmt: skip

    @cached_property
    def buyers(self) -> pd.Series:
        """All together."""
        sums = self.customers[["gross_revenue", "net_revenue"]].sum()
        return pd.Series({"customers": self.size, **sums, "items": self.customers["n_items"].sum()})

    @cached_property
    def placement(self) -> placing.Placement:
        """Kept of some of them, the others made up."""
        few = self.customers.head(6_000)
        space = SimpleNamespace(points=self.points[:6_000], kept=self.space.kept)
        return placing.keep(space, few, self.assigned.head(6_000), RULE)  # type: ignore[arg-type]
