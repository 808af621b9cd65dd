"""How long reading transactions takes, and how much memory, by format; each reading in a process of its own.

    python benchmarks/reading.py [CUSTOMERS]

Writes the generated shop (10,000 customers, about 300,000 rows, unless said otherwise) as CSV, packed CSV, Parquet and
XLSX into a temporary folder, and reads each with `insiders.sources` (typed, checked, broken rows set aside) and with
plain pandas (types guessed, nothing checked) for comparison. pandas reads XLSX only where openpyxl is installed.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd

from insiders import demo_shop

MEASURE = """
import sys, time
from pathlib import Path
{read}
start = time.perf_counter()
rows = read(sys.argv[1])
seconds = time.perf_counter() - start
status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
print(rows, seconds, int(status["VmHWM"].split()[0]) / 1024)
"""
"""A program that prints rows, seconds and the peak of its memory in MiB (Linux)."""

OURS = """
from insiders import sources
def read(path): return sources.load(path).rows_read
"""

PANDAS = """
import pandas as pd
readers = {"parquet": pd.read_parquet, "xlsx": pd.read_excel}
def read(path): return len(readers.get(path.split(".")[-1], pd.read_csv)(path))
"""

WRITERS: Mapping[str, Callable[[pd.DataFrame, Path], object]] = {
    "sales.csv": lambda rows, path: rows.to_csv(path, index=False),
    "sales.csv.gz": lambda rows, path: rows.to_csv(path, index=False),
    "sales.parquet": lambda rows, path: rows.to_parquet(path, index=False),
    "sales.xlsx": lambda rows, path: rows.to_excel(path, index=False, engine="xlsxwriter"),
}
"""Files to read, and how they are written."""


def measured(program: str, path: Path) -> str:
    """Rows, seconds and peak memory of a reading program, or why there are none."""
    command = [sys.executable, "-c", MEASURE.replace("{read}", program), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return f"failed: {done.stderr.strip().splitlines()[-1]}"
    rows, seconds, peak = done.stdout.split()
    return f"{int(rows):>9,} rows  {float(seconds):6.2f} s  {float(peak):6.0f} MiB at the peak"


def main(customers: int) -> None:
    """Write, read and print."""
    start = time.perf_counter()
    rows = demo_shop.generate(customers=customers)
    print(f"generated: {len(rows):,} rows in {time.perf_counter() - start:.2f} s")
    rows = rows[rows["unit_price"].lt(float("inf"))]  # no workbook holds infinity
    with tempfile.TemporaryDirectory() as folder:
        for name, write in WRITERS.items():
            path = Path(folder, name)
            write(rows, path)
            print(f"{name:<14} {path.stat().st_size / 2**20:6.1f} MiB")
            print(f"  insiders  {measured(OURS, path)}")
            print(f"  pandas    {measured(PANDAS, path)}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
