"""The rows that every run publishes, but for what marks them as a run's own.

Another process writes them: those of a storm, which are forked all the time, stay small without pandas.
"""

from __future__ import annotations

import functools
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tests.faults.stage import CHECKOUT
from tests.storm.notes import MARKED, ROWS

WRITES = """import sys
from tests import results
for table in sys.argv[3:]:
    results.rows(table, int(sys.argv[2])).to_parquet(f"{sys.argv[1]}/{table}.parquet", index=False)
"""


def make(folder: Path) -> Path:
    """Write the rows, in a process of their own; the folder."""
    folder.mkdir()
    subprocess.run([sys.executable, "-c", WRITES, str(folder), str(ROWS), *MARKED], cwd=CHECKOUT, check=True)
    return folder


@functools.cache
def read(folder: Path, table: str) -> pa.Table:
    """The rows for a table."""
    return pq.read_table(folder / f"{table}.parquet").replace_schema_metadata(None)
