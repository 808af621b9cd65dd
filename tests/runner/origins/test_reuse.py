"""Whether a step has to be run, and what is taken over instead; with real kernels."""

import json
from pathlib import Path

import pytest

from runner.errors import UsageError
from runner.origins import reuse
from runner.outcomes import ExitStatus
from runner.reading.choice import Choice
from runner.run import Ended
from tests.runner.bench import Bench, one, step

TWO = """steps:
  - {name: writes, notebook: writes.ipynb}
  - {name: reads, notebook: reads.ipynb, needs: [writes]}
  - {name: values, notebook: values.ipynb}
"""


@pytest.fixture(scope="module")
def first(module_bench: Bench) -> Ended:
    """The run whose results the others may take over."""
    return module_bench.run(TWO)


def told(ended: Ended) -> dict[str, tuple[str, str]]:
    return {found["name"]: (found["status"], found["why"]) for found in ended.manifest["steps"]}


def test_a_first_run_says_so(first: Ended) -> None:
    """Every step says in one line why it ran."""
    assert set(told(first).values()) == {("succeeded", "no earlier run of it is there")}


def test_unchanged_work_is_taken_over(first: Ended, module_bench: Bench) -> None:
    """Only what a changed parameter touches runs, and says what changed; the rest is copied, with where it is from."""
    again = module_bench.run(TWO, given=["number=4"])
    unchanged = f"unchanged since run {first.folder.name}"
    assert told(again) == {
        "writes": ("succeeded", "parameter number changed 3 → 4"),
        "reads": ("succeeded", "artifacts/sum.txt of writes changed"),
        "values": ("succeeded", "parameter number changed 3 → 4"),
    }
    back = module_bench.run(TWO, given=["values.number=4"])
    assert told(back) == {
        "writes": ("cached", unchanged),
        "reads": ("cached", unchanged),
        "values": ("cached", f"unchanged since run {again.folder.name}"),
    }
    writes = step(back, "writes")
    assert writes["cached_from"] == first.folder.name
    assert (back.folder / "artifacts" / "sum.txt").read_text() == "4"
    assert writes["files"] == step(first, "writes")["files"]
    assert writes["metrics"] == step(first, "writes")["metrics"]
    assert writes["cells"] == step(first, "writes")["cells"]
    assert (back.folder / "writes.ipynb").read_bytes() == (first.folder / "writes.ipynb").read_bytes()
    assert back.exit_status is ExitStatus.SUCCEEDED


def test_what_is_taken_over_is_a_copy(first: Ended, module_bench: Bench) -> None:
    """A later step that writes into a file that was taken over does not alter the archive."""
    again = module_bench.run(f"{TWO}  - {{name: overwrites, notebook: overwrites.ipynb}}\n", given=["values.number=5"])
    assert step(again, "writes")["status"] == "cached"
    assert step(again, "overwrites")["reason"] == "it wrote artifacts/sum.txt, which is the work of writes"
    assert (again.folder / "artifacts" / "sum.txt").read_text() != "4"
    assert (first.folder / "artifacts" / "sum.txt").read_text() == "4"


def test_an_altered_result_is_not_taken_over(bench: Bench) -> None:
    """A file that is not what its record says is made anew, and the reason names the run."""
    before = bench.run(TWO)
    (before.folder / "artifacts" / "sum.txt").write_text("forged")
    again = bench.run(TWO, given=["values.number=5"])
    assert told(again)["writes"] == (
        "succeeded",
        f"the files of run {before.folder.name} were removed or altered",
    )
    third = bench.run(TWO, given=["values.number=6"])
    assert told(third)["writes"] == ("cached", f"unchanged since run {again.folder.name}")
    assert told(again)["reads"][0] == "cached"
    assert (again.folder / "artifacts" / "sum.txt").read_text() == "4"


def test_comments_and_prose_do_not_count_but_code_does(first: Ended, module_bench: Bench) -> None:
    """A comment leaves a step cached; a changed line has it run."""
    path = module_bench.folder / "writes.ipynb"
    original = path.read_text()
    try:
        path.write_text(original.replace("from pathlib import Path", "from pathlib import Path  # where it lies"))
        assert told(_again(module_bench, "values.number=6"))["writes"][0] == "cached"
        path.write_text(original.replace("number + 1))", "number + 2))"))
        assert told(_again(module_bench, "values.number=7"))["writes"] == ("succeeded", "the notebook's code changed")
    finally:
        path.write_text(original)


def _again(bench: Bench, *given: str) -> Ended:
    """A run on the notebooks as they lie there, which `Bench.run` would write anew."""
    return bench.run(TWO, given=given, keep=True)


def test_a_name_as_input_is_read_again(bench: Bench) -> None:
    """What `demo` stands for may have changed, so its step runs; `--only` and `--from` take it over nevertheless."""
    text = """inputs: {source: demo}
steps:
  - {name: reads-source, notebook: reads_source.ipynb}
  - {name: writes, notebook: writes.ipynb, needs: [reads-source]}
"""
    bench.run(text)
    again = bench.run(text, given=["number=4"])
    assert told(again)["reads-source"] == (
        "succeeded",
        "input source is a name, and what it stands for may have changed",
    )
    only = bench.run(text, choice=Choice(only="writes"))
    assert told(only)["reads-source"][0] == "cached"
    assert told(only)["writes"] == ("succeeded", "--only writes; parameter number changed 4 → 3")


def test_force_only_and_from_choose_steps(first: Ended, module_bench: Bench) -> None:
    """--force runs all, --only one and leaves the rest, --from one and what stands after it."""
    forced = module_bench.run(TWO, choice=Choice(force=True))
    assert {(status, why.partition(";")[0]) for status, why in told(forced).values()} == {("succeeded", "--force")}
    assert told(forced)["values"][1] == "--force; parameter number changed 7 → 3"
    only = module_bench.run(TWO, choice=Choice(only="reads"))
    assert told(only) | {"values": ("skipped", None)} == {
        "writes": ("cached", told(only)["writes"][1]),
        "reads": ("succeeded", "--only reads"),
        "values": ("skipped", None),
    }
    assert step(only, "values")["reason"] == "--only reads leaves it out"
    assert only.exit_status is ExitStatus.SUCCEEDED
    start = module_bench.run(TWO, choice=Choice(start="reads"))
    assert [told(start)[name][0] for name in ("writes", "reads", "values")] == ["cached", "succeeded", "succeeded"]


def test_only_needs_something_to_stand_on(bench: Bench) -> None:
    """Without an earlier result of what it needs, the step does not run, and the reason says what to do."""
    ended = bench.run(TWO, choice=Choice(only="reads"))
    assert step(ended, "writes")["status"] == "skipped"
    assert ended.manifest["reason"].startswith("writes has no result to take over")
    assert ended.manifest["reason"].endswith("leave out --only reads")
    assert step(ended, "reads")["status"] == "skipped"
    assert ended.exit_status is ExitStatus.REFUSED
    assert not list(ended.folder.glob("*.ipynb"))


def test_an_unknown_step_is_named(bench: Bench) -> None:
    """The message lists the steps, and the nearest one."""
    with pytest.raises(UsageError, match=r"--only read: there is no such step; .*did you mean reads\?"):
        Choice(only="read").check(bench.read(TWO))


def test_a_file_in_the_way_is_an_error_and_not_overwritten(first: Ended, tmp_path: Path) -> None:
    """Nothing that lies in a run folder is overwritten by what is taken over."""
    (tmp_path / "artifacts").mkdir()
    (tmp_path / "artifacts" / "sum.txt").write_text("mine")
    earlier = reuse.Earlier(first.folder, json.loads(json.dumps(step(first, "writes"))))
    with pytest.raises(FileExistsError):
        reuse.take(earlier, tmp_path)
    assert (tmp_path / "artifacts" / "sum.txt").read_text() == "mine"


def test_published_results_are_published_again(bench: Bench) -> None:
    """A step that is taken over publishes in the new run's name what it published before."""
    first = bench.run(one("publishes"))
    assert step(first, "publishes")["publications"][0]["status"] == "delivered"
    again = bench.run(TWO + "  - {name: publishes, notebook: publishes.ipynb}\n")
    taken = step(again, "publishes")
    assert taken["status"] == "cached"
    assert taken["publications"][0]["status"] == "delivered"
    assert taken["publications"][0]["asked"]["run_id"] == again.folder.name
    assert taken["publications"][0]["objects"][0]["uri"].endswith(f"{again.folder.name}/artifacts/note.txt")
