"""The parent of warm kernels: a process that has imported packages, does nothing else, and forks kernels.

Started as `python -m runner.kernel.warm.parent CONTROL` with the interpreter, its options and the environment that a
kernel would have. CONTROL is a socket whose other end the runner alone holds: when the runner vanishes the parent ends,
and each kernel has a guardian of its own that sees to the same. Two orders come that way, as JSON with descriptors:

`branch`  fork another parent, which imports these modules too and obeys the socket that comes with the order. So a
          kernel has the modules that its own notebook imports, and none that another one does.
`kernel`  fork a guardian, which forks the kernel; from there on both are as if they had been started.

Only Linux has all that this needs.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import signal
import socket
import sys
import warnings
from functools import partial
from types import FrameType
from typing import Any, cast

from ipykernel import kernelapp, zmqshell

from runner.kernel import guardian
from runner.kernel.warm import forked
from runner.kernel.warm.fitness import Fitness, Unfit
from runner.kernel.warm.stand_in import StandIn

KERNELS_OWN = (
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.logger",
    "IPython.core.oinspect",
    "IPython.extensions.storemagic",
    "encodings.idna",
    "ipykernel.debugger",
    "psutil",
    "pydoc",
    "pygments.formatters.terminal256",
    "pygments.styles",
    "sqlite3",
    "stack_data",
    "tornado.platform.asyncio",
    "tornado.queues",
)
"""What a kernel imports only when it starts and runs its first cell."""
LONGEST_ORDER = 2**17
MOST_DESCRIPTORS = 3
LOOK_SECONDS = 0.25
"""How often a parent that imports looks whether the runner is still there."""


class Parent:
    """A process that has imported some modules, and forks."""

    def __init__(self, control: socket.socket) -> None:
        self.control = control
        self.fitness = Fitness()
        self.start = dict(os.environ)
        """The environment in which the imports happen."""
        self.standard = frozenset(sys.modules)
        """The modules that a kernel has before it looks into the folder in which it works."""
        for module in KERNELS_OWN:
            with contextlib.suppress(ImportError):
                importlib.import_module(module)
        gc.freeze()  # a collection in a kernel would otherwise copy all that it shares with this process

    def serve(self) -> forked.Order:
        """Obey orders until the runner is gone; comes back only in a kernel, with what that one was told."""
        while True:
            # What is forked from here is nobody's to wait for: its guard hears of it by the channel.
            signal.signal(signal.SIGCHLD, signal.SIG_IGN)
            said, descriptors = self._hear()
            if not said:
                os._exit(0)
            order = json.loads(said)
            if "branch" in order:
                self._branch(order["branch"], descriptors)
            elif self._fork(kernel := forked.Order(**order["kernel"]), descriptors):
                return kernel

    def _hear(self) -> tuple[bytes, list[int]]:
        try:
            said, descriptors, _, _ = socket.recv_fds(self.control, LONGEST_ORDER, MOST_DESCRIPTORS)
        except ConnectionError:
            return b"", []
        for one in descriptors:
            os.set_inheritable(one, False)
        return said, descriptors

    def _branch(self, modules: list[str], descriptors: list[int]) -> None:
        """Fork a parent that imports these modules, too."""
        parent = os.getpid()
        if os.fork():
            _close(descriptors)
            return
        guardian.prctl(guardian.PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)
        self.control.close()
        self.control = socket.socket(fileno=descriptors[0])
        self._tell(pid=os.getpid())
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        self.fitness = Fitness()
        for module in modules:
            try:
                self._import(module)
            except Unfit as unfit:
                self._tell(unfit=module, why=str(unfit))
                os._exit(1)
        gc.freeze()
        self._tell(ready=modules)

    def _import(self, module: str) -> None:
        """Import a module, in what looks like a kernel; raise `Unfit` where that has left more than the module."""
        signal.signal(signal.SIGALRM, self._look)
        signal.setitimer(signal.ITIMER_REAL, LOOK_SECONDS, LOOK_SECONDS)
        gc.disable()
        try:
            with StandIn(zmqshell.ZMQInteractiveShell) as stand_in:
                try:
                    importlib.import_module(module)
                except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever it is, the notebook will meet it
                    raise Unfit(f"its import failed: {type(error).__name__}: {error}") from None
                self.fitness.check(stand_in)
        finally:
            gc.enable()
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, signal.SIG_DFL)

    def _look(self, *_: int | FrameType | None) -> None:
        """End where the runner has gone: nobody waits for these imports."""
        with contextlib.suppress(BlockingIOError):
            if not self.control.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT):
                os._exit(0)

    def _tell(self, **facts: object) -> None:
        with contextlib.suppress(OSError):
            self.control.send(json.dumps(facts).encode())

    def _fork(self, order: forked.Order, descriptors: list[int]) -> bool:
        """Fork a guardian with its kernel; True in the kernel."""
        channel, *output = descriptors
        refusal = forked.shadowed(order.folder, sys.modules.keys() - self.standard) or self.fitness.threads()
        pid = 0 if refusal else os.fork()
        if refusal or pid:
            with contextlib.suppress(OSError):
                os.write(channel, (f"refused {refusal}\n" if refusal else f"guardian {pid}\n").encode())
            _close(descriptors)
            return False
        os.setpgid(0, 0)
        self.control.close()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        forked.take_over(output)
        imported = {name: value for name, value in os.environ.items() if self.start.get(name) != value}
        begin = partial(order.begin, imported)
        if guardian.take_post(channel).guard(begin, order.folder, order.data_limit, order.private):
            return True
        os._exit(0)


def _close(descriptors: list[int]) -> None:
    for one in descriptors:
        os.close(one)


def main(control: str) -> None:
    """Obey the runner; where this process has become a kernel, be one to the end."""
    for number in guardian.DEAF_TO:
        signal.signal(number, signal.SIG_IGN)
    filters = list(warnings.filters)
    order = Parent(socket.socket(fileno=int(control))).serve()
    order.settle()
    imported = [one for one in warnings.filters if one not in filters]
    # The class has read its parent from the environment when it was imported.
    app = kernelapp.IPKernelApp.instance(parent_handle=int(os.environ["JPY_PARENT_PID"]))
    app.initialize()
    # The first that fits counts, and what imports set stands before what the shell has set at its start.
    ordered = [*imported, *(one for one in warnings.filters if one not in imported)]
    warnings.resetwarnings()
    cast(list[Any], warnings.filters).extend(ordered)
    app.start()


if __name__ == "__main__":
    if not sys.flags.safe_path:
        del sys.path[0]  # where the runner lies, which a kernel does not look into
    main(*sys.argv[1:])
