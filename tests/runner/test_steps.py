"""One step of a run, with real kernels."""

import json
import re
from pathlib import Path

import psutil
import pytest

from runner.run import Ended
from tests.runner.bench import Bench, copy, one, printed, step


def test_values_arrive_typed(good: Ended) -> None:
    """Every value arrives in the notebook with its type, whichever layer gave it."""
    assert json.loads(printed(copy(good, "values")["show"])) == {
        "number": "4",
        "share": "0.5",
        "word": "'fancy'",
        "flag": "False",
        "day": "datetime.date(2011, 12, 9)",
        "names": "['a', 'b']",
        "weights": "{'a': 1.0}",
    }


def test_effective_values_are_recorded_with_their_origin(good: Ended) -> None:
    """Defaults are recorded too, and the run folder is the runner's."""
    assert step(good, "values")["parameters"] == {
        "run_folder": {"value": str(good.folder), "from": "runner"},
        "number": {"value": 4, "from": "pipeline"},
        "share": {"value": 0.5, "from": "default"},
        "word": {"value": "fancy", "from": "step"},
        "flag": {"value": False, "from": "default"},
        "day": {"value": "2011-12-09", "from": "step"},
        "names": {"value": ["a", "b"], "from": "-p"},
        "weights": {"value": {"a": 1.0}, "from": "-p"},
    }


def test_metrics_are_collected(good: Ended) -> None:
    """A metric that a cell displays is in the record."""
    assert step(good, "writes")["metrics"] == [{"name": "sum", "value": 5, "unit": "pieces"}]


def test_steps_share_the_run_folder(good: Ended) -> None:
    """A step finds what an earlier one wrote."""
    assert printed(copy(good, "reads")["read"]) == "5\n"


def test_use_of_the_machine_is_recorded(bad: Ended) -> None:
    """Time, CPU time and peak memory; what a cell starts counts too, and does not outlive its kernel."""
    found = step(bad, "spawns")
    assert found["seconds"] > 0.8
    assert found["cpu_seconds"] > 0.1
    assert 110e6 < found["peak_memory_bytes"] < 500e6
    assert not alive(int(printed(copy(bad, "spawns")["spawn"])))


def alive(pid: int) -> bool:
    """Whether a process runs; one that has ended, and waits for somebody to ask how, does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_equal_work_has_equal_keys(good: Ended, bench: Bench) -> None:
    """The content key follows parameters and what came before, and not the folder or the moment of the run."""
    text = "steps: [{name: writes, notebook: writes.ipynb}]"
    again = bench.run(text, given=["number=4"])
    assert step(again, "writes")["content_key"] == step(good, "writes")["content_key"]
    assert len({found["content_key"] for found in good.manifest["steps"]}) == 4


def test_no_credential_reaches_a_kernel(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the environment of a kernel nor its copy holds a credential of the runner; it works in its folder."""
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hush-hush-aws")
    monkeypatch.setenv("INSIDERS_DATABASE_URL", "postgresql://me:hush-hush-db@host/db")
    ended = bench.run(one("environment"))
    cells = copy(ended, "environment")
    given = json.loads(printed(cells["show"]))
    assert {name for name in given if name.startswith("INSIDERS")} == {
        "INSIDERS_SPOOL",
        "INSIDERS_RUN_ID",
        "INSIDERS_STEP",
    }
    assert (given["INSIDERS_STEP"], given["INSIDERS_RUN_ID"]) == ("environment", ended.folder.name)
    assert printed(cells["folder"]) == f"{bench.folder}\n"
    for path in ended.folder.rglob("*"):
        assert path.is_dir() or not re.search(rb"hush-hush-(aws|db)", path.read_bytes()), path


def test_a_step_may_take_only_so_long(bad: Ended) -> None:
    """A step over its limit is interrupted, and its copy shows what it had printed."""
    found = step(bad, "sleeps")
    assert (found["status"], found["stopped_at"]) == ("timed_out", 1)
    assert found["reason"] == "the step took longer than its limit of 4.8 seconds"
    assert found["seconds"] < 15
    assert printed(copy(bad, "sleeps")["sleep"]) == "asleep\n"


def test_a_cell_may_take_only_so_long(bench: Bench) -> None:
    """The limit of a cell is its own."""
    found = step(bench.run(one("sleeps", "    cell_timeout_minutes: 0.02")), "sleeps")
    assert found["status"] == "timed_out"
    assert found["reason"] == "the cell took longer than its limit of 1.2 seconds"


def test_a_notebook_outside_the_checkout_runs(good: Ended, shared_bench: Bench, checkout: Path) -> None:
    """Pipelines may lie anywhere, with their notebooks beside them."""
    assert checkout not in shared_bench.folder.parents
    assert step(good, "values")["status"] == "succeeded"
