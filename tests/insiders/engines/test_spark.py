"""Spark finds the same customers as DuckDB, from the same statements."""

from __future__ import annotations

import importlib
import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from insiders import demo_shop
from insiders.customers import out_of_core
from insiders.engines.duck import duck
from insiders.engines.engine import Engine
from insiders.series.daily import daily_sales
from insiders.transactions.filters import chosen
from insiders.transactions.from_files import prepare_files

PACKAGES = ("pyspark==4.3.0", "sqlglot==30.30.0")
"""The test fetches them where the extra `spark` is not installed: half a gigabyte, which the lock is spared."""
SMALL = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.shuffle.partitions": "1",
    "spark.sql.adaptive.enabled": "false",
    # Compiling each stage would cost more than running it on so few rows.
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.driver.memory": "512m",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
}


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The module of the engine; a skip where Java or the packages cannot be had."""
    if shutil.which("java") is None:
        pytest.skip("Spark wants Java 17 or later, which is not installed")
    with pytest.MonkeyPatch.context() as patch:
        if importlib.util.find_spec("pyspark") is None:
            place, uv = tmp_path_factory.mktemp("spark"), Path(sys.prefix) / "bin" / "uv"
            fetch = [
                str(uv),
                "pip",
                "install",
                "--quiet",
                "--python",
                sys.executable,
                "--target",
                str(place),
                *PACKAGES,
            ]
            if not uv.exists() or subprocess.run(fetch, capture_output=True).returncode:
                pytest.skip(
                    f"{' and '.join(PACKAGES)} could not be fetched: no package index answers, or uv is missing"
                )
            patch.syspath_prepend(place)
            patch.setenv("PYTHONPATH", str(place))
        yield importlib.import_module("insiders.engines.spark")


@pytest.fixture(scope="module")
def engines(spark: Any) -> Iterator[tuple[Engine, Engine]]:
    """Both engines, Spark in this process's own Java."""
    with duck() as small, spark.spark("local[1]", SMALL) as large:
        yield small, large


def test_both_engines_find_the_same(engines: tuple[Engine, Engine], tmp_path: Path) -> None:
    """Ladder, quarantine, netted lines, customers and daily sales of a shop in two files are the same on both."""
    rows = demo_shop.generate(customers=60, seed=3)
    half = len(rows) // 2
    names = [str(tmp_path / "b.parquet"), str(tmp_path / "a.parquet")]
    for name, part in zip(names, (rows[:half], rows[half:]), strict=True):
        part.to_parquet(name, index=False, coerce_timestamps="us")  # Spark reads no nanoseconds
    prepared = [prepare_files(engine, names, chosen()) for engine in engines]
    pd.testing.assert_frame_equal(prepared[0].ladder, prepared[1].ladder)
    same = ["place", "row", "reason"]
    pd.testing.assert_frame_equal(prepared[0].quarantine[same], prepared[1].quarantine[same])
    assert prepared[0].netted_lines == prepared[1].netted_lines > 0
    people = [out_of_core.customers(engine) for engine in engines]
    pd.testing.assert_frame_equal(people[0], people[1], rtol=1e-9, atol=1e-9)
    sold = [daily_sales(engine) for engine in engines]
    pd.testing.assert_frame_equal(sold[0], sold[1], rtol=1e-9, atol=1e-9)
