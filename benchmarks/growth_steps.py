"""The steps that `benchmarks.growth` measures: each reads what those before left in a folder, and counts its rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from insiders import clusters, forecasting, handoff, spaces
from insiders.customers import out_of_core
from insiders.customers.features import features
from insiders.series.daily import daily_sales_of_run
from insiders.sources import load
from insiders.transactions import prepare
from runner.delivery.publication import Rows
from runner.delivery.staging import stage
from runner.records import digests
from runner.tables import database
from runner.tables.run_rows import write_run
from tests import results
from tests.runner import runs
from tests.servers import postgres_server

MEMORY, SEED = "4GB", 42


def shop(folder: Path) -> Path:
    """The file of the shop."""
    return next(folder.glob("shop-*.parquet"))


def reading(folder: Path) -> int:
    """01_eda's reading, in pandas: the contract of every line."""
    return len(load(str(shop(folder))).transactions)


def cleaning(folder: Path) -> int:
    """01_eda's cells in pandas: reading, filters, features; nothing is written."""
    raw = load(str(shop(folder))).transactions
    return len(features(prepare(raw).transactions))


def prepared(folder: Path) -> int:
    """The same by DuckDB with 4 GB of memory, and the tables that 01_eda hands on written."""
    done = out_of_core.prepare_files([shop(folder)], folder, memory=MEMORY, spill=folder)
    people = done.customers
    source = results.source().assign(rows=done.prepared.rows_read)
    handoff.write(folder, "source", source)
    best = people["gross_revenue"].rank(ascending=False) <= max(1, len(people) // 10)
    labels = pd.DataFrame({"customer_id": people["customer_id"], "segment": np.where(best, "Insiders", "Others")})
    labels = labels.assign(is_insider=best, probability_high_value=0.5, why="by rank", map_x=0.0, map_y=0.0)
    handoff.write(folder, "labels", labels)
    return len(people)


def daily(folder: Path) -> int:
    """Daily sales by product and category, by DuckDB from the tables."""
    return len(daily_sales_of_run(folder, ("product", "category"), memory=MEMORY, spill=folder))


def spaces_fitted(folder: Path) -> int:
    """02_clustering's spaces, the four that it compares."""
    people = handoff.read(folder, "customers")
    found = spaces.fit(people, spaces.fitting.COMPARED, seed=SEED)
    return len(found["scaled"].points)


def clusters_compared(folder: Path) -> int:
    """02_clustering's comparison in the scaled space: all models, 2 to 15 clusters."""
    people = handoff.read(folder, "customers")
    points = spaces.fit(people, ["scaled"], seed=SEED)["scaled"].points
    return len(clusters.compare({"scaled": points}, k_range=range(2, 16), seed=SEED).scores) and len(people)


def followed(folder: Path) -> int:
    """03_forecast's series of products, made of all lines in pandas."""
    found = forecasting.follow(str(folder), "product", panel=None, granularity="day", series_most=20, coherent=False)
    return len(found.sales)


def forecast(folder: Path) -> int:
    """03_forecast's contest of the models for the total of the shop."""
    found = forecasting.follow(str(folder), "total", panel=None, granularity="day", series_most=20, coherent=False)
    origins = forecasting.rolling_origins(found, 28, 6)
    forecasting.contest(
        found, origins, 28, models=["weekday_means", "ets", "lightgbm"], metric="wape", retrain=True, fitted_in=None,
        search_seconds=0.0, seed=SEED,
    )  # fmt: skip
    return len(found.sales)


def rows(folder: Path) -> int:
    """The customers' rows as 04_report publishes them, checked and written."""
    people = handoff.read(folder, "customers")
    run = results.run_folder(runs.settings(folder / "delivery", f"sqlite:///{folder}/none.db"))
    one = results.rows("customers", 1).iloc[0]
    others = {name: one[name] for name in handoff.RESULTS["customers"].columns if name not in people}
    made = people.assign(**others)[list(handoff.RESULTS["customers"].columns)]
    return pq.read_metadata(handoff.write_result(run, "customers", made)).num_rows


def published(folder: Path) -> int:
    """These rows by COPY into PostgreSQL, counted and added up there, in one transaction; a server's start included."""
    if not (found := sorted(folder.glob("delivery/**/results/customers.parquet"))):
        rows(folder)
        found = sorted(folder.glob("delivery/**/results/customers.parquet"))
    path = found[-1]
    run, number = path.parents[1], pq.read_metadata(path).num_rows
    facts = {"name": "customers", "file": "results/customers.parquet", "rows": number, "sha256": digests.of_file(path)}
    with contextmanager(postgres_server._get_wrapped_function())() as server:
        engine = database.engine(f"postgresql+psycopg2://insiders@127.0.0.1:{server.port}/postgres")
        database.migrate(engine)
        with engine.begin() as connection:
            write_run(connection, runs.run_row(run))
            done = stage(connection, run.name, "report", Rows.model_validate(facts), path)
        engine.dispose()
    return done.rows


STEPS: Mapping[str, Callable[[Path], int]] = {
    "reading": reading,
    "cleaning": cleaning,
    "prepared": prepared,
    "daily": daily,
    "spaces": spaces_fitted,
    "clusters": clusters_compared,
    "series": followed,
    "forecast": forecast,
    "rows": rows,
    "publish": published,
}
