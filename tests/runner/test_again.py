"""What has been made before."""

from __future__ import annotations

import dataclasses
import subprocess
import sys

import pytest

from runner import again, cli
from runner.outcomes import ExitStatus
from runner.reading.choice import Choice
from runner.records.paths import SPOOL
from tests.runner.bench import Bench, one

LATER = {"papermill", "sqlalchemy", "alembic", "pyarrow", "boto3", "botocore", "numpy", "requests"}


@pytest.fixture
def made(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> str:
    """The id of a run that has succeeded, where the environment names its output folder."""
    monkeypatch.setenv("INSIDERS_OUTPUT", str(bench.settings.output))
    monkeypatch.delenv("INSIDERS_DATABASE_URL", raising=False)
    assert cli.main(["run", str(bench.write(one("values")))]) == ExitStatus.SUCCEEDED
    (folder,) = bench.settings.output.glob("small/0*")
    return folder.name


def test_it_is_told_before_anything_heavy_is_loaded(bench: Bench, made: str) -> None:
    """The run that has done the work is named, and neither kernels nor databases nor buckets are loaded for it."""
    path = bench.folder / "small.yml"
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "runner", "run", str(path)], capture_output=True, text=True
    )
    assert done.returncode == ExitStatus.SUCCEEDED
    assert f"run {made} succeeded" in " ".join(done.stdout.split())
    assert not LATER & {line.split("|")[-1].strip() for line in done.stderr.splitlines()}
    assert len(list(bench.settings.output.glob("small/0*"))) == 1


@pytest.mark.usefixtures("made")
def test_what_waits_for_its_delivery_is_not_kept_waiting(bench: Bench) -> None:
    """As long as the spool holds a run, the command goes the whole way, which delivers it first."""
    order = bench.order(one("values"))
    assert again.found(order, bench.settings) is not None
    (bench.settings.output / SPOOL / "x.json").write_text("{}")
    assert again.found(order, bench.settings) is None


@pytest.mark.usefixtures("made")
def test_who_chooses_steps_or_force_is_not_told(bench: Bench) -> None:
    """A choice asks for the work itself."""
    order = bench.order(one("values"))
    assert again.found(dataclasses.replace(order, choice=Choice(force=True)), bench.settings) is None
    assert again.found(dataclasses.replace(order, choice=Choice(only="values")), bench.settings) is None
