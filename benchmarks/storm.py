"""What a storm leaves of the archive: a plain script and this runner, under the same weather, side by side.

    python -m benchmarks.storm [KILLS]

Processes are killed at named points and by the clock, up to half of the requests to the bucket go wrong, and the
PostgreSQL server goes down hard (`tests/storm`). Every figure is computed here, and written to benchmarks/storm.md.
"""

from __future__ import annotations

import os
import platform
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
import psycopg2

from benchmarks import plain
from tests.servers import AWS, Server, make_bucket, postgres_server, s3_server
from tests.storm.ground import HOSTS, Ground
from tests.storm.notes import MARKED, ROWS
from tests.storm.storm import Storm, bad_line, play, rage
from tests.storm.weather import Weather

SEED = 20260115
TABLES = "; ".join(f"CREATE TABLE {table} (run_id text, n bigint)" for table in MARKED)


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    who: str
    runs: int
    storm: Storm
    lost: int
    doubled: int
    torn: int


@dataclass(frozen=True)
class Places:
    """The two servers."""

    postgres: Server
    s3_port: int
    s3: Any

    def database(self, name: str) -> str:
        """The URL of a new database."""
        with closing(self.connected("postgres")) as connection:
            connection.autocommit = True
            connection.cursor().execute(f"CREATE DATABASE {name}")
        return f"postgresql+psycopg2://insiders:never-checked@127.0.0.1:{self.postgres.port}/{name}"

    def connected(self, name: str) -> Any:  # noqa: ANN401 - psycopg2 comes without types
        """A connection to a database."""
        return psycopg2.connect(f"host=127.0.0.1 port={self.postgres.port} user=insiders dbname={name}")


@contextmanager
def places() -> Iterator[Places]:
    """Both servers, for as long as the context lasts."""
    os.environ.update(AWS)
    opened = [contextmanager(fixture._get_wrapped_function()) for fixture in (postgres_server, s3_server)]
    with opened[0]() as postgres, opened[1]() as s3:
        yield Places(postgres, s3.port, boto3.client("s3", endpoint_url=f"http://127.0.0.1:{s3.port}"))


def ours(here: Places, root: Path, kills: int) -> Row:
    """The storm over this runner."""
    storm = rage(root, here.postgres, here.database("ours"), here.s3_port, here.s3, seed=SEED, kills=kills)
    found, statuses = storm.verdict, storm.verdict.statuses
    ended = sum(statuses[status] for status in ("succeeded", "failed", "lost", "skipped"))
    torn = len(found.torn) + len(storm.mixed) + len(storm.commands) + len(storm.broken)
    return Row("this runner", ended, storm, len(found.lost), len(found.doubled), torn)


def theirs(here: Places, root: Path, kills: int) -> Row:
    """The storm over the plain script; in the end it is started until each month that was begun is done."""
    storm, begun, bucket = Storm(SEED), time.monotonic(), f"plain-{uuid4().hex[:12]}"
    url = here.database("plain")
    with closing(here.connected("plain")) as connection, connection:
        connection.cursor().execute(f"{TABLES}; CREATE TABLE runs (run_id text)")
    make_bucket(here.s3, bucket)
    with bad_line(here.s3_port, SEED) as (line, port):
        ground = Ground(root, url, bucket, f"http://127.0.0.1:{port}").make()
        weather = Weather(random.Random(SEED), here.postgres, line)
        play(ground, weather, storm, kills, "benchmarks.plain")
        for host, pipeline in sorted((host, name) for host, names in HOSTS.items() for name in names):
            while plain.script(ground, host, "run", pipeline):
                time.sleep(0.1)
    storm.weather, storm.seconds = weather.happened, time.monotonic() - begun
    return _judged(here, storm, bucket)


def _judged(here: Places, storm: Storm, bucket: str) -> Row:
    """Months that are written down, and what of them is missing, twice there, or said to be there and is not."""
    with closing(here.connected("plain")) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT run_id, count(*) FROM runs GROUP BY run_id")
        runs = dict(cursor.fetchall())
        rows: dict[str, Counter[str]] = {}
        for table in MARKED:
            cursor.execute(f"SELECT run_id, count(*) FROM {table} GROUP BY run_id")
            rows[table] = Counter(dict(cursor.fetchall()))
    pages = here.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    kept = {one["Key"] for page in pages for one in page.get("Contents", [])}
    short = {run for run in runs if any(rows[table][run] < ROWS for table in MARKED)}
    gone = {run for run in runs if any(f"{run}/{file}" not in kept for file in (*plain.FILES, "run.json"))}
    twice = {run for run, times in runs.items() if times > 1 or any(rows[table][run] > ROWS for table in MARKED)}
    torn = {key.partition("/")[0] for key in kept if key.endswith("run.json")} & gone
    return Row("plain script", len(runs), storm, len(short | gone), len(twice), len(torn))


def report(kills: int) -> Iterator[str]:
    """The whole page."""
    yield "# In a storm: a plain script and this runner\n"
    versions = ", ".join(f"{name} {version(name)}" for name in ("boto3", "moto", "psycopg2-binary", "sqlalchemy"))
    system = f"{platform.system()} {platform.release()}, Python {platform.python_version()}"
    day = datetime.now(UTC).date().isoformat()
    yield (
        f"`python -m benchmarks.storm {kills}` on {os.cpu_count()} cores, {system}, {versions}, {day}. "
        "Every figure is computed by the script.\n"
    )
    yield "| | runs | SIGKILLs | hard stops of PostgreSQL | lost | doubled | torn | seconds |"
    yield "|---|---:|---:|---:|---:|---:|---:|---:|"
    with places() as here:
        for storm_over in (theirs, ours):
            with tempfile.TemporaryDirectory(prefix="storm-") as root:
                row = storm_over(here, Path(root), kills)
            yield (
                f"| {row.who} | {row.runs} | {row.storm.kills} | {row.storm.stops} | {row.lost} | {row.doubled} "
                f"| {row.torn} | {row.storm.seconds:.0f} |"
            )
    yield (
        "\nA run is lost where a file or a row of it is missing though it has ended, doubled where rows of it are "
        "there more than once, torn where its manifest speaks of what is not there. Of this runner each fault is "
        "counted on its own, and so is whatever a reader met meanwhile, and what `runner verify` finds."
    )


def main(kills: int) -> None:
    """Write the page, and say it."""
    text = "\n".join(report(kills)) + "\n"
    Path(__file__).with_suffix(".md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 210)
