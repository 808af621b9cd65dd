"""Steps side by side on this machine, with real kernels."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path

import pytest

from runner.crew import budget, local, workplace
from runner.crew.budget import Budget
from runner.outcomes import ExitStatus
from runner.records import archive, inventory, journal
from runner.records.record import FileRecord
from runner.run import Ended
from runner.secrecy.redaction import Redactor
from tests.runner.bench import Bench, copy, printed, step

SEVERAL = """steps:
  - {{name: writes, notebook: writes.ipynb}}
  - {{name: meets, notebook: meets.ipynb, needs: [writes], for_each: {{level: [b, bad, a]}},
     parameters: {{place: {place}, party: 3}}}}
  - {{name: reads, notebook: reads.ipynb, needs: [writes]}}
  - {{name: late, notebook: item.ipynb, needs: [meets]}}
"""
TWO = """steps:
  - {{name: writes, notebook: writes.ipynb}}
  - {{name: meets, notebook: meets.ipynb, for_each: {{level: [{first}, {second}]}},
     parameters: {{place: {place}}}}}
"""


@pytest.fixture(scope="module", autouse=True)
def four_cpus() -> Iterator[None]:
    """A host with four CPUs, whatever there are."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(budget.Budget, "of_host", lambda: Budget(4, 2**33))
        yield


@pytest.fixture(scope="module")
def words() -> StringIO:
    """What the run says."""
    return StringIO()


@pytest.fixture(scope="module")
def several(module_bench: Bench, words: StringIO) -> Ended:
    """A run whose three items meet, of which one fails."""
    text = SEVERAL.format(place=module_bench.folder / "meeting")
    return module_bench.run(text, workers=3, words=words)


def test_a_failure_leaves_those_beside_it(several: Ended) -> None:
    """Items that wait for each other meet; one fails, the others end well, and only what needs it is skipped."""
    assert [(one["name"], one["status"]) for one in several.manifest["steps"]] == [
        ("writes", "succeeded"),
        ("meets.1", "succeeded"),
        ("meets.2", "failed"),
        ("meets.3", "succeeded"),
        ("reads", "succeeded"),
        ("late", "skipped"),
    ]
    assert several.exit_status is ExitStatus.FAILED
    assert several.manifest["reason"] == "meets.2, cell 4: ValueError: no such level"


def test_each_step_has_its_own_files(several: Ended) -> None:
    """What a step wrote is listed with it, lies in the run folder, and is published once; no working folder is left."""
    assert [file["path"] for file in step(several, "meets.1")["files"]] == ["artifacts/b.txt", "meets.1.ipynb"]
    assert [file["path"] for file in step(several, "meets.2")["files"]] == ["meets.2.ipynb"]
    assert [file["path"] for file in step(several, "meets.3")["files"]] == ["artifacts/a.txt", "meets.3.ipynb"]
    files = [file for one in several.manifest["steps"] for file in one["files"]] + several.manifest["files"]
    assert sorted(file["path"] for file in files) == sorted({*inventory.paths(several.folder)})
    published = [one for found in several.manifest["steps"] for one in found["publications"]]
    assert [(one["request"], one["status"]) for one in published] == [
        ("meets.1-1.request.json", "delivered"),
        ("meets.3-1.request.json", "delivered"),
    ]
    assert published[0]["objects"][0]["uri"] == (several.folder / "artifacts" / "b.txt").as_uri()
    assert not list((several.folder.parents[1] / "spool").glob("*"))


def test_a_step_sees_what_it_needs_and_has_its_share_of_threads(several: Ended) -> None:
    """It finds the files of the steps it needs and not those of its neighbours, and takes a thread of its own."""
    shown = [printed(copy(several, name)["work"]) for name in ("meets.1", "meets.3")]
    assert shown == ["1 1 b.txt sum.txt\n", "1 1 a.txt sum.txt\n"]


def test_the_journal_tells_of_all_at_once(several: Ended, words: StringIO) -> None:
    """Every step begins and ends once, with whole lines; the person hears of each."""
    entries = journal.read(several.folder / archive.JOURNAL)
    assert len(entries) == len((several.folder / archive.JOURNAL).read_text().splitlines())
    for name in ("writes", "meets.1", "meets.2", "meets.3", "reads"):
        events = [entry["event"] for entry in entries if entry.get("step") == name]
        assert (events[0], events[-1], events.count("kernel_started")) == ("step_started", "step_finished", 1)
    assert "[2/6] meets.1: started" in words.getvalue()
    assert "meets.2: failed in cell 4: ValueError: no such level" in words.getvalue()


def test_going_on_takes_over_what_succeeded(module_bench: Bench, several: Ended) -> None:
    """A second run, with one worker, takes over what the first made with three, and what was published with it."""
    again = module_bench.run(SEVERAL.format(place=module_bench.folder / "meeting"))
    assert [one["status"] for one in again.manifest["steps"]] == [
        *("cached", "cached", "failed", "cached", "cached", "skipped")
    ]
    assert step(again, "meets.3")["publications"][0]["status"] == "delivered"
    assert (again.folder / "artifacts" / "a.txt").read_text() == "a"


def test_whose_file_it_is_is_known(bench: Bench, tmp_path: Path) -> None:
    """A step that writes what another one beside it has written fails."""
    ended = bench.run(TWO.format(first="rude", second="a", place=tmp_path / "meeting"), workers=3)
    writers = [step(ended, "writes"), step(ended, "meets.1")]
    assert sorted(one["status"] for one in writers) == ["failed", "succeeded"]
    late = next(one for one in writers if one["status"] == "failed")
    assert "artifacts/sum.txt" in late["reason"]
    assert step(ended, "meets.2")["status"] == "succeeded"


def test_a_published_secret_is_removed_everywhere(tmp_path: Path) -> None:
    """A file that holds a secret goes from the working folder and, where publishing has brought it, from the run's."""
    work, home = tmp_path / "spool" / "run" / "work" / "shop" / "step", tmp_path / "shop" / "run"
    workplace.make(work, home, ("artifacts",), ())
    for name, text in (("told.txt", "it is correct-horse-battery"), ("plain.txt", "nothing")):
        (work / "artifacts" / name).write_text(text)
    (home / "artifacts").mkdir(parents=True)
    workplace.bring_home(work, home, ["artifacts/told.txt", "artifacts/plain.txt"])
    files = [FileRecord(f"artifacts/{name}", 0, "") for name in ("told.txt", "plain.txt")]
    said = local.without_secrets(work, home, files, Redactor.of(["correct-horse-battery"]))
    assert said == ["it wrote a secret into artifacts/told.txt, which was removed"]
    assert [path.name for path in tmp_path.rglob("*.txt")] == ["plain.txt", "plain.txt"]


def test_a_signal_stops_all(bench: Bench, tmp_path: Path) -> None:
    """Every step under way is cancelled, and so is what would have come next."""
    place = tmp_path / "meeting"
    text = (
        TWO.format(first="slow1", second="slow2", place=place)
        + "  - {name: reads, notebook: reads.ipynb, needs: [meets]}"
    )
    threading.Thread(target=_when_met, args=[place, lambda: os.kill(os.getpid(), signal.SIGTERM)]).start()
    ended = bench.run(text, workers=3)
    assert [(one["status"], one["reason"]) for one in ended.manifest["steps"]] == [
        ("succeeded", None),
        ("cancelled", "stopped by SIGTERM"),
        ("cancelled", "stopped by SIGTERM"),
        ("cancelled", "SIGTERM came before it"),
    ]
    assert ended.exit_status is ExitStatus.TERMINATED


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="two steps at once need two CPUs")
def test_a_vanished_run_lost_each_step_under_way(bench: Bench, tmp_path: Path, checkout: Path) -> None:
    """Both are lost, and what they had written is in the run folder and in the record."""
    place, output = tmp_path / "meeting", bench.settings.output
    pipeline = bench.write(TWO.format(first="slow1", second="slow2", place=place))
    environment = {**os.environ, "INSIDERS_OUTPUT": str(output)}
    command = [sys.executable, "-m", "runner", "run", str(pipeline), "--workers", "2"]
    process = subprocess.Popen(command, cwd=checkout, env=environment, stdout=subprocess.DEVNULL)
    try:
        _when_met(place, process.kill)
    finally:
        process.kill()
        process.wait()
    (folder,) = archive.run_folders(output)
    manifest = archive.read_manifest(folder)
    assert [one["status"] for one in manifest["steps"]] == ["succeeded", "lost", "lost"]
    assert manifest["reason"].startswith("its process vanished in meets.1, cell 4 and meets.2, cell 4")
    assert {"artifacts/slow1.txt", "artifacts/slow2.txt"} <= {file["path"] for file in manifest["files"]}


def _when_met(place: Path, act: Callable[[], object]) -> None:
    """Do something when two have come and are at work."""
    ends = time.monotonic() + 60
    while time.monotonic() < ends and (not place.is_dir() or len(list(place.iterdir())) < 2):
        time.sleep(0.02)
    time.sleep(1)
    act()
