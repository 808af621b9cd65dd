"""What the record says when a run dies: plain papermill and this runner, the same faults, side by side.

    python -m benchmarks.faults [KILLED RUNS]

Every figure is computed here, and written to benchmarks/faults.md; nothing is filled in by hand. The faults are those
of the fault suite (`tests/faults/corpus.py`) that papermill has an answer to: a kernel that dies, a cell that fails, a
timeout, a signal, a full disk. A cell's own notes, in a file beside the run, say how far it really came.
"""

from __future__ import annotations

import json
import os
import platform
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil
from papermill.cli import _resolve_type
from papermill.translators import PythonTranslator

from runner import copies, settings
from runner.errors import RunnerError
from runner.reading import notebooks, pipeline
from runner.values import parameters
from tests.faults.attacks import CODE, TEXTS
from tests.faults.corpus_kernels import CELLS, KERNEL
from tests.faults.corpus_places import PLACES
from tests.faults.corpus_runner import SIGNALS, TIME
from tests.faults.deaths import Played, play
from tests.faults.lane import FLOOD, OUTPUT_MB
from tests.faults.stage import CHECKOUT, GONE_WITHIN_S, PATIENCE_S, PIPELINE, Stage, seconds_until_gone, stop_signal
from tests.faults.way import FIRST, HOLDS_THE_GIL, Way

OUTLIVES_S = 40.0
"""So long an orphan is waited for."""
DISPLAYS = 20_000
AT_A_TIME = 2
OURS_ALONE = {"run deadline", "kernel that never answers", "retries exhausted", "step timeout"}
"""Ways that papermill has no means for."""
DECLARED = """# tagged: parameters
from datetime import date
from decimal import Decimal

x: str = "1"  # a text
day: date = date(2011, 12, 9)  # a day
money: Decimal = Decimal("1.10")  # an amount"""
SHOWN = "print(repr((x, day, money)))"
NAMES = (
    f"x = {CODE} #",
    f"{CODE}; x",
    f"x; {CODE}; x",
    f"x = 1\n{CODE}\nx",
    f"x: {CODE}",
    f"x, y = {CODE}, 2 #",
    f"({CODE})\nx",
    f"x[{CODE}]",
    f"# \n{CODE} #",
    f"if {CODE}: pass #",
)
"""Code where the name of a parameter is expected."""
EXECUTES = """import json, os, pathlib, sys
canary = pathlib.Path(sys.argv[1])
ran = 0
for code in json.load(sys.stdin):
    pid = os.fork()
    if pid == 0:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        os.dup2(2, 1)
        try:
            exec(code, {"__name__": "__main__"})
        finally:
            os._exit(0)
    os.waitpid(pid, 0)
    ran += canary.exists()
    canary.unlink(missing_ok=True)
print(ran)
"""
"""Runs each cell of parameters in a process of its own, and counts the canaries that came to life."""


@dataclass
class Told:
    """What papermill left of one fault."""

    way: Way
    exit: int | None = None
    copy: str = "none"
    left: int = 0
    lies: list[str] = field(default_factory=list)


def papermill(stage: Stage, *options: str) -> list[str]:
    """The command line of plain papermill on the notebook `work`."""
    notebooks = [str(stage.pipelines / "work.ipynb"), str(stage.output / "out.ipynb")]
    return [sys.executable, "-m", "papermill", *notebooks, "--no-progress-bar", *options]


def comparable() -> list[Way]:
    """The ways that both can be put through."""
    disk = [way for way in PLACES if way.name in ("wrong kernel name", "disk full in the middle")]
    ways = [*KERNEL, *CELLS, *TIME, *SIGNALS, *disk]
    return [way for way in ways if way.name not in OURS_ALONE and way.impossible() is None]


def with_papermill(way: Way) -> Told:
    """One fault, with plain papermill."""
    told = Told(way)
    with closing(Stage.open()) as stage:
        stage.write_notebook("work", way.source, kernel=way.kernel)
        options = way.prepare(stage) or {}
        limit = ["--execution-timeout", "2"] if "cell_timeout_minutes" in way.asks else []
        process = stage.start(papermill(stage, *limit), **options)
        try:
            way.act(stage)
            told.exit = process.wait(PATIENCE_S + 20)
        except (TimeoutError, subprocess.TimeoutExpired):
            told.lies.append("it never ended")
        told.left = 0 if seconds_until_gone(stage.left, GONE_WITHIN_S) is not None else len(stage.left())
        _judge(stage, told)
    return told


def _judge(stage: Stage, told: Told) -> None:
    path = stage.output / "out.ipynb"
    ended = {number for word, number, _ in stage.noted() if word == "end"}
    if told.exit == 0 and len(ended) < len(told.way.source):
        told.lies.append("exits with 0")
    if not path.exists():
        return
    try:
        book = json.loads(path.read_bytes())
    except ValueError:
        told.copy = f"{path.stat().st_size} bytes, not JSON"
        told.lies.append("the copy is torn")
        return
    said = book["metadata"]["papermill"].get("exception")
    told.copy = f"exception: {json.dumps(said)}"
    statuses = {cell["id"]: cell["metadata"].get("papermill", {}).get("status") for cell in book["cells"]}
    completed = [name for name, status in statuses.items() if status == "completed" and name.startswith("cell-")]
    never = [name for name in completed if int(name.removeprefix("cell-")) not in ended]
    # A copy that shows cells under way says that it did not end, whatever it says of exceptions.
    if said is None and len(ended) < len(told.way.source) and not {"running", "pending"} & set(statuses.values()):
        told.lies.append("no exception")
    if never:
        told.lies.append(f"cells that never ended say completed: {len(never)}")


def torn_by_papermill(runs: int) -> tuple[int, int, int, int]:
    """Runs with 20 MB of output, killed while somebody reads: polls, torn polls, runs, 0-byte copies."""
    polls = torn = empty = 0
    chance = random.Random(1)
    for number in range(runs + 1):
        with closing(Stage.open()) as stage:
            stage.write_notebook("work", ["print('first')", FLOOD, FLOOD, "print('last')"])
            process, ends = stage.start(papermill(stage)), time.monotonic() + PATIENCE_S
            if number:
                stage.wait_for_cell(1)
                ends = time.monotonic() + chance.uniform(0, 4)
            while process.poll() is None and time.monotonic() < ends:
                seen = _valid(stage.output / "out.ipynb")
                polls, torn = polls + (seen is not None), torn + (seen is False)
                time.sleep(0.005)
            if number:
                stop_signal(process, signal.SIGKILL)
                process.wait()
                path = stage.output / "out.ipynb"
                empty += path.exists() and not path.stat().st_size
    return polls, torn, runs, empty


def _valid(path: Path) -> bool | None:
    try:
        json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValueError:
        return False
    return True


def torn_by_ours(runs: int) -> tuple[int, int, int, int]:
    """The same of this runner: reads of new content, torn ones, runs, copies that are not whole."""
    with closing(Stage.open()) as stage:
        watcher = [sys.executable, "-m", "tests.faults.watcher", str(stage.root)]
        with subprocess.Popen(watcher, cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as reading:
            lane = [sys.executable, "-m", "tests.faults.lane", str(stage.root), "1", str(runs)]
            done = subprocess.run(lane, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True, check=True)
            watched = json.loads(reading.communicate(b"")[0])
    rounds = [json.loads(line) for line in done.stdout.splitlines()]
    bad = sum(bool(one["faults"]) for one in rounds)
    return sum(watched["read"].values()), len(watched["torn"]), len(rounds), bad


def outlived(stage: Stage, command: list[str]) -> float | None:
    """How long a kernel whose cell holds the GIL outlives its killed parent."""
    stage.write_notebook("work", [FIRST, HOLDS_THE_GIL])
    process = stage.start(command)
    stage.wait_for_cell(2)
    stop_signal(process, signal.SIGKILL)
    process.wait()
    return seconds_until_gone(stage.left, OUTLIVES_S)


def ours(stage: Stage, *options: str) -> list[str]:
    """The command line of this runner on the notebook `work`."""
    return [sys.executable, "-m", "runner", "run", str(_small(stage)), *options]


def _small(stage: Stage) -> Path:
    return stage.write_pipeline({"name": PIPELINE, "steps": [{"name": "work", "notebook": "work.ipynb"}]})


def copy_of(stage: Stage) -> Path:
    """The executed copy, whoever made it."""
    folders = stage.run_folders()
    return folders[0] / "work.ipynb" if folders else stage.output / "out.ipynb"


def printed(stage: Stage, command: list[str]) -> tuple[int, str]:
    """Exit status, and what the last cell of the notebook printed."""
    status = stage.start(command).wait(PATIENCE_S)
    if not copy_of(stage).exists():
        return status, ""
    cell = json.loads(copy_of(stage).read_bytes())["cells"][-1]
    return status, "".join(text for output in cell["outputs"] for text in output.get("text", [])).strip()


def arriving() -> Iterator[tuple[str, str, str]]:
    """Parameters: what was given, what papermill made of it, what this runner made of it."""
    cases = {
        "`x` = 007, a text": (["-p", "x", "007"], ["-p", "x=007"]),
        "a misspelt name, `mony` = 2": (["-p", "mony", "2"], ["-p", "mony=2"]),
        "`day` = 2011-12-01 and `money` = 2.50": (
            ["-y", "{day: 2011-12-01, money: 2.50}"],
            ["-p", "day=2011-12-01", "-p", "money=2.50"],
        ),
    }
    for name, (theirs, own) in cases.items():
        seen = []
        for build, options in ((papermill, theirs), (ours, own)):
            with closing(Stage.open()) as stage:
                stage.write_notebook("work", [DECLARED, SHOWN])
                status, text = printed(stage, build(stage, *options))
                seen.append(f"exit {status}" + (f", the cell sees `{text}`" if text else ", nothing was started"))
        yield name, seen[0], seen[1]


def displays(build: Callable[[Stage], list[str]]) -> str:
    """How many of 20,000 displays the copy keeps."""
    with closing(Stage.open()) as stage:
        stage.write_notebook("work", [f"for number in range({DISPLAYS}): display(number)"])
        status = stage.start(build(stage)).wait(5 * PATIENCE_S)
        cells = json.loads(copy_of(stage).read_bytes())["cells"]
        kept = max(len(cell.get("outputs", [])) for cell in cells)
        return f"{kept:,} (exit {status})"


def attacked() -> tuple[int, int, int]:
    """Attempts by a parameter's name or value, and how many ran code: the cell that each tool writes is executed."""
    with closing(Stage.open()) as stage:
        canary = stage.root / "canary"
        stage.write_notebook("work", [DECLARED, SHOWN])
        asked = pipeline.read(_small(stage), settings.load(dict(stage.environment)))
        attempts = [*((name, "1") for name in NAMES), *(("x", text) for text in TEXTS.values())]
        given = [tuple(text.replace("CANARY", str(canary)) for text in attempt) for attempt in attempts]
        theirs = [str(PythonTranslator.codify({name: _resolve_type(value)})) for name, value in given]
        own = [_injected(asked, f"{name}={value}") for name, value in given]
        return len(given), _ran(theirs, canary), _ran(own, canary)


def _injected(asked: pipeline.Pipeline, given: str) -> str:
    """The cell that this runner injects; empty where the parameter is refused."""
    books, _ = notebooks.read_all({step.name: asked.notebook(step) for step in asked.ordered()})
    try:
        plan = parameters.plan(asked, books, given=[given])
    except RunnerError:
        return ""
    values = {name: one.value for name, one in plan.values["work"].items() if one.origin != "default"}
    cells = copies.prepare(books["work"].path, values).cells
    return next((str(cell.source) for cell in cells if cell.id == copies.INJECTED), "")


def _ran(cells: list[str], canary: Path) -> int:
    done = subprocess.run(
        [sys.executable, "-c", EXECUTES, str(canary)],
        input=json.dumps(cells),
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout)


def lines(told: Iterable[Told], played: Iterable[Played]) -> Iterator[str]:
    """The table of faults."""
    yield "| fault | papermill: exit | its copy | its lies | left | ours: exit | status | true | left |"
    yield "|---|---:|---|---|---:|---:|---|---|---:|"
    for one, other in zip(told, played, strict=True):
        status = (other.shown or {}).get("status", "nothing started")
        left = 0 if other.gone is not None else "some"
        true = "yes" if not other.faults else "**no:** " + "; ".join(other.faults).replace("|", "/")
        yield (
            f"| {one.way.name} | {one.exit} | {one.copy} | {'; '.join(one.lies) or '–'} | {one.left} "
            f"| {other.exit} | {status} | {true} | {left} |"
        )


def report(runs: int) -> Iterator[str]:
    """The whole page."""
    yield "# When a run dies: plain papermill and this runner\n"
    versions = ", ".join(f"{name} {version(name)}" for name in ("papermill", "nbclient", "ipykernel"))
    system = f"{platform.system()} {platform.release()}, Python {platform.python_version()}"
    day = datetime.now(UTC).date().isoformat()
    yield (
        f"`python -m benchmarks.faults {runs}` on {os.cpu_count()} cores, {system}, {versions}, {day}. "
        "Every figure is computed by the script.\n"
    )
    ways = comparable()
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        told, played = list(pool.map(with_papermill, ways)), list(pool.map(play, ways))
    yield from lines(told, played)
    lied, untrue = sum(bool(one.lies) for one in told), sum(bool(one.faults) for one in played)
    yield f"\nOf {len(ways)} faults papermill's record lies about {lied}, ours about {untrue}.\n"
    yield "| what else | papermill | ours |\n|---|---|---|"
    theirs, own = torn_by_papermill(runs), torn_by_ours(runs)
    polls = f"{theirs[1]} of {theirs[0]} | {own[1]} of {own[0]}"
    yield f"| reads that met a torn file, {OUTPUT_MB} MB of output | {polls} |"
    killed = f"{theirs[3]} of {theirs[2]} | {own[3]} of {own[2]}"
    yield f"| killed runs that left a copy of 0 bytes (ours: any untruth) | {killed} |"
    for name, left, right in arriving():
        yield f"| {name} | {left} | {right} |"
    yield f"| {DISPLAYS:,} displays: kept in the copy | {displays(papermill)} | {displays(ours)} |"
    seconds = []
    for build in (papermill, ours):
        with closing(Stage.open()) as stage:
            lived = outlived(stage, build(stage))
            seconds.append(f"more than {OUTLIVES_S:.0f} s" if lived is None else f"{lived:.2f} s")
    yield f"| a kernel whose cell holds the GIL outlives its killed parent by | {seconds[0]} | {seconds[1]} |"
    tried, ran, own_ran = attacked()
    yield f"| attempts by a parameter's name or value that ran code | {ran} of {tried} | {own_ran} of {tried} |"


def main(runs: int) -> None:
    """Write the page, and say it."""
    text = "\n".join(report(runs)) + "\n"
    Path(__file__).with_suffix(".md").write_text(text, encoding="utf-8")
    print(text)
    left = [one for one in psutil.Process().children(recursive=True) if one.status() != psutil.STATUS_ZOMBIE]
    assert not left, left


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 30)
