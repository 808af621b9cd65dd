"""`runner params`."""

import json
from pathlib import Path

import papermill
import pytest

from runner import cli
from runner.reading import notebooks
from runner.values import declarations
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
    assert "share float 0.5 [0..1] a share" in lines
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


def test_a_page_tells_the_declarations_and_what_the_file_decides(
    shared_bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing on the page depends on the host, and no sign of a comment becomes Markdown."""
    assert cli.main(["params", str(shared_bench.write(GOOD)), "--markdown"]) == 0
    page = capsys.readouterr().out
    assert "## values: values.ipynb" in page
    assert "| `word` | `str` | `'plain'` | `{plain \\| fancy}` | a word |" in page
    assert "small.yml decides: `number` is 4; `word` is 'fancy';" in page
    assert cli.main(["params", str(NOTEBOOKS / "values.ipynb"), "--markdown"]) == 0
    assert "| `weights` | `dict[str, float]` | `{}` |  | a weight for each name |" in capsys.readouterr().out


def test_the_page_of_the_monthly_pipeline_is_in_step(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """docs/parameters.md is what the command in its header writes; run that command after a change of a notebook."""
    assert cli.main(["params", str(checkout / "notebooks" / "monthly.yml"), "--markdown"]) == 0
    page = (checkout / "docs" / "parameters.md").read_text(encoding="utf-8")
    assert page == capsys.readouterr().out
    assert "`runner params monthly --markdown > docs/parameters.md`" in page


@pytest.mark.parametrize("name", ["01_eda", "02_clustering", "03_forecast", "04_report"])
def test_papermill_shows_the_same_meanings(name: str, checkout: Path) -> None:
    """What `papermill --help-notebook` says of a parameter is what `runner params` says; of `T | None` it is silent."""
    path = checkout / "notebooks" / f"{name}.ipynb"
    told = papermill.inspect_notebook(path)
    declared = declarations.declared(notebooks.read(path))
    assert {one for one, kept in declared.items() if "|" not in kept.type_text} <= set(told) <= set(declared)
    for one, fact in told.items():
        assert fact["help"] == f"{declared[one].limits} {declared[one].meaning}".strip()
        assert fact["inferred_type_name"] == declared[one].type_text
