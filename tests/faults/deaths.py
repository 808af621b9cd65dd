"""One way to die, played with the real command line, and everything that is not true of it afterwards.

python -m tests.faults.deaths [PART OF A NAME]      prints the table of all ways
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import nbformat

from tests.faults.corpus import WAYS
from tests.faults.stage import CHECKOUT, GONE_WITHIN_S, PATIENCE_S, PIPELINE, Stage, seconds_until_gone, tell, torn
from tests.faults.way import Way

AT_A_TIME = 4
"""Runs that are played beside each other; most of them wait most of their time."""
_LOOK = "import sys; from runner.cli import main; sys.exit(main(sys.argv[1:]))"
_STOPPED = "papermill-error-cell-tag"


@dataclass
class Played:
    """What was seen of one way."""

    way: Way
    exit: int | None = None
    record: dict[str, Any] | None = None
    """`run.json` of the run, once a command has looked at it."""
    listed: dict[str, Any] | None = None
    """The run in `runner history --json`."""
    shown: dict[str, Any] | None = None
    """The run in `runner show --json`."""
    copy: nbformat.NotebookNode | None = None
    said: str = ""
    noted: list[tuple[str, int, int]] = field(default_factory=list)
    gone: float | None = None
    """Seconds until no process of it was left; None where some stayed."""
    faults: list[str] = field(default_factory=list)
    """What is not true, in words."""


def play(way: Way) -> Played:
    """Play one way, and find its faults."""
    stage = Stage.open()
    played = Played(way)
    try:
        _run(stage, played)
        _look(stage, played)
        played.faults += [*_faults(played), *torn(stage.output), *way.check(stage)]
    except Exception as error:  # noqa: BLE001 - the others are played and told nevertheless
        played.faults.append(f"{type(error).__name__}: {error}")
    finally:
        stage.close()
    return played


def _run(stage: Stage, played: Played) -> None:
    way = played.way
    stage.write_notebook("work", way.source, kernel=way.kernel)
    stage.write_notebook("after", ["print('after')"], first=101)
    steps = [
        {"name": "work", "notebook": "work.ipynb", **way.asks},
        {"name": "after", "notebook": "after.ipynb", "needs": ["work"]},
    ]
    path = stage.write_pipeline({"name": PIPELINE, **way.pipeline, "steps": steps})
    options = way.prepare(stage) or {}
    process = stage.run("run", str(path), **options)
    try:
        way.act(stage)
        played.exit = process.wait(PATIENCE_S)
    except (TimeoutError, subprocess.TimeoutExpired) as error:
        played.faults.append(f"it did not end: {error}")
    played.gone = seconds_until_gone(stage.left, GONE_WITHIN_S)
    if played.gone is None:
        commands = [" ".join(one.cmdline())[:80] for one in stage.left()]
        played.faults.append(f"{len(commands)} processes were left: {commands}")
    played.said, played.noted = stage.said(), stage.noted()


def _look(stage: Stage, played: Played) -> None:
    """What the commands and the files say."""
    listed = _asked(stage, "history", "--json", "-n", "0")
    folders = stage.run_folders()
    folder = folders[-1] if folders else None  # the first run, where a second one was refused
    if folder is None or not (folder / "run.json").exists():
        played.faults += [f"history lists {one['run_id']}, which has no record" for one in listed or []]
        return
    played.listed = next((one for one in listed or [] if one["run_id"] == folder.name), None)
    played.shown = _asked(stage, "show", folder.name, "--json")
    played.record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    if (folder / "work.ipynb").exists():
        try:
            played.copy = nbformat.read(folder / "work.ipynb", as_version=4)
            nbformat.validate(played.copy)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with a copy is a fault of it
            played.faults.append(f"the copy is no notebook: {type(error).__name__}: {error}")


def _asked(stage: Stage, *command: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-c", _LOOK, *command], env=stage.environment, cwd=CHECKOUT, capture_output=True, check=False
    )
    return json.loads(done.stdout) if done.stdout else None


def _faults(played: Played) -> Iterator[str]:
    way = played.way
    if played.exit not in way.exit:
        yield f"it exits with {played.exit}, not {' or '.join(map(str, way.exit))}"
    if "Traceback" in played.said:
        yield f"the person meets a traceback: {played.said.strip().splitlines()[-1]}"
    if way.run is None:
        if not re.search(way.reason, played.said):
            yield f"the person is not told {way.reason!r}, but {played.said[-200:]!r}"
        if played.record is not None and played.record["status"] == "succeeded":
            yield "there is a record of success"
    elif played.record is None:
        yield "there is no record"
    else:
        yield from _record_faults(way, played.shown or played.record)
        yield from _witness_faults(played, played.record)
        yield from _copy_faults(played, played.record)


def _record_faults(way: Way, record: dict[str, Any]) -> Iterator[str]:
    status, reason = record["status"], record["reason"] or ""
    if not re.fullmatch(way.run or "", status) and not (status == "running" and "lost" in (way.run or "")):
        yield f"the run is {status}, not {way.run}"
    if not re.search(way.reason, reason):
        yield f"the reason is {reason!r}, without {way.reason!r}"
    if "\n" in reason:
        yield f"the reason has several lines: {reason!r}"
    steps = {step["name"]: step for step in record["steps"]}
    for name, expected in (("work", way.step or way.run or ""), ("after", way.after)):
        if name in steps and not re.fullmatch(expected, steps[name]["status"]):
            yield f"the step {name} is {steps[name]['status']}, not {expected}"
    if "work" in steps and status != "running":
        cells = [cell["status"] for cell in steps["work"]["cells"]]
        known = cells or ["not_run"] * len(way.statuses)
        if len(known) != len(way.statuses) or not all(map(re.fullmatch, way.statuses, known)):
            yield f"the cells are {cells}, not {list(way.statuses)}"


def _witness_faults(played: Played, record: dict[str, Any]) -> Iterator[str]:
    """The commands agree with the record, and the cells' own notes with what is said of them."""
    for name, told in (("history", played.listed), ("show", played.shown)):
        if told is None:
            yield f"{name} does not have the run"
        elif told["status"] != record["status"] and not (record["status"] == "running" and told["status"] == "lost"):
            yield f"{name} says {told['status']}, the record {record['status']}"
    begun = {number for word, number, _ in played.noted if word == "begin"}
    ended = {number for word, number, _ in played.noted if word == "end"}
    for step in (played.shown or record)["steps"]:
        if step["name"] not in ("work", "after") or any(cell["status"] == "cached" for cell in step["cells"]):
            continue
        first = 1 if step["name"] == "work" else 101
        for number, cell in enumerate(step["cells"], start=first):
            if cell["status"] == "succeeded" and number not in ended and not played.way.asks.get("for_each"):
                yield f"{step['name']}, cell {number} is said to have succeeded, and did not"
            if cell["status"] == "not_run" and number in begun:
                yield f"{step['name']}, cell {number} is said not to have run, and did"


def _copy_faults(played: Played, record: dict[str, Any]) -> Iterator[str]:
    step = next((step for step in record["steps"] if step["name"] == "work"), None)
    if played.copy is None or step is None:
        if step is not None and step["cells"] and step["status"] not in ("lost", "failed"):
            yield "there is no copy"
        return
    ended = {number for word, number, _ in played.noted if word == "end"}
    told = [cell.metadata.get("papermill", {}).get("status") for cell in played.copy.cells if cell.cell_type == "code"]
    for number, status in enumerate(told, start=1):
        if status == "completed" and number not in ended:
            yield f"the copy says that cell {number} completed, and it did not"
    if step["status"] == "lost" or record["status"] in ("lost", "running"):
        return
    words = ["succeeded" if status == "completed" else status for status in told]
    if words != [cell["status"] for cell in step["cells"]]:
        yield f"the copy says {words}, the record {[cell['status'] for cell in step['cells']]}"
    marked = [cell.id for cell in played.copy.cells if _STOPPED in cell.metadata.get("tags", [])]
    if any(word != "succeeded" for word in words) is not bool(marked):
        yield f"the copy of a step that {step['status']} is marked {marked}"


def table(played: list[Played]) -> str:
    """One line for each way: what was expected, what was seen, and what is not true."""
    lines = ["| way | expected | exit | run | cells | gone after | true |", "|---|---|---:|---|---|---:|---|"]
    for one in played:
        way, record = one.way, one.shown or one.record or {}
        step: dict[str, Any] = next((step for step in record.get("steps", []) if step["name"] == "work"), {})
        cells = " ".join(cell["status"] for cell in step.get("cells", []))
        expected = f"{way.run or 'nothing started'}, {'/'.join(map(str, way.exit))}"
        gone = "left" if one.gone is None else f"{one.gone:.2f} s"
        faults = "yes" if not one.faults else "**no:** " + "; ".join(one.faults).replace("|", "/").replace("\n", " ")
        lines.append(
            f"| {way.name} | {expected} | {one.exit} | {record.get('status', '–')} | {cells} | {gone} | {faults} |"
        )
    return "\n".join(lines)


def main(part: str = "") -> int:
    """Play all ways whose name holds a text, and print the table."""
    chosen = [way for way in WAYS if part in way.name]
    possible = [way for way in chosen if way.impossible() is None]
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        played = list(pool.map(play, possible))
    tell(table(played))
    for way in chosen:
        if reason := way.impossible():
            tell(f"not tried: {way.name}: {reason}")
    true = sum(not one.faults for one in played)
    tell(f"{true} of {len(played)} outcomes are true")
    return true != len(played)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
