"""Warm kernels for the runner, and for any other program that speaks to kernels."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import nbclient
import nbformat
import psutil
import pytest
from jupyter_client.manager import AsyncKernelManager

from runner.execute import Execution, execute
from runner.kernel import process
from runner.kernel.circumstances import Supervision, Warmth, Watch
from runner.kernel.warm import forest, provisioner
from runner.kernel.warm.provisioner import WarmProvisioner
from runner.outcomes import Status
from tests.runner.kernel import small_books
from tests.runner.kernel.processes import until, zombies
from tests.runner.kernel.test_provisioner import answer

pytestmark = pytest.mark.skipif(not forest.possible(), reason="this system cannot fork kernels")


class Heard(Watch):
    """Notes how kernels began."""

    def __init__(self) -> None:
        self.pids: list[int] = []
        self.warm: list[bool] = []
        self.why: list[str] = []

    def kernel_started(self, pid: int, *, warm: bool = False) -> None:
        self.pids.append(pid)
        self.warm.append(warm)

    def kernel_cold(self, why: str) -> None:
        self.why.append(why)


def run(place: Path, *cells: str, modules: tuple[str, ...] = (), **facts: Any) -> tuple[Execution, Heard]:
    """Run a notebook of these cells in a warm kernel; how it went, and what was heard of the kernel."""
    heard = Heard()
    facts.setdefault("environment", process.environment(os.environ, {}))
    book = small_books.write(place / "in.ipynb", *cells)
    circumstances = {"warmth": Warmth(modules), "watch": heard, **facts}
    return execute(book, place / "out.ipynb", {}, Supervision(**circumstances)), heard


def test_a_kernel_is_interrupted_restarted_and_ended(tmp_path: Path) -> None:
    """jupyter_client does with a warm kernel all it does with another, and nothing is left of it."""

    async def scene() -> list[int]:
        manager = AsyncKernelManager(
            kernel_name="python3", transport="ipc", connection_file=str(tmp_path / "kernel.json")
        )
        assert manager.kernel_spec
        manager.kernel_spec.metadata = {"kernel_provisioner": {"provisioner_name": provisioner.NAME}}
        await manager.start_kernel(env=process.environment(os.environ, {}))
        client = manager.client()
        client.start_channels()
        await client.wait_for_ready(timeout=30)
        assert isinstance(manager.provisioner, WarmProvisioner)
        assert manager.provisioner.cold is None
        first = manager.provisioner.guard
        assert first is not None
        assert psutil.Process(first.pid).ppid() == first.guardian
        asleep = asyncio.ensure_future(answer(client, "import time; time.sleep(60)"))
        await asyncio.sleep(0.5)
        await manager.interrupt_kernel()
        assert (await asleep)["ename"] == "KeyboardInterrupt"
        await answer(client, "import subprocess; daemon = subprocess.Popen(['setsid', 'sleep', '60']).pid")
        (daemon,) = [one.pid for one in psutil.Process(first.pid).children()]
        await manager.restart_kernel(now=True)
        await client.wait_for_ready(timeout=30)
        second = manager.provisioner.guard
        assert second is not None
        assert second is not first
        assert (await answer(client, "1 + 1"))["status"] == "ok"
        client.stop_channels()
        await manager.shutdown_kernel()
        assert not await manager.is_alive()
        return [daemon, *(pid for one in (first, second) for pid in (one.guardian, one.pid) if pid)]

    used = asyncio.run(scene())
    assert len(used) == 5
    assert not [pid for pid in used if psutil.pid_exists(pid)]


ENDINGS: dict[str, tuple[str, dict[str, Any], Status, str]] = {
    "a crash": ("import os; os.kill(os.getpid(), 11)", {}, Status.KERNEL_DIED, "SIGSEGV"),
    "an exit status": ("import os; os._exit(3)", {}, Status.KERNEL_DIED, "exit status 3"),
    "memory in pieces": (
        "x = []\nwhile True: x.append(b'x' * 2**22)",
        {"memory_bytes": 300 * 2**20},
        Status.OUT_OF_MEMORY,
        "its limit is 300 MiB",
    ),
    "memory at once": ("x = bytearray(2**31)", {"memory_bytes": 300 * 2**20}, Status.OUT_OF_MEMORY, "MemoryError"),
    "the clock": ("import time; time.sleep(60)", {"cell_seconds": 1.0}, Status.TIMED_OUT, "1 seconds"),
    "its guardian killed": (
        "import os, time; os.kill(os.getppid(), 9); time.sleep(60)",
        {},
        Status.KERNEL_DIED,
        "guardian process was killed",
    ),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_warm_kernel_ends_as_another_one(ending: str, tmp_path: Path) -> None:
    """Limits, crashes and their reasons are the same, and what the kernel started is gone."""
    code, circumstances, status, reason = ENDINGS[ending]
    start = "import subprocess; print(subprocess.Popen(['setsid', 'sleep', '60'], stdout=-3).pid)"
    done, heard = run(tmp_path, start, code, **circumstances)
    assert heard.warm == [True]
    assert done.status is status
    assert reason in str(done.reason)
    daemon = int(small_books.shown(tmp_path).split()[0])
    until(lambda: not psutil.pid_exists(daemon))
    assert not psutil.pid_exists(heard.pids[0])


def test_kernels_of_one_parent_draw_different_numbers(tmp_path: Path) -> None:
    """What the system seeds in a fresh process is seeded anew."""
    code = (
        "import multiprocessing, random, tempfile, uuid, numpy, torch\n"
        "print(random.random(), numpy.random.random(), torch.initial_seed(), uuid.uuid4(), tempfile.mktemp(),"
        " bytes(multiprocessing.current_process().authkey).hex())"
    )
    drawn = []
    for _ in range(2):
        done, heard = run(tmp_path, code, modules=("numpy", "torch"))
        assert (done.status, heard.warm) == (Status.SUCCEEDED, [True])
        drawn.append(small_books.shown(tmp_path).split())
    assert len(drawn[0]) == 6
    assert not set(drawn[0]) & set(drawn[1])


def test_a_module_beside_the_notebook_counts(tmp_path: Path) -> None:
    """Where a cell would import another module of that name, its kernel is started anew, and the reason is told."""
    there = tmp_path / "site-packages"
    there.mkdir()
    (tmp_path / "here").mkdir()
    (there / "ahead.py").write_text("where = 'there'")
    environment = process.environment({**os.environ, "PYTHONPATH": str(there)}, {})
    code = "import ahead; print(ahead.where)"
    for expected in ("there", "here"):
        done, heard = run(tmp_path, code, modules=("ahead",), folder=tmp_path / "here", environment=environment)
        assert done.status is Status.SUCCEEDED
        assert small_books.shown(tmp_path) == f"{expected}\n"
        assert heard.warm == [expected == "there"]
        (tmp_path / "here" / "ahead.py").write_text("where = 'here'")
    assert heard.why == ["ahead lies beside the notebook, and is not what is imported ahead"]


def test_a_parent_that_cannot_be_started_costs_no_run(tmp_path: Path) -> None:
    """The kernel is started anew; the reason is what the parent said last."""
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\nif 'runner.kernel.warm.parent' in sys.orig_argv: raise SystemExit('no parent here')"
    )
    environment = process.environment({**os.environ, "PYTHONPATH": str(tmp_path)}, {})
    done, heard = run(tmp_path, "print(6 * 7)", environment=environment)
    assert (done.status, heard.warm) == (Status.SUCCEEDED, [False])
    assert small_books.shown(tmp_path) == "42\n"
    assert "no parent here" in heard.why[0]


def test_a_killed_parent_is_replaced(tmp_path: Path) -> None:
    """Its kernel works on, and the next one comes from another parent."""

    def parents() -> list[psutil.Process]:
        found = [one for one in psutil.Process().children() if one.status() != psutil.STATUS_ZOMBIE]
        return [one for one in found if "runner.kernel.warm.parent" in one.cmdline()]

    others = zombies()
    run(tmp_path, "1")
    before = parents()
    kill = "import os, psutil\nfor one in psutil.Process(os.getppid()).parents()[:-1]:\n"
    kill += "    if 'runner.kernel.warm.parent' in one.cmdline(): one.kill()"
    done, heard = run(tmp_path, kill, "print(6 * 7)")
    assert (done.status, heard.warm, small_books.shown(tmp_path)) == (Status.SUCCEEDED, [True], "42\n")
    done, heard = run(tmp_path, "1")
    assert (done.status, heard.warm) == (Status.SUCCEEDED, [True])
    assert before
    assert not set(parents()) & set(before)
    until(lambda: zombies() <= others)


def test_another_interpreter_and_another_program_are_left_alone(tmp_path: Path) -> None:
    """Only IPython's kernel in this Python can be forked."""
    for command in (["/usr/bin/python3", "-m", "ipykernel_launcher"], [sys.executable, "-m", "bash_kernel"], ["R"]):
        with pytest.raises(provisioner.Cold, match="not a kernel of this Python"):
            provisioner.interpreter(command)
    assert provisioner.interpreter([sys.executable, "-Xutf8", "-m", "ipykernel_launcher", "-f", "x"]) == [
        sys.executable,
        "-Xutf8",
    ]


def test_a_kernel_specification_may_ask_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So JupyterLab and nbclient have warm kernels too; what is imported ahead stands in the specification."""
    folder = tmp_path / "kernels" / "warm"
    folder.mkdir(parents=True)
    config = {"modules": ["numpy"], "memory_bytes": 2**30}
    stanza = {"kernel_provisioner": {"provisioner_name": provisioner.NAME, "config": config}}
    argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    one_thread = dict.fromkeys(process.THREADS, "1")
    spec = {"argv": argv, "display_name": "warm", "language": "python", "metadata": stanza, "env": one_thread}
    (folder / "kernel.json").write_text(json.dumps(spec))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    code = "import resource, sys\nprint('numpy' in sys.modules, 'runner' in sys.modules, resource.getrlimit(2))"
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    done = nbclient.NotebookClient(book, kernel_name="warm").execute()
    printed = next(output.text for output in done.cells[0].outputs if output.get("name") == "stdout")
    assert printed == f"True False ({2**31}, {2**31})\n"
