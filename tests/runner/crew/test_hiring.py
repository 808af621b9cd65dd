"""Who runs the steps."""

import subprocess
import sys
from pathlib import Path

import pytest

from runner import cli
from runner.crew import hiring
from runner.errors import PreflightError
from tests.runner.bench import Bench, one


def test_nothing_of_dask_is_loaded_without_a_cluster() -> None:
    """A run that stays on this machine loads neither dask nor distributed."""
    code = "import sys, runner.departure, runner.commands.run; print({'dask', 'distributed'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra the refusal says how to get it."""
    monkeypatch.delitem(sys.modules, "runner.crew.cluster", raising=False)
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(PreflightError, match=r"insiders\[cluster\]"), hiring.joined("tcp://127.0.0.1:9"):
        pass


@pytest.mark.parametrize(
    "given", [["--workers", "0"], ["--workers", "two"], ["--workers", "2", "--cluster", "tcp://h"]]
)
def test_a_crew_that_cannot_be_is_refused(bench: Bench, given: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """How many steps run side by side is a whole number from 1 on, and no cluster is asked for beside it."""
    path: Path = bench.write(one("writes"))
    with pytest.raises(SystemExit) as refused:
        cli.main(["run", str(path), *given])
    assert refused.value.code == 2
    assert "--workers" in capsys.readouterr().err


def test_the_pipeline_file_may_say_how_many(bench: Bench) -> None:
    """What the command says counts before what the file says; without both it is one."""
    assert bench.order("workers: 3\n" + one("writes")).workers == 3
    assert bench.order("workers: 3\n" + one("writes"), workers=2).workers == 2
    assert bench.order(one("writes")).workers == 1
