"""`runner params`."""

import json

import pytest

from runner import cli
from tests.runner.bench import NOTEBOOKS, Bench
from tests.runner.conftest import GOOD

pytestmark = pytest.mark.usefixtures("shared_output")


def test_a_table_tells_what_may_be_set(shared_bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    """Name, type, value with its origin, limits and meaning, for each step."""
    assert cli.main(["params", str(shared_bench.write(GOOD))]) == 0
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert "values · values.ipynb" in lines
    assert "number int 4 (pipeline) [1..10] a whole number" in lines
    assert "word str 'fancy' (step) {plain | fancy} a word" in lines
    assert "share float 0.5 [0.0..1.0] a share" in lines
    assert "source str 'demo' (input) where the rows come from" in lines


def test_a_notebook_tells_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a pipeline the values are the defaults."""
    assert cli.main(["params", str(NOTEBOOKS / "values.ipynb"), "--json"]) == 0
    found = {one["name"]: one for one in json.loads(capsys.readouterr().out)["values.ipynb"]}
    assert found["day"] == {
        "name": "day",
        "type": "date | None",
        "default": None,
        "value": None,
        "from": "default",
        "allowed": None,
        "low": "2010-01-01",
        "high": None,
        "meaning": "a day",
    }


def test_a_missing_notebook_is_exit_status_2(shared_bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    """The message names the file."""
    path = shared_bench.write("steps: [{name: a, notebook: nowhere.ipynb}]")
    assert cli.main(["params", str(path)]) == 2
    assert "nowhere.ipynb" in capsys.readouterr().err
