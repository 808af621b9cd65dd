"""How long the reviewer's pages take on an archive of many runs, and what two equal runs differ in.

    python -m benchmarks.desk [RUNS]

The archive holds manifests with as many steps and metrics as those of a monthly run, one in ten failed; the plain way
beside it reads every manifest anew for each page. For the comparison the monthly pipeline runs twice on the generated
shop (minutes), and nbdime's own `nbdiff` stands beside `runner diff`, both as processes of their own. Writes
benchmarks/desk.md.
"""

from __future__ import annotations

import json
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any
from uuid import UUID

from runner.desk.app import application
from runner.desk.catalogue.index import Index
from runner.records.record import MANIFEST
from runner.settings import Settings
from tests.monthly import LIGHT, NOTEBOOKS, run_monthly, runner
from tests.runner.desk.archives import a_step, put, settings_in
from tests.runner.desk.serving import served

HERE = Path(__file__).parent
STEPS, METRICS = 6, 15
REPEATS = 9
PAGES = {
    "the list": "/",
    "a late page of it": "/?page=150",
    "sorted by a metric": "/?pipeline=monthly&sort=-share_1&show=share_1",
    "metric above a value": "/?metric=share_1%20%3E%3D%200.5",
    "a parameter's value": "/?parameter=k%20%3D%208",
    "failed runs of a year": "/?status=failed&since=2026-01-01&until=2026-12-31",
    "a text": "/?text=october",
    "a metric over time": "/metrics?pipeline=monthly&metric=step_1.share_1",
    "the calendar": "/calendar?pipeline=monthly",
    "a run": "RUN",
}


def main(runs: int) -> None:
    """Measure, and write the page."""
    with tempfile.TemporaryDirectory() as folder:
        lines = [*_head(runs), *_lists(Path(folder) / "many", runs), *_equal(Path(folder) / "equal")]
    (HERE / "desk.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


def _head(runs: int) -> list[str]:
    used = ", ".join(f"{name} {version(name)}" for name in ("starlette", "nbdime"))
    return [
        "# The reviewer's desk on many runs, and the comparison of two equal ones",
        "",
        f"{datetime.now(UTC):%Y-%m-%d}, 2 cores shared with other work, Python {platform.python_version()}, {used}.",
        "",
        f"## {runs:,} runs",
        "",
    ]


def _lists(folder: Path, runs: int) -> list[str]:
    settings = settings_in(folder)
    last = _fill(settings, runs)
    first = _seconds(lambda: _refreshed(settings))
    plain = _seconds(lambda: sum(1 for _ in _manifests(settings.output)))
    rows = []
    with served(application(settings, index=folder / "index.sqlite")) as site:
        site.get("/")
        for name, path in PAGES.items():
            path = f"/runs/monthly/{last}" if path == "RUN" else path
            taken = []
            for _ in range(REPEATS):
                began = time.perf_counter()
                answer = site.get(path)
                taken.append(time.perf_counter() - began)
                assert answer.status == 200, (path, answer.text[:300])
            middle = statistics.median(taken)
            rows.append(f"| {name} | {1000 * middle:.0f} | {1000 * max(taken):.0f} | {plain / middle:.0f} |")
    return [
        f"The index is made once, in {first:.1f} s; reading every manifest anew takes {plain:.1f} s.",
        "",
        f"| page | median of {REPEATS}, ms | slowest, ms | reading every manifest takes so many times as long |",
        "|---|---:|---:|---:|",
        *rows,
        "",
    ]


def _refreshed(settings: Settings) -> None:
    index = Index(settings.output, settings.checkout / "index.sqlite")
    index.refresh()
    index.close()


def _manifests(output: Path) -> Iterator[Any]:
    for path in output.glob(f"*/*/{MANIFEST}"):
        yield json.loads(path.read_text(encoding="utf-8"))


def _fill(settings: Settings, runs: int) -> str:
    """An archive of so many daily runs; the id of the last."""
    names = [f"step_{number}" for number in range(STEPS)]
    figures = {f"share_{number}": 0.1 for number in range(METRICS)}
    parameters = {"k": {"value": 8, "from": "default"}}
    steps = [a_step(name, figures=figures, parameters=parameters) for name in names]
    first = put(settings, *steps, ledger=False)
    text = json.loads((first / MANIFEST).read_text(encoding="utf-8"))
    began = datetime(1999, 1, 1, 4, tzinfo=UTC)
    for number in range(1, runs):
        day = began + timedelta(days=number)
        run_id = str(UUID(int=(int(day.timestamp() * 1000) << 80) | (7 << 76) | (2 << 62) | number))
        status = "failed" if number % 10 == 0 else "succeeded"
        facts = {"run_id": run_id, "started": day.isoformat(), "logical_date": str(date(day.year, day.month, day.day))}
        for step in text["steps"]:
            for place, metric in enumerate(step["metrics"]):
                metric["value"] = (number * 7 + place) % 100 / 100
        reason = "October is missing" if status == "failed" else None
        folder = first.parent / run_id
        folder.mkdir()
        told = text | facts | {"status": status, "reason": reason}
        (folder / MANIFEST).write_text(json.dumps(told), encoding="utf-8")
    return first.name


def _equal(folder: Path) -> list[str]:
    folder.mkdir()
    environment = {"INSIDERS_OUTPUT": str(folder), "INSIDERS_SOURCE": "demo:800"}
    one, two = (run_monthly(*LIGHT, *more, environment=environment).folder for more in ((), ("--force",)))
    hunks, plain = 0, 0.0
    for name in NOTEBOOKS:
        command = [str(Path(sys.executable).with_name("nbdiff")), "--no-color", str(one / name), str(two / name)]
        began = time.perf_counter()
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        plain += time.perf_counter() - began
        hunks += sum(line.startswith("## ") for line in said.splitlines())
    taken = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        said = runner("diff", one.name, two.name, "--json", environment=environment).stdout
        taken.append(time.perf_counter() - began)
    found = 0 if json.loads(said)["empty"] else "some"
    return [
        "## Two equal runs of the monthly pipeline",
        "",
        "| | differences | s |",
        "|---|---:|---:|",
        f"| `nbdiff`, {len(NOTEBOOKS)} executed copies one after the other | {hunks} | {plain:.1f} |",
        f"| `runner diff`, all of the run, median of {REPEATS} | {found} | {statistics.median(taken):.2f} |",
    ]


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
