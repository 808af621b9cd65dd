"""What is done to a run from outside: before it starts, while it is under way, and looked at when it is over."""

from __future__ import annotations

import ctypes
import json
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import psutil

from runner import journal
from tests.faults.stage import Stage, stop_signal, wait_until

DISK_BYTES = 560 << 20
"""Preflight wants 500 MB to be free."""
MOST_FILE_BYTES = 2 << 20
DROP = 24
"""PR_CAPBSET_DROP: the program that is started next does without a privilege."""
IGNORES_PERMISSIONS = (1, 2)
"""CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH."""


def nothing(_: Stage) -> None:
    """The way needs nothing done."""


def no_fault(_: Stage) -> list[str]:
    """Nothing else has to be true."""
    return []


def possible() -> str | None:
    """The way can be tried everywhere."""
    return None


# Before the run.


def kernel(stage: Stage, name: str, *command: str) -> None:
    """Install a kernel specification."""
    folder = stage.kernels / name
    folder.mkdir()
    content = {"argv": [*command, "{connection_file}"], "display_name": name, "language": "python"}
    (folder / "kernel.json").write_text(json.dumps(content), encoding="utf-8")


def stillborn_kernel(stage: Stage) -> None:
    """A kernel that ends as soon as it is started."""
    kernel(stage, "stillborn", sys.executable, "-c", "import sys; sys.exit(3)")


def mute_kernel(stage: Stage) -> None:
    """A kernel that never answers."""
    kernel(stage, "mute", sys.executable, "-c", "import time; time.sleep(60)")


def missing_kernel(stage: Stage) -> None:
    """A kernel specification whose program is not there."""
    kernel(stage, "nowhere", str(stage.root / "no-such-program"))


class _Hanging(BaseHTTPRequestHandler):
    """Answers `/hang…` never, anything else with 404."""

    def do_GET(self) -> None:
        """Answer, or do not."""
        if self.path.startswith("/hang"):
            self.server.asked.set()  # type: ignore[attr-defined]
            self.server.over.wait(60)  # type: ignore[attr-defined]
        else:
            self.send_error(404)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def serve(stage: Stage) -> None:
    """A web server that has nothing, or does not answer; `URL` in the pipeline file is its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Hanging)
    server.asked, server.over = threading.Event(), threading.Event()  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def close() -> None:
        server.over.set()  # type: ignore[attr-defined]
        server.shutdown()
        server.server_close()

    stage.closing.append(close)
    stage.asked = server.asked  # type: ignore[attr-defined]
    for path in stage.pipelines.glob("*.yml"):
        address = f"http://127.0.0.1:{server.server_port}"
        path.write_text(path.read_text(encoding="utf-8").replace("URL", address), encoding="utf-8")


def small_disk(stage: Stage) -> None:
    """The output folder is a disk of its own."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "faults", str(stage.output)], check=True)
    stage.closing.append(lambda: subprocess.run(["umount", "--lazy", str(stage.output)], check=True))


def small_files(_: Stage) -> dict[str, Any]:
    """No file may grow beyond a limit, as under a quota."""
    return {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (MOST_FILE_BYTES, MOST_FILE_BYTES))}


def like_anyone(_: Stage) -> dict[str, Any]:
    """Permissions hold for the runner, also where the tests are run by root."""
    return {"preexec_fn": _without_privileges} if os.geteuid() == 0 else {}


def _without_privileges() -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    for capability in IGNORES_PERMISSIONS:
        if libc.prctl(DROP, capability, 0, 0, 0):
            raise OSError(ctypes.get_errno(), "a privilege could not be dropped")


def pipe(stage: Stage) -> dict[str, Any]:
    """The runner's output goes into a pipe."""
    read, write = os.pipe()
    stage.pipe = read, write  # type: ignore[attr-defined]
    return {"stdout": write, "stderr": write}


def full_device(stage: Stage) -> dict[str, Any]:
    """The runner's output goes where no byte fits."""
    handle = os.open("/dev/full", os.O_WRONLY)
    stage.closing.append(lambda: os.close(handle))
    return {"stdout": handle, "stderr": handle}


def cannot_mount() -> str | None:
    """Why no disk can be mounted here, tried in a mount namespace of its own."""
    if os.geteuid() != 0:
        return "only root may mount a small disk"
    if psutil.virtual_memory().available < 2 * DISK_BYTES:
        return "there is too little memory for a disk in memory"
    if not shutil.which("mount") or not shutil.which("unshare"):
        return "mount is not installed"
    tried = ["unshare", "--mount", "mount", "-t", "tmpfs", "faults", "/mnt"]
    done = subprocess.run(tried, capture_output=True, text=True, check=False)
    return f"a disk cannot be mounted here: {done.stderr.strip()}" if done.returncode else None


# While it is under way.


def signals(*numbers: signal.Signals) -> Callable[[Stage], None]:
    """Send signals to the runner, in the second cell."""

    def act(stage: Stage) -> None:
        wait_for_children(stage)
        for number in numbers:
            stop_signal(stage.processes[0], number)

    return act


def signal_group(number: signal.Signals) -> Callable[[Stage], None]:
    """Send a signal to the runner's process group, as a terminal does."""

    def act(stage: Stage) -> None:
        wait_for_children(stage)
        os.killpg(stage.processes[0].pid, number)

    return act


def wait_for_children(stage: Stage) -> None:
    """Wait for the second cell, and until it has noted what it starts."""
    stage.wait_for_cell(2)
    source = next(stage.pipelines.glob("work.ipynb")).read_text(encoding="utf-8")
    if "pid 0" in source:
        wait_until(lambda: any(word == "pid" for word, _, _ in stage.noted()), "the cell started nothing")


def kill_kernel(stage: Stage) -> None:
    """Kill the kernel in its second cell, as the system does when memory runs out."""
    os.kill(stage.wait_for_cell(2), signal.SIGKILL)


def signal_at_fetch(stage: Stage) -> None:
    """Send SIGTERM while an input is being fetched."""
    asked: threading.Event = stage.asked  # type: ignore[attr-defined]
    wait_until(asked.is_set, f"no input was asked for: {stage.said()}", alive=stage.processes[0])
    stop_signal(stage.processes[0], signal.SIGTERM)


def fill_disk(stage: Stage) -> None:
    """Leave no byte on the disk of the output folder, and let the cell go on."""
    stage.wait_for_cell(2)
    file = os.open(stage.output / "filling", os.O_WRONLY | os.O_CREAT)
    free = shutil.disk_usage(stage.output).free
    while free > 0:
        try:
            os.posix_fallocate(file, os.fstat(file).st_size, free)
        except OSError:
            free //= 2
        else:
            free = shutil.disk_usage(stage.output).free
    os.close(file)
    stage.go.touch()


def read_only(stage: Stage) -> None:
    """Let nobody write to the run's folder any more, and let the cell go on."""
    stage.wait_for_cell(2)
    (folder,) = stage.run_folders()
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)

    def undo() -> None:
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o755)

    stage.closing.append(undo)
    stage.go.touch()


def delete_run_folder(stage: Stage) -> None:
    """Remove the run's folder, and let the cell go on."""
    stage.wait_for_cell(2)
    (folder,) = stage.run_folders()
    shutil.rmtree(folder)
    stage.go.touch()


def lock_database(stage: Stage) -> None:
    """Hold the database as a backup does, and let the cell go on."""
    stage.wait_for_cell(2)
    connection = sqlite3.connect(stage.root / "insiders.db", check_same_thread=False)
    connection.execute("BEGIN EXCLUSIVE")
    stage.closing.append(connection.close)
    stage.go.touch()


def close_pipe(stage: Stage) -> None:
    """Go away as `| head -1` does, and let the cell go on."""
    stage.wait_for_cell(2)
    for end in stage.pipe:  # type: ignore[attr-defined]
        os.close(end)
    stage.go.touch()


def second_run(stage: Stage) -> None:
    """Start the same pipeline again, wait until that is refused, and let the first one go on."""
    stage.wait_for_cell(2)
    stage.run("run", str(stage.pipelines / "way.yml")).wait(60)
    stage.go.touch()


# When it is over.


def manifests(stage: Stage) -> list[dict[str, Any]]:
    """The manifests of all runs, the newest first."""
    found = [folder / "run.json" for folder in stage.run_folders()]
    return [json.loads(path.read_text(encoding="utf-8")) for path in found if path.exists()]


def says(text: str) -> Callable[[Stage], list[str]]:
    """The person must be told a text, and no traceback."""

    def check(stage: Stage) -> list[str]:
        said = stage.said()
        faults = [] if text in said else [f"the person is not told {text!r}, but: {said[-300:]!r}"]
        return faults + (["the person meets a traceback"] if "Traceback" in said else [])

    return check


def two_attempts(stage: Stage) -> list[str]:
    """The notebook was run twice, and each attempt has its record."""
    begun = [number for word, number, _ in stage.noted() if word == "begin" and number == 1]
    faults = [] if len(begun) == 2 else [f"the notebook was run {len(begun)} times, not twice"]
    step = manifests(stage)[0]["steps"][0]
    return faults + ([] if step.get("attempts") else ["the record has no attempts"])


def refused_and_recorded(stage: Stage) -> list[str]:
    """The second run exits with 4, says who holds the lock, and is recorded."""
    status, said = stage.processes[1].poll(), stage.said(1)
    faults = [] if status == 4 else [f"the second run exits with {status}: {said[-300:]!r}"]
    first = stage.run_folders()[-1].name
    faults += [] if first in said else [f"the second run does not say that {first} is under way: {said[-300:]!r}"]
    recorded = len(stage.run_folders()) > 1 or "locked" in json.dumps(_ledger(stage))
    return faults + ([] if recorded else ["the refused run is recorded nowhere"])


def _ledger(stage: Stage) -> list[dict[str, Any]]:
    path = stage.output / "ledger.jsonl"
    return journal.read(path) if path.exists() else []


def siblings_ran(stage: Stage) -> list[str]:
    """The items beside the failed one have succeeded, and what needs all of them was skipped."""
    statuses = {step["name"]: step["status"] for step in manifests(stage)[0]["steps"]}
    expected = {"work.1": "succeeded", "work.2": "failed", "work.3": "succeeded", "after": "skipped"}
    return [] if statuses == expected else [f"the steps are {statuses}"]
