"""The guardian of one kernel: a small process between runner and kernel that lets nothing outlive either of them.

Started as `python -I -S guardian.py CHANNEL DATA_LIMIT FOLDER COMMAND …`, with only what Python brings, so that it is
up in tens of milliseconds; the guardian of a warm kernel is forked (`runner.kernel.warm`). CHANNEL is a socket whose
other end the runner alone holds: when the runner vanishes, by SIGKILL too, the channel ends, whatever the kernel is
busy with. The guardian is a subreaper: what a cell starts, also in a session of its own or by a double fork, becomes
its child at the latest when its parents are gone, and is killed like the kernel. Then the guardian ends too.

It reports lines (`kernel PID`, `failed WHY`, `ended STATUS`, `gone CPU_SECONDS PEAK_BYTES`) and takes orders
(`signal NUMBER`, `kill`). Systems without prctl and /proc (macOS) know no subreapers: there it kills the kernel's
process group, and what left that group is found by the runner as long as that lives.
"""

# Files by `os`: pathlib would take as long to import as all the rest.
# ruff: noqa: PTH106, PTH108, PTH123, PTH208

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import select
import signal
import sys
from collections.abc import Callable
from functools import partial
from time import monotonic

LINUX = sys.platform == "linux"
PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
OOM_SCORE = "500"
"""Where memory runs out, the system takes the kernel rather than the runner or the database beside it."""
PATIENCE = 20.0
"""Seconds after which what cannot be killed (it waits for a disk, or changed its user) is left."""
SHORTEST_PAUSE, LONGEST_PAUSE = 0.001, 0.05
DEAF_TO = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGTSTP, signal.SIGTTOU)
"""Signals of a terminal or of an operator are for the runner, which tells the guardian what to do."""
LEFT_TO_PYTHON = (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGCHLD)
"""Signals that Python ignores or the guardian handles, and a kernel must find as the system has them."""


class Guardian:
    """Starts the kernel, and is its parent until nothing of it is left."""

    def __init__(self, channel: int) -> None:
        self.channel = channel
        self.kernel = 0
        self.ended: int | None = None
        """Exit status of the kernel, or its signal as a negative number."""
        self.awake, self._wake = os.pipe()
        for end in (self.awake, self._wake):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(self._wake, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def guard(self, begin: Callable[[], object], name: str, data_limit: int, folder: str) -> bool:
        """Guard a kernel from its start until nothing of it is left; `begin` makes a process, just forked, the kernel.

        Where `begin` comes back instead of loading a program, this comes back too, and says True, in the kernel.
        """
        started = self.start(begin, name, data_limit)
        if started and not self.kernel:
            return True
        runner_lives = started and self.watch()
        self.clear()
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        peak = used.ru_maxrss * (1024 if LINUX else 1)
        self.report(f"gone {used.ru_utime + used.ru_stime:.3f} {peak}")
        if folder and not runner_lives:
            remove(folder)
        return False

    def start(self, begin: Callable[[], object], name: str, data_limit: int) -> bool:
        """Start the kernel, and report its process or why there is none."""
        told, tell = os.pipe()
        guardian = os.getpid()
        self.kernel = os.fork()
        if self.kernel == 0:
            try:
                set_apart(data_limit, guardian)
                begin()
            except (OSError, ValueError) as error:
                os.write(tell, f"{getattr(error, 'strerror', None) or error}: {name}".encode())
                os._exit(127)
            for end in (told, tell, self.channel, self.awake, self._wake):
                os.close(end)
            return True
        os.close(tell)
        failure = os.read(told, 1000)  # ends without a word when the kernel's program has been loaded
        os.close(told)
        if failure:
            self.kernel = 0
            self.report("failed " + failure.decode(errors="replace"))
            return False
        self.report(f"kernel {self.kernel}")
        return True

    def watch(self) -> bool:
        """Wait for the end of the kernel, of the runner, or for the order to end both; whether the runner is there."""
        orders = b""
        while self.ended is None:
            ready, _, _ = select.select([self.channel, self.awake], [], [])
            if self.awake in ready:
                self.reap()
            if self.channel in ready:
                said = self.hear()
                if not said:
                    return False
                *lines, orders = (orders + said).split(b"\n")
                for line in lines:
                    if line == b"kill":
                        return True
                    self.pass_on(int(line.removeprefix(b"signal ")))
        return True

    def hear(self) -> bytes:
        """What the runner says; nothing once it is gone."""
        try:
            return os.read(self.channel, 4096)
        except OSError:
            return b""

    def report(self, line: str) -> None:
        """Tell the runner, if it is there."""
        with contextlib.suppress(OSError):
            os.write(self.channel, line.encode() + b"\n")

    def pass_on(self, number: int) -> None:
        """Signal the kernel and what runs in its process group, as a terminal would."""
        if self.kernel:
            with contextlib.suppress(OSError):
                os.killpg(self.kernel, number)

    def reap(self) -> bool:
        """Take note of every child that has ended; whether any is left."""
        with contextlib.suppress(BlockingIOError):
            os.read(self.awake, 4096)
        try:
            while (found := os.waitpid(-1, os.WNOHANG))[0]:
                if found[0] == self.kernel:
                    self.ended = os.waitstatus_to_exitcode(found[1])
                    self.report(f"ended {self.ended}")
        except ChildProcessError:
            return False
        return True

    def clear(self) -> None:
        """Kill every descendant. Those whose parents die meanwhile become children here, and are next."""
        until, pause = monotonic() + PATIENCE, SHORTEST_PAUSE
        if not LINUX:
            self.pass_on(signal.SIGKILL)
        known: set[int] = set()
        while self.reap() and monotonic() < until:
            found = set(children())
            for child in found:
                kill(child)
            # Children that are new may belong to one that forks on and on, and is to be overtaken.
            pause = 0.0 if found - known else max(SHORTEST_PAUSE, min(2 * pause, LONGEST_PAUSE))
            known |= found
            select.select([self.awake], [], [], pause)


def set_apart(data_limit: int, guardian: int) -> None:
    """Give this process, just forked, what a kernel has: a session of its own, which ends when the guardian does."""
    os.setsid()
    signal.set_wakeup_fd(-1)
    for number in (*DEAF_TO, *LEFT_TO_PYTHON):
        signal.signal(number, signal.SIG_DFL)
    if LINUX:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:
            file.write(OOM_SCORE)
    if os.getppid() != guardian:
        os._exit(127)  # it died before it could be watched
    if data_limit and LINUX:
        resource.setrlimit(resource.RLIMIT_DATA, (data_limit, data_limit))
    os.environ["JPY_PARENT_PID"] = str(guardian)


def children() -> list[int]:
    """The processes whose parent this one is."""
    with contextlib.suppress(OSError), open(f"/proc/self/task/{os.getpid()}/children", "rb") as file:
        return [int(pid) for pid in file.read().split()]
    # Some systems are built without that list.
    mine, found = str(os.getpid()).encode(), []
    for name in filter(str.isdigit, os.listdir("/proc") if LINUX else ()):
        with contextlib.suppress(OSError), open(f"/proc/{name}/stat", "rb") as file:
            # The program's name stands in parentheses and may hold anything; state and parent follow it.
            if file.read().rpartition(b")")[2].split()[1] == mine:
                found.append(int(name))
    return found


def kill(child: int) -> None:
    """Kill a child and its process group, at once, so that none of them can fork away from it."""
    with contextlib.suppress(OSError):
        group = os.getpgid(child)
        if group != os.getpgrp():
            os.killpg(group, signal.SIGKILL)
    with contextlib.suppress(OSError):
        os.kill(child, signal.SIGKILL)


def prctl(option: int, value: int) -> None:
    """Set an attribute of this process that only Linux knows."""
    ctypes.CDLL(None).prctl(option, ctypes.c_ulong(value), 0, 0, 0)


def remove(folder: str) -> None:
    """Remove the kernel's private folder, with its sockets, its connection file and its temporary files."""
    with contextlib.suppress(OSError):
        for entry in os.scandir(folder):
            if entry.is_dir(follow_symlinks=False):
                remove(entry.path)
            else:
                os.unlink(entry.path)
        os.rmdir(folder)


def take_post(channel: int) -> Guardian:
    """Make this process a guardian, whose runner is at the other end of the channel."""
    for number in DEAF_TO:
        signal.signal(number, signal.SIG_IGN)
    os.set_inheritable(channel, False)
    if LINUX:
        prctl(PR_SET_CHILD_SUBREAPER, 1)
    return Guardian(channel)


def main(channel: str, data_limit: str, folder: str, *command: str) -> None:
    """Guard the kernel that this command starts."""
    begin = partial(os.execvp, command[0], command)
    take_post(int(channel)).guard(begin, command[0], int(data_limit), folder)


if __name__ == "__main__":
    main(*sys.argv[1:])
