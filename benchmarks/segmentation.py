"""Segmentations of the real file: silhouettes beside the published ones, speed, size, and stability.

    python -m benchmarks.segmentation [FOLDER] [SECTION ...]

FOLDER holds the real files (../shared/data unless said otherwise). Sections: silhouettes, speed, sizes, published,
stability; all unless some are named. Each writes its own part of ``benchmarks/segmentation.md`` as soon as it is done
and leaves the others as they are. Seconds are of this machine, with what else it does; processor seconds say more than
seconds by the clock.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
from sklearn.preprocessing import MinMaxScaler

from benchmarks import segmentation_speed, segmentation_stability
from insiders import clusters, spaces
from insiders.customers.features import features
from insiders.customers.quarters import end_of
from insiders.customers.snapshots import customers_at
from insiders.segments.classic import classic
from insiders.sources import load
from insiders.transactions import prepare

REPORT = Path(__file__).with_suffix(".md")
HEAD = "# Segmentation\n\nMade by `python -m benchmarks.segmentation`; see there.\n"
SEED = 42
RANGE = range(2, 26)
PUBLISHED = {
    "features as they are": "K-means .686 at 2 (seed 002)",
    "umap": ".568 at 13 (seed 002)",
    "tsne": ".434 at 11 (seed 002)",
    "forest_leaves, euclidean": ".552 at 14 (seed 002)",
    "published method": ".746 at 10, .783 at 14 (seed 001)",
}
"""The published scores at their best number of clusters, by the space of ours that comes nearest."""


def people(folder: Path, preset: str, name: str = "uci:online-retail") -> tuple[pd.DataFrame, pd.DataFrame]:
    """The customers of a file under a preset, and all its rows as loaded."""
    source = load(name, places=[folder]).transactions
    return features(prepare(source, preset=preset).transactions), source


def silhouettes(folder: Path) -> str:
    """The best silhouette of each space and model (at its number of clusters, of 2 to 25), beside the published ones.

    Preset `classic`, 2,967 customers. *features as they are*: in pounds, pieces and days, neither straightened nor
    scaled; *features from 0 to 1*: not straightened, each scaled to that range. *forest_leaves, euclidean*: leaf
    numbers taken for coordinates. *published method*: the space of `insiders.segments.classic`, of four hand-picked
    features.
    """
    customers, source = people(folder, "classic")
    plain = spaces.filled(customers, [*spaces.BEHAVIOUR, *spaces.VALUE]).to_numpy("float32")
    points = {"features as they are": plain, "features from 0 to 1": MinMaxScaler().fit_transform(plain)}
    points |= {name: space.points for name, space in spaces.fit(customers, spaces.SPACES, seed=SEED).items()}
    leaves = spaces.fit(customers, ["forest_leaves"], seed=SEED, leaf_metric="euclidean")["forest_leaves"]
    points |= {"forest_leaves, euclidean": leaves.points, "published method": classic(customers, source).points}
    scores = clusters.compare(points, k_range=RANGE, seed=SEED).scores
    found = scores.loc[scores.groupby(["space", "model"], sort=False)["silhouette"].idxmax()]
    cells = found.assign(best=[f"{one:.3f} at {k}" for one, k in zip(found["silhouette"], found["k"], strict=True)])
    table = cells.pivot(index="space", columns="model", values="best").reindex(list(points)).fillna("–")
    table["published"] = [PUBLISHED.get(str(name), "") for name in table.index]
    ward = scores[(scores["model"] == "ward") & scores["k"].isin([2, 10, 13, 14])]
    at = ward.pivot(index="space", columns="k", values="silhouette").reindex(list(points)).round(3)
    least = found.assign(share=(100 * found["smallest_share"]).round(1), noise=(100 * found["noise_share"]).round(1))
    small = least.pivot(index="space", columns="model", values="share").reindex(list(points))
    noise = least[least["model"].isin(["dbscan", "hdbscan"])]
    noise = noise.pivot(index="space", columns="model", values="noise").reindex(list(points))
    return "\n".join(
        [
            markdown(table),
            f"Ward's silhouette at the numbers of clusters that were published:\n\n{markdown(at)}",
            f"The smallest cluster of the best, in percent of the customers:\n\n{markdown(small)}",
            f"Noise of the best, in percent of the customers:\n\n{markdown(noise)}",
            f"Ward's silhouette by the published method with ten seeds:\n\n{markdown(by_seed(customers, source))}",
        ]
    )


def by_seed(customers: pd.DataFrame, source: pd.DataFrame, seeds: range = range(SEED, SEED + 10)) -> pd.DataFrame:
    """Ward's silhouettes of the published method: a row per number of clusters, a column per seed of everything."""
    found = {}
    for seed in seeds:
        points = {"published method": classic(customers, source, seed=seed).points}
        scores = clusters.compare(points, ["ward"], k_range=[10, 13, 14], seed=seed).scores
        found[f"seed {seed}"] = scores.set_index("k")["silhouette"].round(3)
    return pd.DataFrame(found)


def speed(folder: Path) -> str:
    """One comparison of everything, beside a loop that fits every clustering again and measures its distances anew.

    The loop (K-means with ten starts, mixtures and Ward's hierarchy with scikit-learn's defaults, DBSCAN and HDBSCAN
    over as many radii and sizes) is measured at every eighth setting and taken eight times, in processor seconds.
    """
    table, said = segmentation_speed.beside_a_loop(people(folder, "classic")[0])
    return f"**{said}**\n\n{markdown(table)}"


def sizes(folder: Path) -> str:
    """Seconds by the clock and the stated approximation, by number of customers.

    They are drawn from the real ones with replacement, every feature moved by about 5 %.
    """
    return markdown(segmentation_speed.by_size(people(folder, "classic")[0]))


def stability(folder: Path) -> str:
    """How far the Insiders return by the ways of this project, over the same repetitions, preset `strict`."""
    parts = []
    for name, file in (("Online Retail", "uci:online-retail"), ("Online Retail II", "uci:online-retail-ii")):
        sold = prepare(load(file, places=[folder]).transactions).transactions
        customers = customers_at(sold, end_of(sold))
        table = segmentation_stability.study(customers, segmentation_stability.WAYS, reference=SEED)
        parts.append(f"{name}, {len(customers):,} customers:\n\n{markdown(table)}")
    return "\n".join(parts)


def published(folder: Path) -> str:
    """How far the Insiders of the published method return, beside two other ways, on the customers of its preset.

    Over other seeds of everything, and over subsamples of 80 % of the customers with other seeds. Jaccard similarity
    with the group of seed 42 on all customers, among those of the repetition; shares are of the gross revenue of the
    repetition's customers.
    """
    customers, source = people(folder, "classic")
    ways = {"published method": segmentation_stability.published(source), **segmentation_stability.WAYS}
    for name in ("policy year_revenue", "policy faded_revenue"):
        del ways[name]
    table = segmentation_stability.study(customers, ways, reference=SEED)
    return f"Online Retail, preset `classic`, {len(customers):,} customers:\n\n{markdown(table)}"


def markdown(table: pd.DataFrame) -> str:
    """A table as Markdown, missing values as a dash."""
    plain = table.reset_index()
    cells = [["–" if pd.isna(cell) else str(cell) for cell in row] for row in plain.itertuples(index=False)]
    lines = [list(map(str, plain.columns)), ["---"] * plain.shape[1], *cells]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


SECTIONS: dict[str, Callable[[Path], str]] = {
    "silhouettes": silhouettes,
    "speed": speed,
    "sizes": sizes,
    "published": published,
    "stability": stability,
}

READ = {
    "silhouettes": """
What a score says. Two clusters of features as they are score highest of all, because a handful of big buyers lies far
from everybody else: the smallest cluster shows it, and no programme is made for so few. Straightened and scaled, the
features are one cloud and say so. Layouts score higher than what they lay out, since to pull neighbours together is
what they do; nine in ten of the small part of UMAP's map bought on one day only. A space made of the leaves of a forest
that was fitted on revenue separates revenue: its score measures the construction. None of these scores says that the
customers fall into natural groups.

Of the published scores, ours pass that of the forest's leaves, come close to t-SNE's, stand above UMAP's at two
clusters and below it at thirteen. Seed 001's .746 at ten clusters and .783 at fourteen lie within what its method gives
when nothing but the random seed is changed: .685 to .748 and .714 to .807.
""",
    "published": """
The published method, as it is repeated here, keeps its group under other seeds, and loses it with other customers: what
is cut is a tree of clusters, and a few customers fewer can join the best cluster to the next one or split it.
""",
    "stability": """
A sort has no seed and moves only where the last place moves. The consensus of forests keeps at least nine tenths of its
group, too, which for most part is the sort's. What a group is worth later is another question: see
[policies.md](policies.md).
""",
}
"""What a person reads in a section's tables; it follows them."""


def main(folder: Path, names: list[str]) -> None:
    """Run the sections and write each into the report as soon as it is done."""
    for name in names or list(SECTIONS):
        told = "\n".join(line.strip() for line in str(SECTIONS[name].__doc__).strip().splitlines())
        part = f"{name.capitalize()}\n\n{told}\n\n{SECTIONS[name](folder)}{READ.get(name, '')}"
        report = REPORT.read_text("utf-8") if REPORT.exists() else HEAD
        parts = {one.split("\n", 1)[0].lower(): one for one in re.split(r"(?m)^## ", report)[1:]}
        parts[name] = part
        REPORT.write_text(HEAD + "".join(f"\n## {parts[one].strip()}\n" for one in SECTIONS if one in parts), "utf-8")
        print(part)


if __name__ == "__main__":
    main(
        Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[2] / "shared" / "data",
        sys.argv[2:],
    )
