"""Spark: tables on a cluster, for what has outgrown one host; wants the packages of the extra ``spark`` and Java 17."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import sqlglot
from pyspark.sql import SparkSession
from pyspark.sql import functions as F  # noqa: N812 - the name it goes by everywhere

from insiders.engines.engine import PART, ROW

LOCAL = "^file:/+"
SETTINGS = {
    # A transaction has the time on the shop's clock, which has no zone.
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.session.timeZone": "UTC",
    # What follows from equal names of many joined tables is more than a planner can hold: a gigabyte for one SELECT.
    "spark.sql.constraintPropagation.enabled": "false",
}


class Spark:
    """An engine on a cluster; see `insiders.engines.engine.Engine`."""

    distributed = True

    def __init__(self, session: SparkSession) -> None:
        self._session = session

    def files(self, name: str, paths: Sequence[str]) -> pa.Schema:
        """Name Parquet files, or folders of such, wherever the cluster reaches them."""
        reader = self._session.read
        places = [file for path in paths for file in sorted(reader.parquet(path).inputFiles())]
        rows = reader.parquet(*paths)
        schema = rows.limit(0).toArrow().schema
        place = F.regexp_replace(F.col("_metadata.file_path"), LOCAL, r"file:/")  # Spark spells it in two ways
        part = F.array_position(F.array(*(F.lit(re.sub(LOCAL, "file:/", file)) for file in places)), place) - 1
        rows.select("*", part.alias(PART), F.col("_metadata.row_index").alias(ROW)).createOrReplaceTempView(name)
        return schema

    def keep(self, name: str, select: str, *, computed: bool = True) -> None:
        """Name what a SELECT finds; ``computed``: now, in the folder for checkpoints or else on the workers.

        What is merely cached keeps its whole history, which Spark plans and tells anew at each question: 140 processor
        seconds for one customer table of a thousand lines.
        """
        rows = self._session.sql(translated(select))
        if computed:
            safe = self._session.sparkContext.getCheckpointDir() is not None
            rows = rows.checkpoint() if safe else rows.localCheckpoint()
        rows.createOrReplaceTempView(name)

    def table(self, select: str) -> pa.Table:
        """What a SELECT finds, brought to this process."""
        return self._session.sql(translated(select)).toArrow()

    def write(self, select: str, path: Path) -> None:
        """Write what a SELECT finds as a folder of files; the order of their names is that of the SELECT."""
        self._session.sql(translated(select)).write.mode("overwrite").parquet(str(path))

    def close(self) -> None:
        """End the session, and with it all that it held."""
        self._session.stop()


def translated(select: str) -> str:
    """A SELECT of DuckDB's in Spark's dialect."""
    return sqlglot.transpile(select, read="duckdb", write="spark")[0]


@contextmanager
def spark(
    master: str | None = None, settings: Mapping[str, str] | None = None, *, checkpoints: str | None = None
) -> Iterator[Spark]:
    """Spark at an address such as ``spark://host:7077`` or ``yarn``, or the one that the environment is set up for.

    ``checkpoints`` is a folder that all hosts reach, for what is found on the way; without one it lies on the workers,
    and the loss of a worker ends the work.
    """
    builder = SparkSession.builder.appName("insiders")
    if master is not None:
        builder = builder.master(master)
    session = builder.config(map={**SETTINGS, **(settings or {})}).getOrCreate()
    if checkpoints is not None:
        session.sparkContext.setCheckpointDir(checkpoints)
    engine = Spark(session)
    try:
        yield engine
    finally:
        engine.close()
