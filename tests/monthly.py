"""The monthly pipeline as cron starts it: a process of its own, with nothing but an environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[1]


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


def runner(*arguments: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Call the runner the way cron does: a bare environment, no terminal, another working directory."""
    bare = {"PATH": os.environ["PATH"], "HOME": environment["INSIDERS_OUTPUT"], **environment}
    command = [sys.executable, "-m", "runner", *arguments]
    return subprocess.run(command, env=bare, cwd="/", capture_output=True, text=True, check=False)


def run_monthly(*arguments: str, environment: dict[str, str]) -> Finished:
    """Run the pipeline and find the folder of the run it made."""
    done = runner("run", "monthly", *arguments, environment=environment)
    folders = sorted(path.parent for path in Path(environment["INSIDERS_OUTPUT"]).glob("monthly/*/run.json"))
    assert folders, done.stdout + done.stderr
    return Finished(done.returncode, done.stdout + done.stderr, folders[-1], environment)
