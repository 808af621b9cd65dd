"""Small runs: all of a run but its kernel. The step writes its files and asks to publish, as a notebook would.

Lock, record, journal, ledger, spool, delivery and promotion are the runner's own.
"""

from __future__ import annotations

import functools
import hashlib
import io
import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nbformat
import pyarrow as pa
import pyarrow.parquet as pq

from runner import attempts
from runner.execute import Execution
from runner.files import write_aside
from runner.opening import AlreadyRun
from runner.order import Order
from runner.origins import provenance
from runner.outcomes import ExitStatus, Status
from runner.progress import Reporter, console_for
from runner.reading import notebooks, pipeline
from runner.reading.choice import Choice
from runner.records.record import Metric
from runner.run import run
from runner.settings import Settings
from runner.values import parameters
from tests.storm import notes, templates
from tests.storm.effects import replace
from tests.storm.notes import MARKED, ROWS, Note, mark

STEP = "report"
ASKS = (("segments",), ("customers", "answers"))
"""The tables of each request; the artifacts go with the last."""
ALIKE = "artifacts/alike.txt"
"""A file that is the same in every run."""
ALIKE_CONTENT = b"alike in every run\n" * 99
ALIKE_SHA256 = hashlib.sha256(ALIKE_CONTENT).hexdigest()
ANSWER_WITHIN_S = 120.0
LOOK_EVERY_S = 0.005


def _rows(blank: Path, name: str, run_id: str) -> pa.Table:
    """The rows of one run for a table; who is an Insider differs from run to run."""
    table = templates.read(blank, name)
    marked = table.schema.get_field_index(MARKED[name])
    table = table.set_column(marked, MARKED[name], pa.array([mark(run_id)] * len(table), pa.string()))
    if name == "customers":
        drawn = hashlib.sha256(run_id.encode()).digest()
        insiders = pa.array([bool(byte & 1) for byte in drawn[: len(table)]])
        table = table.set_column(table.schema.get_field_index("is_insider"), "is_insider", insiders)
    return table


def without_kernel(told: Path, blank: Path, tries: attempts.Tries, *_: object) -> tuple[Execution, tuple[()]]:
    """What stands in for `attempts.run`: the step's files, its requests, and what became of it."""
    started, folder = datetime.now(UTC), tries.copy.parent
    content = {f"results/{name}.parquet": _parquet(_rows(blank, name, folder.name)) for name in MARKED}
    content |= {"artifacts/insiders.csv": f"customer_id\n{folder.name}\n".encode(), ALIKE: ALIKE_CONTENT}
    content[tries.copy.name] = json.dumps({"cells": [], "metadata": {"run": folder.name}}).encode()
    digests = {path: hashlib.sha256(text).hexdigest() for path, text in content.items()}
    notes.append(told, Note(folder.name, digests))
    for path, text in content.items():
        (folder / path).write_bytes(text)
    for number, tables in enumerate(ASKS, start=1):
        _ask(tries, number, tables, content)
    metrics = (Metric("rows", ROWS * len(MARKED), "rows"),)
    return Execution(Status.SUCCEEDED, started, datetime.now(UTC), metrics=metrics), ()


def _ask(tries: attempts.Tries, number: int, tables: tuple[str, ...], content: dict[str, bytes]) -> None:
    """Ask as a notebook does, and wait for the answer."""
    folder, spool = tries.copy.parent, Path(tries.supervision.environment["INSIDERS_SPOOL"])
    entries = {path: {"file": path, "sha256": hashlib.sha256(text).hexdigest()} for path, text in content.items()}
    artifacts = [
        {**entry, "bytes": len(content[path])} for path, entry in entries.items() if path.startswith("artifacts/")
    ]
    request: dict[str, Any] = {
        "format": 1,
        "run_id": folder.name,
        "step": STEP,
        "synthetic": False,
        "source": "storm",
        "tables": [{"name": name, "rows": ROWS, **entries[f"results/{name}.parquet"]} for name in tables],
        "artifacts": artifacts if number == len(ASKS) else [],
    }
    write_aside(spool / f"{STEP}-{number}.request.json", json.dumps(request).encode())
    receipt, ends = spool / f"{STEP}-{number}.receipt.json", time.monotonic() + ANSWER_WITHIN_S
    while not receipt.exists() and time.monotonic() < ends:
        time.sleep(LOOK_EVERY_S)


def _parquet(table: pa.Table) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink)
    return sink.getvalue()


def prepare(folder: Path, names: tuple[str, ...]) -> None:
    """Write the pipelines and their notebook."""
    folder.mkdir(parents=True, exist_ok=True)
    about = {"kernelspec": {"name": "python3", "display_name": "python3", "language": "python"}}
    cells = [nbformat.v4.new_code_cell("print('small')", id="cell-1")]
    nbformat.write(nbformat.v4.new_notebook(metadata=about, cells=cells), folder / f"{STEP}.ipynb")
    for name in names:
        content = {"name": name, "promote": "automatic", "steps": [{"name": STEP, "notebook": f"{STEP}.ipynb"}]}
        (folder / f"{name}.yml").write_text(json.dumps(content), encoding="utf-8")


def replace_kernels(told: Path, blank: Path) -> None:
    """Let this process's runs go without kernels from now on, with rows made from `blank` (see `templates`)."""
    replace(attempts, "run", functools.partial(without_kernel, told, blank))
    packages = provenance.packages_digest()
    replace(provenance, "packages_digest", lambda: packages)  # it takes longer than all the rest


def play(path: Path, settings: Settings) -> ExitStatus:
    """One run of a pipeline file, made even if it has been made before."""
    asked = pipeline.read(path, settings)
    books, _ = notebooks.read_all(asked.notebooks)
    plan = parameters.plan(asked, books)
    order = Order(asked, books, plan, f"runner run {asked.name} --force", Choice(force=True))
    try:
        return run(order, settings, Reporter(console_for(io.StringIO()))).exit_status
    except AlreadyRun:
        return ExitStatus.SUCCEEDED
