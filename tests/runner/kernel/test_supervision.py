"""What a copy and a record say of cells that did not run to their end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import nbformat
import pytest

from runner.kernel import supervision
from runner.kernel.stopping import Stop
from runner.kernel.supervision import Watch
from runner.outcomes import Status
from runner.run import Ended
from runner.secrecy.redaction import Redactor
from tests.runner.bench import copy, printed, step
from tests.runner.kernel import small_books
from tests.runner.kernel.control_groups import small_group
from tests.runner.kernel.processes import Marked, until
from tests.runner.kernel.small_books import shown, told


def cell_statuses(ended: Ended, name: str) -> list[tuple[str, str]]:
    return [(cell["id"], cell["status"]) for cell in step(ended, name)["cells"]]


def test_cells_after_a_failure_did_not_run(bad: Ended) -> None:
    """In the record and in the copy, a cell that did not run never reads as completed."""
    assert cell_statuses(bad, "fails") == [("before", "succeeded"), ("fail", "failed"), ("after", "not_run")]
    told = {name: cell["metadata"]["papermill"] for name, cell in copy(bad, "fails").items()}
    assert [told[name]["status"] for name in ("before", "fail", "after")] == ["completed", "failed", "not_run"]
    assert (told["before"]["exception"], told["fail"]["exception"], told["after"]["duration"]) == (False, True, None)


def test_the_copy_leads_to_the_cell_that_failed(bad: Ended) -> None:
    """A reader of the copy learns at its top that it stopped, and where."""
    cells = list(copy(bad, "fails").values())
    assert "cell 2: ValueError: the shop is closed" in "".join(cells[0]["source"])
    assert [cell["id"] for cell in cells].index("stopped-here") + 1 == [cell["id"] for cell in cells].index("fail")
    content = json.loads((bad.folder / "fails.ipynb").read_text())
    assert content["metadata"]["papermill"]["exception"] is True
    assert content["metadata"]["papermill"]["status"] == "failed"


def test_a_dead_kernel_is_told_from_a_failed_cell(bad: Ended) -> None:
    """A kernel that ends without a word has its own status, its exit status in words, and its last output."""
    assert cell_statuses(bad, "dies") == [("before", "succeeded"), ("die", "kernel_died"), ("after", "not_run")]
    assert step(bad, "dies")["reason"] == "the kernel process ended by itself with exit status 3"
    assert printed(copy(bad, "dies")["before"]) == "before\n"


def test_copies_are_valid_notebooks(good: Ended, bad: Ended) -> None:
    """Every copy opens in Jupyter, with the one that stopped too."""
    paths = [*good.folder.glob("*.ipynb"), *bad.folder.glob("*.ipynb")]
    assert len(paths) == 8
    for path in paths:
        nbformat.validate(nbformat.read(path, as_version=4))
        assert path.read_text().endswith("}\n")


# Each of these ways to end is one cell, between one that runs and one that must not read as completed.
ENDINGS = {
    "sys.exit": ("import sys; sys.exit(3)", Status.FAILED, "the cell called sys.exit(3)"),
    "exit": ("exit()", Status.FAILED, "the cell called exit() or quit()"),
    "exit 0": (
        "import os; os._exit(0)",
        Status.KERNEL_DIED,
        "the kernel process ended by itself with exit status 0",
    ),
    "SIGKILL": ("import os; os.kill(os.getpid(), 9)", Status.KERNEL_DIED, "the kernel was killed by SIGKILL"),
    "its own guardian": (
        """
import os, subprocess, time
subprocess.Popen(["setsid", "sleep", "60"])
os.kill(os.getppid(), 9)
time.sleep(60)""",
        Status.KERNEL_DIED,
        "the kernel's guardian process was killed, and the kernel ended with it",
    ),
    "a MemoryError": ("x = bytearray(10**15)", Status.OUT_OF_MEMORY, "MemoryError"),
}


@pytest.mark.parametrize("name", ENDINGS)
def test_each_way_to_end_is_told(name: str, tmp_path: Path, marked: Marked) -> None:
    """Status, reason and cells are true, and no process is left."""
    code, status, reason = ENDINGS[name]
    done = small_books.run(tmp_path, marked, "print('before')", code, "print('after')")
    assert (done.status, done.reason, done.stopped_at) == (status, reason, 2)
    assert told(done) == ["succeeded", status.value, "not_run"]
    assert "after" not in shown(tmp_path)
    assert not marked.commands()


def test_a_crash_leaves_its_last_words_in_the_copy(tmp_path: Path, marked: Marked) -> None:
    """Where in the code a segmentation fault happened stands below the cell, without secrets."""
    crash = "def hushhush():\n    import ctypes; ctypes.string_at(0)\nhushhush()"
    done = small_books.run(tmp_path, marked, crash, redactor=Redactor.of(["hushhush"]))
    assert done.reason == "the kernel was killed by SIGSEGV (it read or wrote memory that is not its own)"
    said = shown(tmp_path)
    assert "Fatal Python error: Segmentation fault" in said
    assert "[redacted]" in said
    assert "hushhush" not in said


LIMITED = {
    "stopped": "import os; os.kill(os.getpid(), 19)",
    "deaf": "import signal, time; signal.signal(2, signal.SIG_IGN); time.sleep(60)",
    "holding the GIL": "import ctypes; ctypes.PyDLL(None).sleep(60)",
    "without sockets": "get_ipython().kernel.shell_stream.close()",
    "forking": "import os, time\nfor _ in range(4): os.fork()\ntime.sleep(60)",
}


@pytest.mark.parametrize("name", LIMITED)
def test_a_kernel_that_does_not_listen_is_ended(
    name: str, tmp_path: Path, marked: Marked, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At its time limit a cell is interrupted; behind the time of grace the kernel is killed with all it started."""
    monkeypatch.setattr(supervision, "GRACE_SECONDS", 0.3)
    done = small_books.run(tmp_path, marked, LIMITED[name], "print('after')", cell_seconds=1)
    assert (done.status, done.reason) == (Status.TIMED_OUT, "the cell took longer than its limit of 1 seconds")
    assert told(done) == ["timed_out", "not_run"]
    assert not marked.commands()


def test_the_limit_of_the_whole_run_counts_too(tmp_path: Path, marked: Marked) -> None:
    """A run that is over its time stops in the midst of a step."""
    ends = time.monotonic() + 3
    done = small_books.run(tmp_path, marked, "import time; time.sleep(60)", run_ends=ends, run_seconds=90)
    assert (done.status, done.reason) == (Status.TIMED_OUT, "the run took longer than its limit of 1.5 minutes")


def test_a_step_that_uses_too_much_memory_is_ended(tmp_path: Path, marked: Marked) -> None:
    """Children count; the reason names use and limit."""
    child = "import time; x = bytearray(400_000_000); time.sleep(60)"
    eats = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', '{child}'])"
    done = small_books.run(tmp_path, marked, "print('before')", eats, memory_bytes=300 << 20)
    assert done.status is Status.OUT_OF_MEMORY
    assert done.reason
    assert done.reason.startswith("the step used ")
    assert done.reason.endswith(" MiB, its limit is 300 MiB")
    assert done.stopped_at == 2
    assert done.peak_memory_bytes
    assert done.peak_memory_bytes > 300 << 20
    assert not marked.commands()


def test_memory_asked_for_at_once_is_refused_by_the_system(tmp_path: Path, marked: Marked) -> None:
    """Faster than anybody samples: the cell fails with a traceback, and the host keeps its memory."""
    done = small_books.run(tmp_path, marked, "x = bytearray(1 << 31)", memory_bytes=300 << 20)
    assert (done.status, done.reason) == (Status.OUT_OF_MEMORY, "MemoryError")


def test_a_kernel_that_is_not_installed_is_an_outcome(tmp_path: Path, marked: Marked) -> None:
    """One line says which there are."""
    done = small_books.run(tmp_path, marked, "1", kernel="no-such-kernel")
    assert done.status is Status.KERNEL_DIED
    assert done.reason
    assert done.reason.startswith("no kernel named no-such-kernel is installed; there is: ")
    assert "python3" in done.reason
    assert done.story is None
    assert told(done) == ["not_run"]


def test_a_kernel_that_does_not_start_is_an_outcome(tmp_path: Path, marked: Marked) -> None:
    """The reason is the last thing that the kernel said."""
    broken = {"PATH": "/usr/bin:/bin", "PYTHONHOME": "/nowhere"}
    done = small_books.run(tmp_path, marked, "1", environment=broken)
    assert done.status is Status.KERNEL_DIED
    assert done.reason
    assert done.reason.startswith("the kernel did not start: ")
    assert told(done) == ["not_run"]


def test_values_are_read_back_at_the_end(tmp_path: Path, marked: Marked) -> None:
    """Also behind a cell that failed, since the kernel lives; without what a cell deleted, and without secrets."""
    names = ("kept", "changed", "deleted", "secret", "long", "broken")
    cells = (
        "kept = changed = deleted = 1; secret = 'hushhush'; long = 'x' * 5000",
        "class Broken:\n    def __repr__(self): raise ValueError\nbroken = Broken()",
        "changed = 'new'; del deleted; raise ValueError('no')",
    )
    done = small_books.run(tmp_path, marked, *cells, read_back=names, redactor=Redactor.of(["hushhush"]))
    assert (done.status, done.reason) == (Status.FAILED, "ValueError: no")
    assert done.read_back.pop("long") == "'" + "x" * 999
    assert done.read_back == {"kept": "1", "changed": "'new'", "secret": "'[redacted]'"}


def test_a_value_that_takes_forever_changes_nothing(
    tmp_path: Path, marked: Marked, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a value says of itself is no reason for a run to fail or to wait."""
    monkeypatch.setattr(supervision, "READ_BACK_SECONDS", 0.5)
    slow = "class Slow:\n    def __repr__(self):\n        import time; time.sleep(60)\nslow = Slow()"
    done = small_books.run(tmp_path, marked, slow, read_back=("slow",))
    assert (done.status, done.read_back) == (Status.SUCCEEDED, {})
    assert not marked.commands()


class Told(Watch):
    """Calls back as soon as a cell has begun."""

    def __init__(self, call: threading.Timer) -> None:
        self.call = call

    def cell_started(self, number: int, total: int) -> None:
        self.call.start()


def test_a_signal_ends_the_cell_and_keeps_what_it_printed(tmp_path: Path, marked: Marked) -> None:
    """The cell is interrupted, and what it does then still counts as cancelled."""
    stop = Stop()
    watch = Told(threading.Timer(1, stop.request, [signal.SIGTERM]))
    cell = "import time\ntry:\n    time.sleep(60)\nexcept KeyboardInterrupt:\n    print('stopping')"
    done = small_books.run(tmp_path, marked, cell, "print('after')", stop=stop, watch=watch)
    assert (done.status, done.reason) == (Status.CANCELLED, "stopped by SIGTERM")
    assert told(done) == ["cancelled", "not_run"]
    assert "stopping" in shown(tmp_path)
    assert not marked.commands()


def test_a_second_signal_cuts_the_grace_short(tmp_path: Path, marked: Marked, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who presses Ctrl-C twice does not want to wait."""
    monkeypatch.setattr(supervision, "GRACE_SECONDS", 60.0)
    stop = Stop()
    asked: list[float] = []

    def twice() -> None:
        stop.request(signal.SIGINT)
        time.sleep(0.5)
        asked.append(time.monotonic())
        stop.request(signal.SIGINT)

    watch = Told(threading.Timer(0.5, twice))
    deaf = "import signal, time; signal.signal(2, signal.SIG_IGN); time.sleep(60)"
    done = small_books.run(tmp_path, marked, deaf, stop=stop, watch=watch)
    assert time.monotonic() - asked[0] < 5
    assert (done.status, done.reason) == (Status.CANCELLED, "stopped by SIGINT")
    assert not marked.commands()


RUNNER = """
import os, sys
from pathlib import Path
from runner.execute import execute
from runner.kernel.supervision import Supervision
for group in sys.argv[3:]:
    Path(group, "cgroup.procs").write_text(str(os.getpid()))
done = execute(Path(sys.argv[1]), Path(sys.argv[2]), {}, Supervision())
print(done.status, done.reason)
"""


def test_a_real_kernel_is_gone_two_seconds_after_its_runner(tmp_path: Path, marked: Marked, checkout: Path) -> None:
    """With the GIL held by C code, so that nothing in the kernel can notice, and with workers in their own sessions."""
    code = """
import ctypes, pathlib, subprocess
for _ in range(2): subprocess.Popen(["setsid", "sleep", "60"])
pathlib.Path("begun").touch()
ctypes.PyDLL(None).sleep(60)"""
    book = small_books.write(tmp_path / "in.ipynb", code)
    # The environment of kernels is an allow-list, which lets names of Python's own pass.
    mark = {"PYTHON_TEST_MARK": marked.mark}
    program = [sys.executable, "-c", RUNNER, str(book), str(tmp_path / "out.ipynb")]
    with subprocess.Popen(program, cwd=tmp_path, env={**os.environ, **mark, "PYTHONPATH": str(checkout)}) as runner:
        until(lambda: (tmp_path / "begun").exists() and len(marked.living()) == 5)
        runner.kill()
        runner.wait()
        assert until(lambda: not marked.living()) < 2


def test_a_kernel_that_the_system_killed_for_memory_is_told_from_one_that_died(tmp_path: Path, checkout: Path) -> None:
    """In a control group that is too small for it the kernel goes, the runner stays, and says what happened."""
    book = small_books.write(tmp_path / "in.ipynb", "x = [bytearray(10**7) for _ in range(100)]")
    program = [sys.executable, "-c", RUNNER, str(book), str(tmp_path / "out.ipynb")]
    for _ in range(3):
        with small_group(450_000_000) as group:
            done = subprocess.run([*program, str(group)], cwd=checkout, stdout=subprocess.PIPE, text=True)
        # A busy system may take the next one too while the kernel, which it takes first, is still giving back memory.
        if done.returncode != -signal.SIGKILL:
            break
    assert done.stdout.startswith("out_of_memory memory ran out on this host or in its container")
