"""The life of one kernel: how it is started and spoken to, whether it lives, and what it said last."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from queue import Empty
from time import monotonic
from typing import Any

from nbclient.exceptions import DeadKernelError

from runner.kernel import endings, oom, provisioner
from runner.kernel.circumstances import Supervision, Warmth
from runner.kernel.endings import NotebookStopped
from runner.kernel.outputs import OutputClient
from runner.kernel.provisioner import Guard
from runner.kernel.usage import Usage
from runner.kernel.warm import provisioner as warm
from runner.outcomes import Status

LAST_WORDS_BYTES = 8000
"""So much of a dead kernel's stderr its copy shows."""
CRASH_REPORTS = "__import__('faulthandler').enable(__import__('sys').stderr._original_stdstream_copy)"
"""Lets a kernel that crashes say where, on the stderr that it was started with: the one that it captures for the cells
is read by the kernel itself, and is lost with it."""
ANSWER_SECONDS = 1.0
"""How long an answer may take before the kernel is asked again."""
PUBLISHED_SECONDS = 0.05
"""The same of what it publishes, which is lost as long as nobody has subscribed."""
LONGEST_SOCKET_FOLDER = 80
"""Unix allows about 100 characters for the path of a socket; beyond, the kernel listens on the loopback interface."""


class KernelClient(OutputClient):
    """Starts a kernel under a guardian, and tells how it ended."""

    supervision: Supervision
    km: Any
    kc: Any
    _guard: Guard | None = None
    _usage: Usage | None = None

    def _prepare(self, folder: str) -> None:
        """Settle how the kernel will be started and spoken to."""
        self.km = self.create_kernel_manager()
        self.km.connection_file = f"{folder}/kernel.json"
        self._log = Path(folder, "kernel.log")
        if len(folder) < LONGEST_SOCKET_FOLDER:
            # Sockets in a private folder cannot be reached over the network, and need no free port.
            self.km.transport = "ipc"
        self._private = folder
        self._temporary = Path(folder, "tmp")
        self._temporary.mkdir()
        self._oom_kills = oom.kills()

    async def _start_kernel(self) -> None:
        supervision = self.supervision
        folder = str(supervision.folder or Path.cwd())
        config: dict[str, Any] = {"memory_bytes": supervision.memory_bytes or 0, "private": self._private}
        name = provisioner.NAME
        if supervision.warmth is not None:
            name, config = warm.NAME, {**config, **_lists(supervision.warmth)}
        guarded = {"provisioner_name": name, "config": config}
        # The specification as this manager holds it; the user's file stays as it is.
        self.km.kernel_spec.metadata = {**self.km.kernel_spec.metadata, "kernel_provisioner": guarded}
        with self._log.open("wb") as log:
            # What does not come as a message, a crash report for example, would otherwise stand on the runner's stderr.
            # Temporary files lie where they go with the kernel, however it ends; those of DuckDB may be many gigabytes.
            environment = {**supervision.environment, "TMPDIR": str(self._temporary)}
            await self.async_start_new_kernel(env=environment, cwd=folder, stdout=log, stderr=log)
        self._guard = self.km.provisioner.guard
        if why := getattr(self.km.provisioner, "cold", None):
            supervision.watch.kernel_cold(why)
        self.kc = self.km.client()
        self.kc.start_channels()
        self.kc.allow_stdin = False
        language = (await self._first_answer())["language_info"]
        self.nb.metadata["language_info"] = language
        if language.get("name") == "python":
            await self.async_wait_for_reply(self.kc.execute(CRASH_REPORTS, silent=True, store_history=False))

    async def _first_answer(self) -> dict[str, Any]:
        """Wait until the kernel answers and what it publishes arrives; what it says of itself.

        jupyter_client does the same, and then waits for a fifth of a second without a message.
        """
        until = monotonic() + self.startup_timeout
        while monotonic() < until:
            asked = self.kc.kernel_info()
            with contextlib.suppress(Empty):
                while (reply := await self.kc.get_shell_msg(timeout=ANSWER_SECONDS))["msg_type"] != "kernel_info_reply":
                    continue
                while not _ends(await self.kc.get_iopub_msg(timeout=PUBLISHED_SECONDS), asked):
                    continue
                return reply["content"]
            if self._ending() is not None:
                raise RuntimeError("it died before it answered")
        raise RuntimeError(f"it did not answer within {self.startup_timeout} s")

    def _is_warm(self) -> bool:
        return self.supervision.warmth is not None and self.km.provisioner.cold is None

    def _last_words(self) -> str:
        """What the kernel left on its stderr."""
        said = self._log.read_bytes() if self._log.exists() else b""
        # Redacted before it is cut: half a secret at the cut would not be recognised.
        return self.supervision.redactor.end_of(said, LAST_WORDS_BYTES)

    def _ending(self) -> NotebookStopped | None:
        """How the kernel ended, or has to end for the memory it uses; None while it lives."""
        if self._usage is not None and self._usage.over_bytes is not None:
            return endings.of_memory(self._usage.over_bytes, self.supervision.memory_bytes)
        return endings.of_kernel(self._guard, self._oom_kills) if self._guard is not None else None

    async def _async_check_alive(self) -> None:
        """Tell nbclient that the kernel is dead, as its own method does, but without a line in the log."""
        if self._ending() is not None:
            raise DeadKernelError("Kernel died")


def _ends(message: dict[str, Any], asked: str) -> bool:
    """Whether a message says that the kernel is through with what it was asked."""
    state = message["content"].get("execution_state")
    return state == "idle" and message["parent_header"].get("msg_id") == asked


def _lists(warmth: Warmth) -> dict[str, Any]:
    return {"modules": list(warmth.modules), "others": list(map(list, warmth.others))}


def private_folder() -> tempfile.TemporaryDirectory[str]:
    """A folder for the connection file, the sockets and the temporary files of one kernel, gone behind it."""
    try:
        return tempfile.TemporaryDirectory(prefix="kernel-", ignore_cleanup_errors=True)
    except OSError as error:
        reason = f"the kernel did not start: no folder for its sockets: {error}"
        raise NotebookStopped(Status.KERNEL_DIED, reason) from error
