"""`runner resume`: what a run did not bring to its end is done by a new one."""

import json
from pathlib import Path
from typing import Any

import pytest

from runner import cli
from runner.records import archive
from tests.runner.bench import Bench

TEXT = """steps:
  - {name: writes, notebook: writes.ipynb}
  - {name: item, notebook: item.ipynb, needs: [writes], parameters: {level: bad}}
  - {name: reads, notebook: reads.ipynb, needs: [item, writes]}
"""


@pytest.fixture
def output(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The output folder that the environment names."""
    monkeypatch.setenv("INSIDERS_OUTPUT", str(bench.settings.output))
    monkeypatch.delenv("INSIDERS_DATABASE_URL", raising=False)
    return bench.settings.output


def latest(output: Path) -> dict[str, Any]:
    return archive.read_manifest(archive.find("latest", output))


def test_a_run_goes_on_where_it_stopped(bench: Bench, output: Path) -> None:
    """What succeeded is taken over, what failed is run with the notebook as it is now and the recorded values."""
    path = bench.write(TEXT)
    assert cli.main(["run", str(path), "-p", "number=7"]) == 1
    failed = latest(output)
    book = bench.folder / "item.ipynb"
    book.write_text(book.read_text().replace('level == \\"bad\\"', 'level == \\"worse\\"'))
    assert cli.main(["resume", "latest"]) == 0
    manifest = latest(output)
    assert manifest["parent"] == {"resumed": failed["run_id"]}
    assert [(step["name"], step["status"]) for step in manifest["steps"]] == [
        ("writes", "cached"),
        ("item", "succeeded"),
        ("reads", "succeeded"),
    ]
    assert manifest["steps"][0]["parameters"]["number"]["value"] == 7
    assert manifest["steps"][1]["parameters"]["level"] == {"value": "bad", "from": "step"}
    assert manifest["logical_date"] == failed["logical_date"]


def test_a_run_that_succeeded_is_not_gone_on_from(
    bench: Bench, output: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The message says what to do instead."""
    path = bench.write("steps: [{name: writes, notebook: writes.ipynb}]")
    assert cli.main(["run", str(path)]) == 0
    assert cli.main(["resume", "latest"]) == 2
    assert "`runner run small --force` runs it again" in capsys.readouterr().err


def test_an_input_is_the_one_that_was_fetched(bench: Bench, output: Path, tmp_path: Path) -> None:
    """The parameters and the input of the run are taken as they were, not as the pipeline file says now."""
    shop = tmp_path / "shop.csv"
    shop.write_text("a,b\n1,2\n")
    text = f"inputs: {{source: {shop}}}\nsteps:\n  - {{name: reads-source, notebook: reads_source.ipynb}}\n"
    text += "  - {name: fails, notebook: fails.ipynb}\n"
    path = bench.write(text)
    assert cli.main(["run", str(path)]) == 1
    path.write_text(path.read_text().replace(str(shop), "demo"))
    assert cli.main(["resume", "latest"]) == 1
    manifest = latest(output)
    assert manifest["inputs"][0]["value"] == str(shop)
    assert manifest["steps"][0]["status"] == "cached"
    assert json.loads(json.dumps(manifest["parent"]))["resumed"]
