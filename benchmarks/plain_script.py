"""The reference: the analysis as one plain script, the way such studies are written, on the UCI Online Retail file.

    python -m benchmarks.plain_script [FOLDER] [PART ...]

FOLDER holds `online_retail.parquet` (../shared/data unless said otherwise). Parts: features, spaces, grid, report,
lstm; all unless some are named (grid and report take what they need of the others with them). It imports nothing of
this project: pandas, scikit-learn, umap-learn, scipy and torch, called as their pages show it, every clustering
fitted and scored by itself. Nothing is slowed down on purpose: K-means has scikit-learn's ten starts, the LSTM of each
series is one small layer, trained in batches. Seconds by the clock and of the processor are printed as JSON, by part.
"""

from __future__ import annotations

import json
import resource
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from scipy import stats
from sklearn.cluster import AgglomerativeClustering, KMeans
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestRegressor
from sklearn.manifold import TSNE
from sklearn.metrics import silhouette_score
from sklearn.mixture import GaussianMixture
from sklearn.preprocessing import StandardScaler
from umap import UMAP

SEED = 42
KS = range(2, 26)
SERIES = 20
LOOK_BACK, EPOCHS, UNITS, BATCH = 28, 100, 50, 16
PARTS = ("features", "spaces", "grid", "report", "lstm")
Points = npt.NDArray[np.float64]


def features(file: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The sales of known customers who bought on more than one day, and a row of features for each of them."""
    rows = pd.read_parquet(file).dropna(subset=["CustomerID"])
    rows = rows[rows["StockCode"].str.match(r"^\d{5}") & (rows["UnitPrice"] > 0) & (rows["Quantity"] > 0)]
    rows = rows.assign(revenue=rows["Quantity"] * rows["UnitPrice"], day=rows["InvoiceDate"].dt.normalize())
    days = rows.groupby("CustomerID")["day"].transform("nunique")
    rows = rows[days > 1]
    last = rows["day"].max()
    table = rows.groupby("CustomerID").agg(
        gross_revenue=("revenue", "sum"),
        n_invoices=("InvoiceNo", "nunique"),
        n_items=("Quantity", "sum"),
        n_products=("StockCode", "nunique"),
        first=("day", "min"),
        latest=("day", "max"),
        days=("day", "nunique"),
    )
    table["recency"] = (last - table["latest"]).dt.days
    table["tenure"] = (last - table["first"]).dt.days
    table["avg_ticket"] = table["gross_revenue"] / table["n_invoices"]
    table["avg_basket"] = table["n_items"] / table["n_invoices"]
    table["avg_gap"] = (table["latest"] - table["first"]).dt.days / (table["days"] - 1)
    return rows, table.drop(columns=["first", "latest"])


def spaces(table: pd.DataFrame) -> dict[str, Points]:
    """Four spaces: principal components, UMAP, t-SNE, and a forest's leaves laid out by UMAP."""
    scaled = StandardScaler().fit_transform(np.log1p(table.drop(columns="gross_revenue")))
    forest = RandomForestRegressor(250, random_state=SEED, n_jobs=-1)
    behaviour = table.drop(columns=["gross_revenue", "avg_ticket"])
    leaves = forest.fit(behaviour, table["gross_revenue"]).apply(behaviour)
    return {
        "pca": PCA(0.9).fit_transform(scaled),
        "umap": UMAP(random_state=SEED, n_jobs=1).fit_transform(scaled).astype("float64"),
        "tsne": TSNE(random_state=SEED).fit_transform(scaled).astype("float64"),
        "forest_leaves": UMAP(metric="hamming", random_state=SEED, n_jobs=1).fit_transform(leaves).astype("float64"),
    }


def grid(points: dict[str, Points]) -> pd.DataFrame:
    """Every space by every algorithm by every number of clusters: one fit and one silhouette each."""
    rows = []
    for space, where in points.items():
        for k in KS:
            models = {
                "kmeans": KMeans(k, n_init=10, random_state=SEED),
                "gaussian_mixture": GaussianMixture(k, random_state=SEED),
                "ward": AgglomerativeClustering(k),
                "average": AgglomerativeClustering(k, linkage="average"),
            }
            for name, model in models.items():
                labels = model.fit_predict(where)
                score = silhouette_score(where, labels) if len(np.unique(labels)) > 1 else np.nan
                rows.append((space, name, k, score))
    return pd.DataFrame(rows, columns=["space", "model", "k", "silhouette"])


def report(table: pd.DataFrame, points: dict[str, Points]) -> pd.DataFrame:
    """Ward's ten clusters of the forest's leaves: profiles, tests of the best against the others, intervals."""
    labels = AgglomerativeClustering(10).fit_predict(points["forest_leaves"])
    best = table["gross_revenue"].groupby(labels).mean().idxmax()
    inside = labels == best
    draws = np.random.default_rng(SEED)
    rows = []
    for name, values in table.items():
        mine, others = values[inside].to_numpy(), values[~inside].to_numpy()
        p = stats.mannwhitneyu(mine, others).pvalue
        means = [draws.choice(mine, len(mine)).mean() for _ in range(2000)]
        rows.append((name, mine.mean(), *np.quantile(means, [0.025, 0.975]), others.mean(), p))
    return pd.DataFrame(rows, columns=["feature", "insiders", "lower", "upper", "others", "p"])


def lstm(rows: pd.DataFrame) -> dict[str, float]:
    """An LSTM for the total and each of the best-selling products, by day; mean absolute error of the last month."""
    calendar = pd.date_range(rows["day"].min(), rows["day"].max())
    best = rows.groupby("StockCode")["revenue"].sum().nlargest(SERIES).index
    series = {"total": rows.groupby("day")["revenue"].sum()}
    series |= {code: rows[rows["StockCode"] == code].groupby("day")["revenue"].sum() for code in best}
    return {
        name: _trained(values.reindex(calendar, fill_value=0).to_numpy("float32")) for name, values in series.items()
    }


class _Network(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer, self.head = torch.nn.LSTM(1, UNITS, batch_first=True), torch.nn.Linear(UNITS, 1)

    def forward(self, before: torch.Tensor) -> torch.Tensor:
        return self.head(self.layer(before)[0][:, -1])


def _trained(values: npt.NDArray[np.float32]) -> float:
    torch.manual_seed(SEED)
    scale = values.max()
    windows = torch.from_numpy(np.lib.stride_tricks.sliding_window_view(values / scale, LOOK_BACK + 1).copy())
    known, held_out = windows[:-28], windows[-28:]
    network = _Network()
    optimiser = torch.optim.Adam(network.parameters())
    for _ in range(EPOCHS):
        for batch in torch.randperm(len(known)).split(BATCH):
            optimiser.zero_grad()
            said = network(known[batch, :-1, None])
            torch.nn.functional.mse_loss(said, known[batch, -1:]).backward()
            optimiser.step()
    with torch.no_grad():
        return float((network(held_out[:, :-1, None]) - held_out[:, -1:]).abs().mean() * scale)


def main(folder: Path, wanted: list[str]) -> dict[str, dict[str, float]]:
    """Run the parts; for each the seconds by the clock and of the processor."""
    warnings.simplefilter("ignore")
    told: dict[str, dict[str, float]] = {}
    rows, table = _timed(told, "features", lambda: features(folder / "online_retail.parquet"))
    if {"spaces", "grid", "report"} & set(wanted):
        points = _timed(told, "spaces", lambda: spaces(table))
        if "grid" in wanted:
            _timed(told, "grid", lambda: grid(points))
        if "report" in wanted:
            _timed(told, "report", lambda: report(table, points))
    if "lstm" in wanted:
        _timed(told, "lstm", lambda: lstm(rows))
    return told


T = TypeVar("T")


def _timed(told: dict[str, dict[str, float]], name: str, what: Callable[[], T]) -> T:
    clock, before = time.perf_counter(), _processor()
    found = what()
    told[name] = {"seconds": round(time.perf_counter() - clock, 2), "cpu": round(_processor() - before, 2)}
    return found


def _processor() -> float:
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(used.ru_utime + used.ru_stime for used in both)


if __name__ == "__main__":
    asked = sys.argv[1:]
    place = Path(asked.pop(0)) if asked and asked[0] not in PARTS else Path("../shared/data")
    started = _processor()
    made = main(place, asked or list(PARTS))
    imports = {"seconds": 0.0, "cpu": round(started, 2)}
    print(json.dumps({"imports": imports, **made}))
