"""A run that stopped, for the tests of what is brought back from it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from runner.editing import scratch
from runner.editing.scratch import Attached
from tests.runner.conftest import bench_in

TEXT = """steps:
  - {name: writes, notebook: writes.ipynb, parameters: {number: 5}}
  - {name: item, notebook: item.ipynb, needs: [writes], parameters: {level: bad}}
  - {name: reads, notebook: reads.ipynb, needs: [item, writes]}
"""


@dataclass
class Stopped:
    """A run whose second step failed, and whose third was skipped."""

    folder: Path
    manifest: dict[str, Any]
    notebooks: Path

    def step(self, name: str) -> dict[str, Any]:
        """A step's part of the manifest."""
        return next(one for one in self.manifest["steps"] if one["name"] == name)

    def attach(self, name: str, target: Path, *, fresh: bool = False) -> Attached:
        """The step in a scratch folder at `target`."""
        step = self.step(name)
        return scratch.make(self.folder, self.manifest, step, self.notebooks / step["notebook"], target, fresh=fresh)


@pytest.fixture(scope="session")
def ran(tmp_path_factory: pytest.TempPathFactory, checkout: Path) -> Stopped:
    """The run itself, which no test changes."""
    bench = bench_in(tmp_path_factory.mktemp("stopped"), checkout)
    ended = bench.run(TEXT)
    return Stopped(ended.folder, ended.manifest, bench.folder)


@pytest.fixture
def copied(ran: Stopped, tmp_path: Path) -> Callable[[], Stopped]:
    """Makes a copy of the run and of its notebooks that a test may change."""

    def make() -> Stopped:
        folder, books = tmp_path / ran.folder.name, tmp_path / "notebooks"
        shutil.copytree(ran.folder, folder)
        shutil.copytree(ran.notebooks, books)
        return Stopped(folder, ran.manifest, books)

    return make
