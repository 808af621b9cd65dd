"""Guarded kernels for the runner, and for any other program that speaks to kernels."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from pathlib import Path
from typing import Any

import nbclient
import nbformat
import psutil
import pytest
from jupyter_client.manager import AsyncKernelManager

from runner.kernel import provisioner
from runner.kernel.provisioner import Guard, GuardedProvisioner
from tests.runner.kernel.processes import Marked

STANZA = {"kernel_provisioner": {"provisioner_name": provisioner.NAME}}


async def started(folder: Path, marked: Marked, **facts: Any) -> tuple[AsyncKernelManager, Any]:
    """A guarded kernel, and a client that it answers."""
    manager = AsyncKernelManager(kernel_name="python3", transport="ipc", connection_file=str(folder / "kernel.json"))
    assert manager.kernel_spec
    manager.kernel_spec.metadata = dict(STANZA)
    for name, value in facts.items():
        setattr(manager.kernel_spec, name, value)
    await manager.start_kernel(env=marked.environment)
    client = manager.client()
    client.start_channels()
    await client.wait_for_ready(timeout=30)
    return manager, client


async def answer(client: Any, code: str, seconds: float = 20) -> Any:
    """What the kernel answers to a request to run code."""
    asked = client.execute(code, stop_on_error=False)  # what comes at once after an error would be aborted
    while (reply := await client.get_shell_msg(timeout=seconds))["parent_header"].get("msg_id") != asked:
        continue
    return reply["content"]


def test_a_kernel_is_interrupted_restarted_and_ended(marked: Marked, tmp_path: Path) -> None:
    """jupyter_client does with a guarded kernel all it does with another, and nothing is left of it."""

    async def scene() -> None:
        manager, client = await started(tmp_path, marked)
        assert isinstance(manager.provisioner, GuardedProvisioner)
        first = manager.provisioner.guard
        assert first is not None
        assert psutil.Process(first.pid).ppid() == first.guardian
        asleep = asyncio.ensure_future(answer(client, "import time; time.sleep(60)"))
        await asyncio.sleep(0.5)
        await manager.interrupt_kernel()
        assert (await asleep)["ename"] == "KeyboardInterrupt"
        await answer(client, "import subprocess; subprocess.Popen(['setsid', 'sleep', '60'])")
        await manager.restart_kernel(now=True)
        await client.wait_for_ready(timeout=30)
        assert manager.provisioner.guard is not first
        assert not psutil.pid_exists(first.guardian)
        assert (await answer(client, "1 + 1"))["status"] == "ok"
        client.stop_channels()
        await manager.shutdown_kernel()
        assert not await manager.is_alive()

    asyncio.run(scene())
    assert not marked.commands()


def test_a_kernel_that_is_interrupted_by_a_message_gets_a_message(marked: Marked, tmp_path: Path) -> None:
    """The specification's `interrupt_mode` counts: such a kernel may well ignore the signal."""

    async def scene() -> None:
        manager, client = await started(tmp_path, marked, interrupt_mode="message")
        await answer(client, "import signal; before = signal.getsignal(signal.SIGINT)")
        asleep = asyncio.ensure_future(answer(client, "import time; time.sleep(60)"))
        await asyncio.sleep(0.5)
        await manager.interrupt_kernel()
        assert (await asleep)["ename"] == "KeyboardInterrupt"
        client.stop_channels()
        await manager.shutdown_kernel(now=True)

    asyncio.run(scene())
    assert not marked.commands()


def test_a_kernel_specification_may_ask_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So JupyterLab and nbclient guard a kernel too; its limits stand in the specification."""
    folder = tmp_path / "kernels" / "guarded"
    folder.mkdir(parents=True)
    stanza = {"kernel_provisioner": {**STANZA["kernel_provisioner"], "config": {"memory_bytes": 2**30}}}
    argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec = {"argv": argv, "display_name": "guarded", "language": "python", "metadata": stanza}
    (folder / "kernel.json").write_text(json.dumps(spec))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    code = "import os, psutil, resource\nprint(psutil.Process(os.getppid()).cmdline()[3], resource.getrlimit(2))"
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    done = nbclient.NotebookClient(book, kernel_name="guarded").execute()
    printed = next(output.text for output in done.cells[0].outputs if output.get("name") == "stdout")
    assert "guardian.py" in printed
    assert str(2**31) in printed


def test_a_program_that_cannot_be_loaded_is_an_error(tmp_path: Path, marked: Marked) -> None:
    """Its text is the system's reason."""
    with pytest.raises(RuntimeError, match="No such file or directory: /no/such/python"):
        asyncio.run(started(tmp_path, marked, argv=["/no/such/python"]))
    assert not marked.commands()


def test_a_folder_that_is_not_there_is_an_error(marked: Marked, tmp_path: Path) -> None:
    """A guardian that could not be started leaves no open channel."""
    with pytest.raises(FileNotFoundError, match="nowhere"):
        Guard([sys.executable], data_limit=0, private="", env=marked.environment, cwd=tmp_path / "nowhere")


def test_waiting_for_a_kernel_that_does_nothing_ends_it(marked: Marked) -> None:
    """`wait` leaves nothing, and says so as often as it is asked."""
    guard = Guard(
        [sys.executable, "-c", "import time; time.sleep(60)"], data_limit=0, private="", env=marked.environment
    )
    assert guard.wait() == guard.wait() == -signal.SIGKILL
    guard.send_signal(signal.SIGINT)
    assert not marked.commands()


def test_the_systems_limit_leaves_room() -> None:
    """Twice the memory limit, but never so little that libraries cannot be imported; none without a limit."""
    assert provisioner.data_limit(2**31) == 2**32
    assert provisioner.data_limit(2**20) == 2**30
    assert provisioner.data_limit(0) == 0
