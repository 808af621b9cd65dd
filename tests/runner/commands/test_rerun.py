"""`runner rerun`."""

from __future__ import annotations

import argparse
import io
import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from runner.commands import rerun
from runner.errors import UsageError
from runner.order import Order
from runner.progress import Reporter
from runner.reading import notebooks, pipeline
from runner.records import archive
from runner.run import run
from runner.settings import Settings
from runner.values import parameters

METRIC = """import json
from pathlib import Path
import shop
from IPython.display import display
display({"application/vnd.insiders.metric+json": {"name": "price", "value": shop.PRICE * k}}, raw=True)
Path(run_folder, "tables", "prices.txt").write_text(f"{shop.PRICE}")"""
PIPELINE = """name: small
parameters: {k: 3}
steps: [{name: prices, notebook: prices.ipynb}]
promote: automatic
"""


def code(name: str, source: str, *tags: str) -> dict[str, Any]:
    """A code cell."""
    kept: dict[str, Any] = {"outputs": [], "execution_count": None}
    return {"cell_type": "code", "id": name, "metadata": {"tags": list(tags)}, "source": source, **kept}


@dataclass(frozen=True)
class Checkout:
    """A repository with a pipeline, a notebook and a package, and runs of it."""

    places: Settings

    @property
    def folder(self) -> Path:
        return self.places.checkout

    def git(self, *arguments: str) -> str:
        command = ["git", "-C", str(self.folder), "-c", "user.name=a", "-c", "user.email=a@b", *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def commit(self) -> None:
        self.git("add", ".")
        self.git("commit", "-q", "-m", "more")

    def run(self) -> dict[str, Any]:
        """Run the pipeline with an own value of its parameter, and give the manifest."""
        asked = pipeline.read(self.folder / "notebooks" / "small.yml", self.places)
        books, _ = notebooks.read_all(asked.notebooks)
        plan = parameters.plan(asked, books, given=["k=5"])
        silent = Reporter(Console(file=io.StringIO()))
        ended = run(Order(asked, books, plan, "runner run small"), self.places, silent)
        assert ended.exit_status == 0, ended.record.reason
        return ended.manifest


@pytest.fixture
def checkout_with_shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checkout:
    """A repository with one commit; its output lies elsewhere."""
    folder, output = tmp_path / "checkout", tmp_path / "output"
    (folder / "notebooks").mkdir(parents=True)
    (folder / "shop.py").write_text("PRICE = 7\n")
    (folder / "notebooks" / "small.yml").write_text(PIPELINE)
    cells = [code("c0", "k: int = 1\nrun_folder: str = '.'", "parameters"), code("c1", METRIC)]
    content = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}
    (folder / "notebooks" / "prices.ipynb").write_text(json.dumps(content))
    monkeypatch.setenv("PYTHONPATH", str(folder))
    made = Checkout(Settings(checkout=folder, output=output, database_url=f"sqlite:///{output}/insiders.db"))
    made.git("init", "-q", "-b", "main")
    made.commit()
    return made


@pytest.fixture
def rerun_of(
    checkout_with_shop: Checkout, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, dict[str, Any]]]:
    """Calls the command for a run, and gives its exit status and its JSON."""

    def called(run_id: str, *options: str) -> tuple[int, dict[str, Any]]:
        parser = argparse.ArgumentParser()
        rerun.add_arguments(parser)
        given = parser.parse_args([run_id, "--json", *options])
        given.command_line = f"runner rerun {run_id}"
        status = rerun.repeat(given, checkout_with_shop.places)
        return int(status), json.loads(capsys.readouterr().out)

    return called


def test_the_code_of_then_gives_what_it_gave(checkout_with_shop: Checkout, rerun_of: Any) -> None:
    """Commit, uncommitted changes and values are those of the run, whatever the checkout holds now."""
    (checkout_with_shop.folder / "shop.py").write_text("PRICE = 9\n")
    (checkout_with_shop.folder / "new.py").write_text("")
    first = checkout_with_shop.run()
    (checkout_with_shop.folder / "shop.py").write_text("PRICE = 1\n")
    checkout_with_shop.commit()
    status, found = rerun_of(first["run_id"])
    assert (status, found["equal"], found["same"], found["circumstances"]) == (0, True, {"prices": 2}, {})
    again = archive.read_manifest(checkout_with_shop.places.output / "small" / found["repetition"])
    assert again["parent"] == {"repeated": first["run_id"]}
    assert again["provenance"]["git"]["commit"] == first["provenance"]["git"]["commit"]
    assert again["provenance"]["git"]["diff_sha256"] == first["provenance"]["git"]["diff_sha256"]
    assert again["steps"][0]["status"] == "succeeded"
    assert again["steps"][0]["parameters"]["k"]["value"] == 5
    assert again["steps"][0]["metrics"][0]["value"] == 45
    assert len(checkout_with_shop.git("worktree", "list").splitlines()) == 1


def test_the_code_of_today_is_compared(checkout_with_shop: Checkout, rerun_of: Any) -> None:
    """With --current-code what differs is told: metrics with the difference, files, and what was not as it was."""
    first = checkout_with_shop.run()
    (checkout_with_shop.folder / "shop.py").write_text("PRICE = 8\n")
    status, found = rerun_of(first["run_id"], "--current-code")
    assert (status, found["equal"]) == (1, False)
    metric, file = found["differences"]
    assert (metric["name"], metric["earlier"], metric["later"], metric["detail"]) == ("price", 35, 40, "+5")
    assert (file["kind"], file["name"]) == ("file", "tables/prices.txt")
    assert found["circumstances"] == {"prices": "shop changed"}


def test_what_cannot_be_had_again_is_refused(checkout_with_shop: Checkout, rerun_of: Any) -> None:
    """Altered changes and changes that were not kept are told with the way out, and nothing is run."""
    (checkout_with_shop.folder / "shop.py").write_text("PRICE = 9\n")
    first = checkout_with_shop.run()
    folder = checkout_with_shop.places.output / "small" / first["run_id"]
    (folder / "changes.diff").write_text("altered")
    with pytest.raises(UsageError, match=r"missing or altered.*--current-code"):
        rerun_of("latest")
    manifest = json.loads((folder / "run.json").read_text())
    manifest["provenance"]["git"]["diff_note"] = "a secret was taken out"
    (folder / "run.json").write_text(json.dumps(manifest))
    with pytest.raises(UsageError, match=r"a secret was taken out; --current-code"):
        rerun_of("latest")
    manifest["provenance"]["git"] |= {"commit": "0" * 40, "dirty": False, "diff_sha256": None}
    (folder / "run.json").write_text(json.dumps(manifest))
    with pytest.raises(UsageError, match=r"commit 000000000000 is not in this repository"):
        rerun_of("latest")
    assert len(archive.run_folders(checkout_with_shop.places.output)) == 1
    assert len(checkout_with_shop.git("worktree", "list").splitlines()) == 1
