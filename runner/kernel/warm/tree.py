"""The parents of warm kernels as the runner sees them: a tree whose root has imported nothing but the kernel itself.

Each branch has imported what one list of modules names, on top of what its own parent has. Branches are made where
they are first asked for, and share what the lists that are known begin with in common.
"""

from __future__ import annotations

import contextlib
import errno
import itertools
import json
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from runner.kernel.warm.handle import Handle

ROOT = Path(__file__).resolve().parents[3]
"""Where the package `runner` lies, which the parents import."""
PATIENCE = 5.0
"""Seconds that a parent may take to end, before it is killed."""
LONGEST_ORDER = 2**17
LONGEST_SAID = 4096
LEFT_OUT = {"yellowbrick": "its import changes the style of figures"}
"""Packages known to be unfit; of others a branch finds out by importing them, and the next one begins anew."""
_NO_THREAD = {"JE_ARROW_MALLOC_CONF": "background_thread:false"}
"""pyarrow's allocator would start a thread at its import, and a process with threads must not be forked."""

Modules = tuple[str, ...]


class Branch:
    """One parent, by its socket. Nothing waits for it: orders lie in the socket while it imports."""

    def __init__(self, modules: Modules) -> None:
        self.modules = modules
        self.unfit: tuple[str, str] | None = None
        """A module that it could not import ahead, and why; it has ended by that."""
        self.ready = False
        """Whether its imports are done."""
        self.process = Handle()
        self._control, self.theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._control.setblocking(False)

    def send(self, order: Mapping[str, Any], descriptors: Iterable[int]) -> None:
        """Give an order; raises an OSError where there is nobody to take it."""
        said = json.dumps(order).encode()
        if len(said) > LONGEST_ORDER:
            raise OSError(errno.EMSGSIZE, "its environment is too long")
        socket.send_fds(self._control, [said], list(descriptors))

    def lives(self) -> bool:
        """Whether it is there, as far as it has been heard."""
        with contextlib.suppress(BlockingIOError):
            try:
                while said := self._control.recv(LONGEST_SAID):
                    facts = json.loads(said)
                    if "pid" in facts:
                        self.process.found(facts["pid"])
                    self.ready = self.ready or "ready" in facts
                    if "unfit" in facts:
                        self.unfit = (facts["unfit"], facts["why"])
            except ConnectionError:
                pass
            return False
        return True

    def close(self) -> None:
        """Let it end, which it does as soon as it looks."""
        if self._control.fileno() >= 0:
            self.lives()
        self._control.close()
        self.theirs.close()


class Tree:
    """The parents of one interpreter in one environment."""

    def __init__(self, interpreter: Sequence[str], environment: Mapping[str, str]) -> None:
        self.unfit = dict(LEFT_OUT)
        """The packages that cannot be imported ahead, and why."""
        self._lists: list[Modules] = []
        self._lock = threading.RLock()
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the tree
        root = Branch(())
        self._branches: dict[Modules, Branch] = {(): root}
        control = root.theirs
        self._process = subprocess.Popen(  # noqa: S603 - the interpreter of a kernel spec
            [*interpreter, "-m", "runner.kernel.warm.parent", str(control.fileno())],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._log,
            cwd=ROOT,
            env={**_NO_THREAD, **environment},
            pass_fds=[control.fileno()],
            process_group=0,  # a terminal's Ctrl-C is for the runner
        )
        control.close()

    def lives(self) -> bool:
        """Whether kernels can be forked."""
        with self._lock:
            return self._process.poll() is None and self._branches[()].lives()

    @property
    def root(self) -> int:
        """The process that all others stand on."""
        return self._process.pid

    def last_words(self) -> str:
        """What the root said on its stderr before it ended."""
        self._log.seek(0)
        said = self._log.read().decode(errors="replace").strip().splitlines()
        return said[-1] if said else ""

    def knows(self, lists: Iterable[Iterable[str]]) -> None:
        """Take note of lists of modules that kernels may be asked for."""
        with self._lock:
            self._lists += [new for one in lists if (new := self._fit(one)) not in self._lists]

    def branch(self, modules: Iterable[str]) -> Branch:
        """The parent that imports these modules, as far as that can be done ahead; raises an OSError without one."""
        with self._lock:
            wanted = self._fit(modules)
            while True:
                try:
                    return self._grown(wanted)
                except _UnfitError:
                    wanted = self._fit(wanted)

    def prepare(self, lists: Iterable[Iterable[str]]) -> None:
        """Let the first of these lists that nothing has imported yet be imported meanwhile."""
        with self._lock, contextlib.suppress(OSError):
            for modules in lists:
                if (wanted := self._fit(modules)) not in self._branches:
                    self.branch(wanted)
                    return

    def _fit(self, modules: Iterable[str]) -> Modules:
        return tuple(one for one in dict.fromkeys(modules) if one.partition(".")[0] not in self.unfit)

    def _grown(self, wanted: Modules) -> Branch:
        there = self._branches.get(wanted)
        if there is not None and there.lives():
            return there
        if there is not None and wanted:
            self._cut(there)
        if not wanted:
            raise BrokenPipeError(self.last_words() or "the parent of warm kernels has ended")
        below = self._grown(self._shared(wanted))
        made = Branch(wanted)
        try:
            below.send({"branch": wanted[len(below.modules) :]}, [made.theirs.fileno()])
        finally:
            made.theirs.close()
        self._branches[wanted] = made
        return made

    def _cut(self, branch: Branch) -> None:
        """Forget a branch that has ended, with those that stand on it; raise where it says why."""
        count = len(branch.modules)
        for modules in [one for one in self._branches if one[:count] == branch.modules]:
            self._branches.pop(modules).close()
        if branch.unfit is not None:
            module, why = branch.unfit
            self.unfit[module.partition(".")[0]] = why
            raise _UnfitError(module)

    def _shared(self, wanted: Modules) -> Modules:
        """The longest beginning of a list that another list has, too."""
        beginnings = [_beginning(wanted, self._fit(one)) for one in self._lists]
        return max((one for one in beginnings if one != wanted), key=len, default=())

    def close(self) -> None:
        """Let all parents end, and come back when they have; kernels that live are their guardians'."""
        with self._lock:
            for branch in self._branches.values():
                branch.close()
            try:
                self._process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            for branch in self._branches.values():
                with contextlib.suppress(subprocess.TimeoutExpired):
                    branch.process.wait(PATIENCE)
            self._log.close()


def _beginning(one: Modules, other: Modules) -> Modules:
    """What two lists have in common from their first modules on."""
    equal = itertools.takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))
    return tuple(module for module, _ in equal)


class _UnfitError(Exception):
    """A branch has ended because of one of its modules."""
