"""The monthly pipeline as cron starts it, a process with nothing but an environment, and what every good run shows."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

CHECKOUT = Path(__file__).resolve().parents[1]
FORECASTS = [f"03_forecast.{number}.ipynb" for number in (1, 2, 3)]
NOTEBOOKS = ["01_eda.ipynb", "02_clustering.ipynb", *FORECASTS, "04_report.ipynb"]
RESULTS = ["customers", "segments", "forecasts", "sales", "totals", "series_totals", "model_scores", "answers"]
GIB = 1024**3
LIGHT = [
    *("-p", "clustering.spaces_compared=scaled,forest_leaves", "-p", "clustering.policies_compared=faded_revenue,rfm"),
    *("-p", "clustering.classifiers=revenue,logistic", "-p", "clustering.refits=1", "-p", "clustering.rounds=0"),
    *("-p", "forecast.models=weekday_means,theta,mean", "-p", "forecast.folds=3", "-p", "forecast.series_most=6"),
]
"""What the notebooks leave out when the runner runs them here: by hand, in `test_by_hand`, they have it all."""


@dataclass(frozen=True)
class Finished:
    """A run that has ended, as a person finds it."""

    exit_status: int
    output: str
    folder: Path
    environment: dict[str, str]

    @property
    def manifest(self) -> dict[str, Any]:
        """The run's `run.json`."""
        return json.loads((self.folder / "run.json").read_text(encoding="utf-8"))

    @property
    def metrics(self) -> dict[str, Any]:
        """Every metric of every step, by name."""
        return {metric["name"]: metric["value"] for step in self.manifest["steps"] for metric in step["metrics"]}

    def copies(self) -> dict[str, dict[str, Any]]:
        """The executed copies by name."""
        return {path.name: json.loads(path.read_text(encoding="utf-8")) for path in sorted(self.folder.glob("*.ipynb"))}


def runner(*arguments: str, environment: dict[str, str], here: str | Path = "/") -> subprocess.CompletedProcess[str]:
    """Call the runner the way cron does: a bare environment, no terminal, another working directory."""
    bare = {"PATH": os.environ["PATH"], "HOME": environment["INSIDERS_OUTPUT"], **environment}
    command = [sys.executable, "-m", "runner", *arguments]
    return subprocess.run(command, env=bare, cwd=here, capture_output=True, text=True, check=False)


def run_monthly(*arguments: str, environment: dict[str, str]) -> Finished:
    """Run the pipeline and find the folder of the run it made."""
    done = runner("run", "monthly", *arguments, environment=environment)
    folders = sorted(path.parent for path in Path(environment["INSIDERS_OUTPUT"]).glob("monthly/*/run.json"))
    assert folders, done.stdout + done.stderr
    return Finished(done.returncode, done.stdout + done.stderr, folders[-1], environment)


class GoodRun:
    """What holds for every run that succeeded; the fixture `finished` is the run."""

    def test_succeeds(self, finished: Finished) -> None:
        """The run ends with exit status 0, every step succeeded and every cell of every copy ran."""
        assert finished.exit_status == 0, finished.output
        assert finished.manifest["status"] == "succeeded"
        assert {step["status"] for step in finished.manifest["steps"]} == {"succeeded"}
        cells = [cell for step in finished.manifest["steps"] for cell in step["cells"]]
        assert {cell["status"] for cell in cells} == {"succeeded"}

    def test_leaves_clean_copies(self, finished: Finished) -> None:
        """The executed copies show no error, no warning and nothing on the error stream."""
        copies = finished.copies()
        assert list(copies) == NOTEBOOKS
        shown = [(name, output) for name, copy in copies.items() for output in outputs(copy)]
        noisy = [(name, output) for name, output in shown if output["output_type"] == "error"]
        noisy += [(name, output) for name, output in shown if output.get("name") == "stderr"]
        noisy += [(name, output) for name, output in shown if "Warning:" in text_of(output)]
        assert not noisy, noisy

    def test_shows_figures(self, finished: Finished) -> None:
        """Each notebook's copy holds pictures, and each ends in the receipt of its publication."""
        for name, copy in finished.copies().items():
            pictures = [output for output in outputs(copy) if "image/png" in output.get("data", {})]
            assert len(pictures) >= 3, name
            last = [text_of(output) for cell in copy["cells"][-2:] for output in cell.get("outputs", [])]
            assert any("Delivered" in text for text in last), (name, last)

    def test_stays_small(self, finished: Finished) -> None:
        """Every step stays under 1.5 GiB of memory, so that a small host can run it."""
        peaks = {step["name"]: step["peak_memory_bytes"] / GIB for step in finished.manifest["steps"]}
        assert all(0.05 < peak < 1.5 for peak in peaks.values()), peaks

    def test_files_are_as_recorded(self, finished: Finished) -> None:
        """Every file in the manifest is in the run folder with the digest it has there."""
        files = [file for step in finished.manifest["steps"] for file in step["files"]]
        assert len(files) > 20
        for file in files:
            assert hashlib.sha256((finished.folder / file["path"]).read_bytes()).hexdigest() == file["sha256"], file

    def test_rows_are_current(self, finished: Finished) -> None:
        """The database holds the run's rows once, the views show them, and the CSV names the same Insiders."""
        with database(finished).connect() as connection:
            for table in RESULTS:
                rows = connection.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar_one()
                assert rows > 0, table
                assert connection.execute(sa.text(f"SELECT count(*) FROM current_{table}")).scalar_one() == rows, table
            insiders = sa.text("SELECT customer_id FROM current_customers WHERE is_insider")
            current = set(connection.execute(insiders).scalars())
        with (finished.folder / "artifacts" / "insiders.csv").open(encoding="utf-8-sig", newline="") as file:
            assert {row["customer_id"] for row in csv.DictReader(file)} == current
        assert finished.metrics["insiders"] == len(current)

    def test_history_and_show_tell_of_it(self, finished: Finished) -> None:
        """`history` lists the run and `show latest` prints its metrics."""
        listed = runner("history", environment=finished.environment)
        assert finished.folder.name[:8] in listed.stdout
        shown = runner("show", "latest", environment=finished.environment)
        assert shown.returncode == 0
        assert "silhouette" in shown.stdout

    def test_report_stands_alone(self, finished: Finished) -> None:
        """report.html loads nothing from anywhere and runs no script."""
        page = (finished.folder / "artifacts" / "report.html").read_text(encoding="utf-8")
        assert "<script" not in page.lower()
        assert not [word for word in ('src="http', 'href="http', "@import", "url(http") if word in page.lower()]


def database(finished: Finished) -> sa.Engine:
    """The database that the run delivered to."""
    default = f"sqlite:///{finished.environment['INSIDERS_OUTPUT']}/insiders.db"
    url = sa.make_url(finished.environment.get("INSIDERS_DATABASE_URL", default))
    return sa.create_engine(url.set(drivername=url.drivername.replace("postgresql", "postgresql+psycopg2")))


def outputs(copy: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every output of an executed copy."""
    for cell in copy["cells"]:
        yield from cell.get("outputs", [])


def text_of(output: dict[str, Any]) -> str:
    """All the text of an output, pictures left out."""
    data = {kind: text for kind, text in output.get("data", {}).items() if not kind.startswith("image/")}
    parts = [output.get("text", ""), *data.values()]
    return "".join("".join(part) if isinstance(part, list) else str(part) for part in parts)
