"""A run as it is started from the command line."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from runner import cli
from tests.runner.bench import Bench, one


@pytest.fixture
def output(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The output folder that the environment names."""
    monkeypatch.setenv("INSIDERS_OUTPUT", str(bench.settings.output))
    monkeypatch.delenv("INSIDERS_DATABASE_URL", raising=False)
    return bench.settings.output


def test_a_run_tells_how_it_went(bench: Bench, output: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Progress goes to stderr and the manifest to stdout with --json; the exit status is that of the run."""
    path = bench.write(one("dies"))
    assert cli.main(["run", str(path), "--json"]) == 6
    shown = capsys.readouterr()
    manifest = json.loads(shown.out)
    assert (manifest["status"], manifest["command"]) == ("kernel_died", f"runner run {path} --json")
    assert "[1/1] dies: started" in shown.err
    assert Path(output, "small", manifest["run_id"], "dies.ipynb").is_file()


def test_preflight_refuses_before_anything_is_made(
    bench: Bench, output: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A missing input is exit status 3, and no run folder is made."""
    path = bench.write("inputs: {source: /nowhere/shop.csv}\n" + one("reads_source"))
    assert cli.main(["run", str(path)]) == 3
    assert "nothing was started" in capsys.readouterr().err
    assert not (output / "small").exists()


def test_a_wrong_parameter_is_refused_before_anything_is_loaded(bench: Bench, output: Path) -> None:
    """Exit status 2 and every fault on stderr, without a kernel, papermill or a run folder."""
    path = bench.write(one("values"))
    command = ["-X", "importtime", "-m", "runner", "run", str(path), "-p", "nmber=3", "-p", "flag=maybe"]
    done = subprocess.run([sys.executable, *command], capture_output=True, text=True)
    assert done.returncode == 2
    assert "did you mean number?" in done.stderr
    assert "'maybe' is neither true nor false" in done.stderr
    assert not {"papermill", "sqlalchemy", "boto3"} & {line.split("|")[-1].strip() for line in done.stderr.splitlines()}
    assert not output.exists()
