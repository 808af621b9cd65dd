"""`runner run`: its options; what it runs is tested with `runner.launch` and `runner.run`."""

from pathlib import Path

import pytest

from runner import cli
from tests.runner.bench import Bench, one

pytestmark = pytest.mark.usefixtures("shared_output")


def test_options_reach_the_parameters(shared_bench: Bench, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """-p, -f and --as-of are all looked at before anything runs."""
    file = tmp_path / "some.yml"
    file.write_text("number: 99\n")
    path = shared_bench.write(one("values"))
    assert cli.main(["run", str(path), "-p", "flag=maybe", "-f", str(file), "--as-of", "2011-09-30"]) == 2
    shown = capsys.readouterr().err
    assert "-p flag: flag (bool): 'maybe'" in shown
    assert "some.yml, line 1: number (int): 99" in shown
    assert "--as-of: no parameter as_of" in shown


def test_a_broken_notebook_is_exit_status_3(shared_bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is started for a notebook that is not there."""
    path = shared_bench.write("steps: [{name: a, notebook: nowhere.ipynb}, {name: b, notebook: lost.ipynb}]")
    assert cli.main(["run", str(path)]) == 3
    shown = capsys.readouterr().err
    assert "nowhere.ipynb" in shown
    assert "lost.ipynb" in shown
    assert "nothing was started" in shown
