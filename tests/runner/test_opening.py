"""The beginning of a run."""

import json

import pytest

from runner.opening import AlreadyRun
from runner.outcomes import ExitStatus
from runner.reading.choice import Choice
from tests.runner.bench import Bench, one, step

DAY = "2011-12-09"


def test_a_date_is_run_once(bench: Bench) -> None:
    """The same run is refused with the id of the one that succeeded; --force makes it again."""
    first = bench.run(one("as_of"), as_of=DAY)
    with pytest.raises(AlreadyRun, match=f"small has run for 2011-12-09 already.* {first.folder.name} succeeded"):
        bench.run(one("as_of"), as_of=DAY)
    assert len(list(bench.settings.output.glob("small/*"))) == 1
    forced = bench.run(one("as_of"), choice=Choice(force=True), as_of=DAY)
    assert step(forced, "as-of")["status"] == "succeeded"


def test_another_date_or_parameter_is_another_run(bench: Bench) -> None:
    """What is asked for makes the run, and code that has changed does too."""
    bench.run(one("as_of"), as_of=DAY)
    assert bench.run(one("as_of"), as_of="2011-12-08").exit_status is ExitStatus.SUCCEEDED
    path = bench.folder / "as_of.ipynb"
    book = json.loads(path.read_text())
    book["cells"][-1]["source"] = ["print('other')"]
    path.write_text(json.dumps(book))
    assert bench.run(one("as_of"), keep=True, as_of=DAY).exit_status is ExitStatus.SUCCEEDED


def test_a_run_that_failed_may_be_made_again(bench: Bench) -> None:
    """Only success makes a second run needless."""
    assert bench.run(one("fails")).exit_status is ExitStatus.FAILED
    assert bench.run(one("fails")).exit_status is ExitStatus.FAILED
