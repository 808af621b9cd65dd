"""What a run is put into before it starts: kernels, servers, disks, limits and pipes."""

from __future__ import annotations

import ctypes
import json
import os
import resource
import shutil
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import psutil

from tests.faults.stage import Stage

DISK_BYTES = 560 << 20
"""Preflight wants 500 MB to be free."""
MOST_FILE_BYTES = 2 << 20
DROP = 24
"""PR_CAPBSET_DROP: the program that is started next does without a privilege."""
IGNORES_PERMISSIONS = (1, 2)
"""CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH."""


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
