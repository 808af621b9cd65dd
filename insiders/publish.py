"""Publication: a notebook says what it has found, the runner delivers it, the cell shows the receipt as evidence."""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from IPython.display import display

from insiders import handoff
from insiders.errors import HandoffError, PublishError
from insiders.receipts import Receipt, delivered, planned

METRIC = "application/vnd.insiders.metric+json"
WAIT_S = 120.0
ROOMS = ("artifacts", "tables", "results")
"""Folders of the run in which a published file may lie."""
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_FILE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)+")


def publish(
    run_folder: str | os.PathLike[str],
    *,
    tables: Mapping[str, pd.DataFrame] | None = None,
    artifacts: Sequence[str | os.PathLike[str]] = (),
    wait_s: float = WAIT_S,
) -> Receipt:
    """Publish rows for the database and files for the archive; wait for the runner, and return its receipt.

    `tables` are checked against `handoff.RESULTS`; `artifacts` are files, or folders of files, in the run's folders
    artifacts/, tables/ or results/. Everything wrong is named in one `PublishError` before anything is asked for; a
    refusal by the runner is a `PublishError` too. By hand, without a runner, nothing is delivered and the receipt
    shows what would be.
    """
    folder = Path(run_folder).resolve()
    request = _request(folder, tables or {}, [_in_folder(Path(run_folder), asked) for asked in artifacts])
    spool = os.environ.get("INSIDERS_SPOOL")
    if not spool:
        return Receipt("shown", None, planned(request))
    run_id, step = os.environ["INSIDERS_RUN_ID"], os.environ["INSIDERS_STEP"]
    asked = _ask(Path(spool), step, {"format": 1, "run_id": run_id, "step": step, **request})
    return _answer(asked.with_name(asked.name.replace(".request.json", ".receipt.json")), request, wait_s)


def metric(name: str, value: float | str, unit: str = "") -> None:
    """Show a figure of the step and hand it to the runner, which keeps it in the run's record.

    `value` is a number or a text; a missing or infinite number is a `PublishError`, since no gate could judge it.
    """
    if not _NAME.fullmatch(name):
        raise PublishError(f"the metric {name!r} needs a plain name: letters, digits, '_', '-' and '.'")
    plain = value.item() if isinstance(value, np.generic) else value
    if isinstance(plain, bool) or not isinstance(plain, int | float | str):
        raise PublishError(f"the metric {name!r} has the value {value!r}: give a number or a text")
    if isinstance(plain, float) and not math.isfinite(plain):
        raise PublishError(f"the metric {name!r} is {value}: give a finite number, or leave the metric out")
    message = {"name": name, "value": plain, "unit": unit}
    shown = plain if isinstance(plain, str) else f"{plain:,.6g}" if isinstance(plain, float) else f"{plain:,}"
    display({METRIC: message, "text/plain": f"{name}: {shown} {unit}".rstrip()}, raw=True)


def _in_folder(run_folder: Path, asked: str | os.PathLike[str]) -> Path:
    """The file asked for, spelt from the run folder or from the working directory, as a path of the real run folder."""
    here, given = (Path(os.path.normpath(Path(path).absolute())) for path in (asked, run_folder))
    return run_folder.resolve() / (here.relative_to(given) if here.is_relative_to(given) else asked)


def _request(folder: Path, tables: Mapping[str, pd.DataFrame], artifacts: Sequence[Path]) -> dict[str, Any]:
    """What is to be delivered, all of it checked and written; a `PublishError` names every fault."""
    files, faults = _artifact_files(folder, artifacts)
    checked = {}
    for name, rows in tables.items():
        try:
            checked[name] = handoff.check(name, rows, handoff.RESULTS)
        except HandoffError as broken:
            faults.append(str(broken))
    try:
        source = handoff.read(folder, "source").iloc[0]
    except HandoffError as broken:
        faults.append(str(broken))
    if faults:
        raise PublishError("\n".join(["nothing was published:", *faults]))
    return {
        "synthetic": bool(source["synthetic"]),
        "source": str(source["name"]),
        "source_sha256": str(source["sha256"]),
        "tables": [
            _table_entry(folder, handoff.write_result(folder, name, rows), name) for name, rows in checked.items()
        ],
        "artifacts": [_file_entry(folder, file) for file in files],
    }


def _artifact_files(folder: Path, artifacts: Sequence[Path]) -> tuple[list[Path], list[str]]:
    """The files asked for, folders spelt out, and what is wrong with any of them."""
    files: list[Path] = []
    faults = []
    for path in artifacts:
        found = sorted(inner for inner in path.rglob("*") if inner.is_file()) if path.is_dir() else [path]
        if not found or not found[0].is_file():
            faults.append(f"{path}: is not there, or empty")
            continue
        for file in found:
            fault = _place_fault(folder, file)
            (faults.append(fault) if fault else files.append(file))
    return list(dict.fromkeys(files)), faults


def _place_fault(folder: Path, file: Path) -> str | None:
    if file.resolve() != file.absolute() or not file.is_relative_to(folder):
        return f"{file}: does not lie in the run folder {folder}, or is reached through a link"
    inside = file.relative_to(folder)
    if inside.parts[0] not in ROOMS:
        return f"{file}: lies in none of the run's folders {', '.join(ROOMS)}"
    if not _FILE.fullmatch(inside.as_posix()):
        return f"{file}: needs a plain name: letters, digits, '_', '-' and '.'"
    return None


def _table_entry(folder: Path, file: Path, name: str) -> dict[str, Any]:
    rows = pq.read_metadata(file).num_rows
    return {"name": name, "file": file.relative_to(folder).as_posix(), "rows": rows, "sha256": _digest(file)}


def _file_entry(folder: Path, file: Path) -> dict[str, Any]:
    return {"file": file.relative_to(folder).as_posix(), "bytes": file.stat().st_size, "sha256": _digest(file)}


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _ask(spool: Path, step: str, request: Mapping[str, Any]) -> Path:
    """Put the request into the spool: written aside, on the disk, then in place under the step's next number."""
    number = 1 + len(list(spool.glob(f"{step}-*.request.json")))
    path = spool / f"{step}-{number}.request.json"
    aside = spool / f".{path.name}"
    with aside.open("w", encoding="utf-8") as file:
        json.dump(request, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
    return path


def _answer(receipt: Path, request: Mapping[str, Any], wait_s: float) -> Receipt:
    """The runner's answer; where none comes in time the delivery is pending, since the request stays in the spool."""
    deadline, pause = time.monotonic() + wait_s, 0.02
    while not receipt.exists():
        if time.monotonic() > deadline:
            return Receipt("pending", f"the runner did not answer within {wait_s:g} s", planned(request))
        time.sleep(pause)
        pause = min(pause * 1.5, 0.5)
    answer = json.loads(receipt.read_text(encoding="utf-8"))
    if answer["status"] == "refused":
        raise PublishError(f"the runner refused to publish: {answer['reason']}")
    if answer["status"] == "pending":
        return Receipt("pending", answer["reason"], planned(request))
    return Receipt("delivered", None, delivered(answer, request))
