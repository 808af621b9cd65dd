"""How long the dashboard's pages take on the published rows of a million customers, on SQLite and on PostgreSQL.

    python -m benchmarks.dashboard [CUSTOMERS]

A live run of that many customers, an earlier one of a tenth, sales of 2,000 products over two years; the pages are
drawn by Streamlit's own test harness in this process, with nothing remembered (first look) and with everything (again).
What the browser needs to draw is not in it. Wants 4 GB in `TMPDIR`. Every figure is computed here, and written to
benchmarks/dashboard.md.
"""

from __future__ import annotations

import io
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa
import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboard import database as asked
from dashboard.memory import Memory
from dashboard.queries import customers as customer_queries
from dashboard.queries.customers import Wanted
from dashboard.screens import insiders
from runner.tables import database
from tests.servers import postgres_server

SEED, CHUNK = 20260115, 50_000
RUNS = {"b-earlier": date(2026, 1, 15), "c-live": date(2026, 2, 15)}
PIPELINE = "monthly"
SEGMENTS = ("Insiders", *(f"Active, {often}, {value}" for often in ("frequent", "rare") for value in ("high", "low")))
COUNTRIES = tuple(f"Country {number}" for number in range(40))
LEVELS = {"store": 10, "category": 8, "product": 30_000}
SOLD = 2_000
"""Series of a level with a history: each is asked for by itself, however many others have one."""
DAYS, AHEAD = 730, 28
PAGES = ("insiders", "store", "category", "product", "data_and_runs")
LIMIT_S = 2.0


@dataclass
class Watch:
    """Seconds that the database took over each question, its rows included, since the last look."""

    ask: Callable[[sa.Engine, sa.Select[Any]], pd.DataFrame]
    seconds: list[float] = field(default_factory=list)

    def rows(self, source: sa.Engine, query: sa.Select[Any]) -> pd.DataFrame:
        """The answer."""
        began = time.perf_counter()
        found = self.ask(source, query)
        self.seconds.append(time.perf_counter() - began)
        return found

    def taken(self) -> list[float]:
        """The seconds, which are forgotten."""
        taken, self.seconds = self.seconds, []
        return taken


def customers(run_id: str, number: int) -> Iterator[pd.DataFrame]:
    """Rows of `customers`, by the chunk: ten in a hundred are Insiders, a tenth of whom changes from run to run."""
    random = np.random.default_rng(SEED)
    for start in range(0, number, CHUNK):
        size = min(CHUNK, number - start)
        revenue = np.round(random.lognormal(6.5, 1.2, size), 2)
        moved = random.random(size) < (0.01 if run_id == "c-live" else 0)
        insider = (revenue > np.quantile(revenue, 0.9)) ^ moved
        segment = np.where(insider, SEGMENTS[0], np.array(SEGMENTS[1:])[random.integers(0, 4, size)])
        chance = np.round(random.random(size), 6)
        yield pd.DataFrame({
            "run_id": run_id,
            "customer_id": [f"{10_000_000 + start + place}" for place in range(size)],
            "first_purchase": "2024-02-01 10:00:00.000000", "last_purchase": "2026-01-20 12:00:00.000000",
            "recency_days": 26, "tenure_days": 745, "n_invoices": 7, "n_purchase_days": 7, "n_items": 210,
            "n_products": 34, "gross_revenue": revenue, "net_revenue": np.round(revenue * 0.97, 2),
            "avg_ticket": np.round(revenue / 7, 4), "avg_basket_items": 30.0, "avg_basket_products": 12.5,
            "avg_unit_price": 3.2, "frequency": 0.0094, "avg_gap_days": np.round(20 + 60 * chance, 3),
            "std_gap_days": 11.5, "gap_regularity": 0.4, "n_returns": 1, "q_returns": 3, "v_returns": 9.6,
            "return_share": 0.03, "is_wholesale": False,
            "country": np.array(COUNTRIES)[np.minimum(39, random.geometric(0.5, size) - 1)],
            "main_category": "Kitchen", "main_category_share": 0.41, "segment": segment, "is_insider": insider,
            "probability_high_value": chance,
            "why": "£1,519 gross revenue in the last 365 days; the rule asks at least £5,430 gross revenue in them",
            "map_x": np.round(random.normal(size=size), 5), "map_y": np.round(random.normal(size=size), 5),
            "at_risk": np.where(insider & (chance < 0.08), "stood below the line at the last review", None),
        })  # fmt: skip


def sales(run_id: str) -> Iterator[tuple[str, pd.DataFrame]]:
    """Rows of sales, forecasts, series_totals, totals and model_scores."""
    random = np.random.default_rng(SEED)
    past = pd.date_range("2024-02-16", periods=DAYS).strftime("%Y-%m-%d 00:00:00.000000").tolist()
    ahead = pd.date_range("2026-02-15", periods=AHEAD).strftime("%Y-%m-%d 00:00:00.000000").tolist()
    for level, number in LEVELS.items():
        names = [f"{level} {place:04d}" for place in range(number)]
        for part in (names[place : place + 200] for place in range(0, number, 200)):
            if part[0] in names[:SOLD]:
                keys = {"run_id": run_id, "level": level, "series": np.repeat(part, DAYS), "date": past * len(part)}
                yield "sales", pd.DataFrame({**keys, "value": random.poisson(20, DAYS * len(part)), "unit": "pieces"})
            keys = {"run_id": run_id, "level": level, "series": np.repeat(part, AHEAD), "date": ahead * len(part)}
            yield "forecasts", pd.DataFrame({**keys, "model": "lightgbm", "mean": 20.0, "lower": 14.0, "upper": 27.0,
                                             "coverage": 0.8})  # fmt: skip
            yield "series_totals", pd.DataFrame({
                "run_id": run_id, "level": level, "series": part, "description": [f"GIFT {name}" for name in part],
                "model": "lightgbm", "first_day": ahead[0], "last_day": ahead[-1], "days": AHEAD, "unit": "pieces",
                "sold": 540.0, "mean": 560.0, "lower": 450.0, "upper": 690.0, "coverage": 0.8, "upper_95": 800.0,
                "periods": 6, "kind": "lumpy", "flags": "new",
            })  # fmt: skip
            one = [
                (f"{level}={name}", model, "mean", "total_error", error)
                for name in part
                for model, error in (("lightgbm", 0.12), ("seasonal_naive", 0.18))
            ]
            yield "model_scores", scores(run_id, one)
        whole = [
            (level, model, fold, metric, 0.12)
            for model in ("lightgbm", "seasonal_naive", "ets")
            for fold in ("2026-01-01", "2026-01-15", "mean")
            for metric in ("total_error", "wape", "coverage")
        ]
        yield "model_scores", scores(run_id, whole)
        yield "totals", pd.DataFrame([{"run_id": run_id, "level": level, "model": "lightgbm", "first_day": ahead[0],
                                       "last_day": ahead[-1], "days": AHEAD, "unit": "pieces", "mean": 560.0 * number,
                                       "lower": 500.0 * number, "upper": 640.0 * number, "coverage": 0.8,
                                       "periods": 6}])  # fmt: skip


def scores(run_id: str, rows: list[tuple[str, str, str, str, float]]) -> pd.DataFrame:
    """Rows of `model_scores`."""
    return pd.DataFrame(rows, columns=["level", "model", "fold", "metric", "value"]).assign(run_id=run_id)


def fill(engine: sa.Engine, number: int) -> None:
    """Two runs with their rows, each promoted."""
    for place, (run_id, day) in enumerate(RUNS.items(), 1):
        at = datetime.combine(day, datetime.min.time()) + timedelta(hours=4)
        run = {"run_id": run_id, "pipeline": PIPELINE, "status": "succeeded", "logical_date": str(day),
               "started_at": str(at), "finished_at": str(at + timedelta(hours=1)), "source": "orders.parquet",
               "synthetic": False}  # fmt: skip
        add(engine, "runs", pd.DataFrame([run]))
        measured = {"gross_revenue": "£", "rows_read": "rows"}
        told = [
            {"run_id": run_id, "step": "eda", "name": name, "value": 1e6, "unit": measured[name]} for name in measured
        ]
        add(engine, "metrics", pd.DataFrame(told))
        found = []
        for rows in customers(run_id, number if run_id == "c-live" else number // 10):
            add(engine, "customers", rows)
            found.append(rows[["segment", "gross_revenue", "is_insider"]])
        add(engine, "segments", profiles(run_id, pd.concat(found)))
        if run_id == "c-live":
            for name, rows in sales(run_id):
                add(engine, name, rows)
        previous = None if place == 1 else list(RUNS)[place - 2]
        promotion = {"number": place, "pipeline": PIPELINE, "run_id": run_id, "previous_run_id": previous,
                     "kind": "promoted", "at": str(at), "by_whom": "cron", "gates": "[]"}  # fmt: skip
        add(engine, "promotions", pd.DataFrame([promotion]))
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")


def profiles(run_id: str, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of `segments` that fit the customers."""
    grouped = rows.groupby("segment")["gross_revenue"].agg(["size", "sum", "mean", "median"]).reset_index()
    total, everybody = grouped["sum"].sum(), grouped["size"].sum()
    return pd.DataFrame({
        "run_id": run_id, "segment": grouped["segment"], "value_rank": range(1, len(grouped) + 1),
        "is_insiders": grouped["segment"] == "Insiders", "customers": grouped["size"],
        "customer_share": grouped["size"] / everybody, "gross_revenue": grouped["sum"],
        "revenue_share": grouped["sum"] / total, "net_revenue": grouped["sum"], "items": grouped["size"],
        "items_share": grouped["size"] / everybody, "mean_gross_revenue": grouped["mean"],
        "median_gross_revenue": grouped["median"], "median_recency_days": 26.0, "median_invoices": 7.0,
        "median_ticket": 120.0, "median_gap_days": 30.0, "mean_return_share": 0.03, "silhouette": 0.2,
        "stability": 0.8, "action": "Invite to the loyalty programme",
    })  # fmt: skip


def add(engine: sa.Engine, table: str, rows: pd.DataFrame) -> None:
    """Rows into a table: COPY, or executemany."""
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            text = io.StringIO()
            rows.to_csv(text, index=False, header=False)
            text.seek(0)
            driver: Any = connection.connection.dbapi_connection
            with driver.cursor() as cursor:
                cursor.copy_expert(f"COPY {table} ({', '.join(rows)}) FROM STDIN WITH (FORMAT csv)", text)
            return
        marks = ", ".join("?" * len(rows.columns))
        values = rows.astype(object).where(rows.notna(), None).itertuples(index=False, name=None)
        connection.exec_driver_sql(f"INSERT INTO {table} ({', '.join(rows)}) VALUES ({marks})", list(values))


def show(page: str) -> None:
    """A page as the app shows it; the harness runs this function's source by itself."""
    import importlib  # noqa: PLC0415

    importlib.import_module(f"dashboard.screens.{page}").show()


def pages(watch: Watch) -> list[str]:
    """One line per page: first look, of which database, slowest question; and the second look."""
    lines = []
    views = [(page, "") for page in PAGES[1:]] + [(PAGES[0], part) for part in insiders.PARTS]
    for page, part in views:
        st.cache_resource.clear()
        watch.taken()
        looks, questions = [], []
        for _ in range(2):
            began = time.perf_counter()
            harness = AppTest.from_function(show, args=(page,), default_timeout=120)
            if part:
                harness.query_params["part"] = part
            done = harness.run()
            looks.append(time.perf_counter() - began)
            questions.append(watch.taken())
            assert not done.exception, done.exception
            assert len(done.metric) >= 3, page
        first = questions[0]
        seconds = [looks[0], sum(first), max(first), looks[1]]
        told = [f"{page}, {part}" if part else page, f"{len(first)}", *(f"{one:.2f}" for one in seconds)]
        lines.append(f"| {' | '.join(told)} |")
    return lines


def lists(engine: sa.Engine, number: int) -> list[str]:
    """What a reader asks of the list of customers: how many there are, and the page that is wanted."""
    run = "c-live"
    wanted = {
        "everybody": (Wanted(run), 0),
        "Insiders, a page far behind": (Wanted(run, insider=True), number // 1_000),
        "number begins with 1000": (Wanted(run, number="1000"), 0),
        "a large country and a segment": (Wanted(run, countries=(COUNTRIES[0],), segments=(SEGMENTS[2],)), 0),
        "a small country": (Wanted(run, countries=(COUNTRIES[15],)), 0),
        "gross revenue from 5,000": (Wanted(run, revenue_from=5_000), 0),
        "Insiders at risk": (Wanted(run, insider=True, at_risk=True), 0),
    }
    lines = []
    for name, (one, page) in wanted.items():
        memory, seconds = Memory(engine), []
        began = time.perf_counter()
        assert memory.rows(customer_queries.count(one))["customers"].iloc[0], name
        seconds.append(time.perf_counter() - began)
        numbers = memory.rows(customer_queries.numbers(one, page))["customer_id"].tolist()
        assert len(memory.rows(customer_queries.these(run, numbers))) == len(numbers) > 0, name
        seconds.append(time.perf_counter() - began - seconds[0])
        lines.append(f"| {name} | {seconds[0]:.2f} | {seconds[1]:.2f} |")
    return lines


@contextmanager
def places(folder: Path) -> Iterator[dict[str, str]]:
    """The two databases' addresses."""
    with contextmanager(postgres_server._get_wrapped_function())() as server:
        yield {
            "SQLite": f"sqlite:///{folder}/insiders.db",
            "PostgreSQL": f"postgresql+psycopg2://insiders@127.0.0.1:{server.port}/postgres",
        }


def loaded() -> str:
    """How much else the machine has to do, without which seconds say nothing."""
    return f"{os.getloadavg()[0]:.1f} processes wanted the {os.cpu_count()} cores when the pages were looked at."


def measured(name: str, url: str, number: int) -> list[str]:
    """The section of the report about one database."""
    filling = database.engine(url)
    database.migrate(filling)
    began = time.perf_counter()
    fill(filling, number)
    filled = time.perf_counter() - began
    os.environ["INSIDERS_DATABASE_URL"] = url
    watch = Watch(asked.rows)
    asked.rows = watch.rows
    AppTest.from_function(show, args=("data_and_runs",), default_timeout=120).run()  # loads the libraries
    lines = [
        f"## {name}", "", f"Filled in {filled:,.0f} s. {loaded()}", "",
        "| page | questions | first look, s | of which database, s | slowest, s | again, s |",
        "|---|---:|---:|---:|---:|---:|", *pages(watch), "",
        "| list of customers | counting, s | its page, s |", "|---|---:|---:|", *lists(asked.engine(url), number), "",
    ]  # fmt: skip
    asked.rows = watch.ask
    return lines


def main() -> None:
    """Fill, look, write down."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory(prefix="insiders-dashboard-") as folder, places(Path(folder)) as both:
        sections = [line for name, url in both.items() for line in measured(name, url, number)]
    told = (
        f"A live run of {number:,} customers, an earlier one of {number // 10:,}, "
        f"sales of {sum(LEVELS.values()):,} series over {DAYS} days; "
        f"the aim is under {LIMIT_S:g} s a page. The first look has nothing in memory but the databases' own caches; "
        "drawing in the browser is not in it."
    )
    where = (
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores shared with other work, Python "
        f"{platform.python_version()}, Streamlit {version('streamlit')}, SQLAlchemy {version('sqlalchemy')}."
    )
    head = ["# The dashboard's pages on many customers", "", told, "", where, ""]
    Path(__file__).with_suffix(".md").write_text("\n".join([*head, *sections]).rstrip() + "\n", encoding="utf-8")
    print("\n".join(sections))


if __name__ == "__main__":
    main()
