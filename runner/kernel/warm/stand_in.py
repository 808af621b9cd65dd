"""A stand-in for the kernel, while modules are imported ahead of it: some look where they are, and go by it for good.

pandas, for one, shows wide tables in another way in a terminal, and plotly chooses how it draws.
"""

from __future__ import annotations

import builtins
import io
import os
import sys
from types import ModuleType, TracebackType
from typing import Any, Self

BACKEND = "module://matplotlib_inline.backend_inline"
"""What ipykernel asks matplotlib for where nobody names anything else."""
_SHELL_NAMES = ("MPLBACKEND", "TERM", "CLICOLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "PAGER", "GIT_PAGER")
"""What ipykernel writes into the environment before the first cell; a kernel does so by itself."""


class Output(io.TextIOBase):
    """Takes what an import prints; where the module has kept it, it passes on what comes later to the kernel's own."""

    encoding = "UTF-8"

    def __init__(self, name: str) -> None:
        self.said = ""
        self.kept: str | None = name
        """The stream that it stands for, while it takes what comes itself."""
        self._name = name

    def writable(self) -> bool:
        """As the stream it stands for."""
        return True

    def write(self, text: str) -> int:
        """Take the text, or pass it on."""
        if self.kept is None:
            return int(getattr(sys, self._name).write(text))
        self.said += text
        return len(text)

    def flush(self) -> None:
        """Flush the stream that it stands for."""
        if self.kept is None:
            getattr(sys, self._name).flush()


class StandIn:
    """Makes a process look like a kernel that runs a cell, from `__enter__` to `__exit__`."""

    def __init__(self, shell_class: Any) -> None:  # noqa: ANN401 - of whatever ipykernel the environment has
        self.shell = shell_class.__new__(shell_class)  # nothing of it is set up
        self.outputs = (Output("stdout"), Output("stderr"))
        self._classes = list(shell_class._walk_mro())
        self._main = sys.modules["__main__"]
        self._environment = {name: os.environ.get(name) for name in _SHELL_NAMES}
        self._holders = 0

    @property
    def said(self) -> str:
        """What was printed meanwhile."""
        return "".join(one.said for one in self.outputs)

    @property
    def is_kept(self) -> bool:
        """Whether a module has kept the shell, which will not be the kernel's, or put another stream in its place."""
        return sys.getrefcount(self.shell) > self._holders or (sys.stdout, sys.stderr) != self.outputs

    def __enter__(self) -> Self:
        os.environ.setdefault("MPLBACKEND", BACKEND)
        self.shell.init_environment()
        for one in self._classes:
            one._instance = self.shell
        shell = self.shell
        vars(builtins).update(__IPYTHON__=True, get_ipython=lambda: shell)
        sys.modules["__main__"] = ModuleType("__main__")
        sys.stdout, sys.stderr = self.outputs
        self._holders = sys.getrefcount(self.shell)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__
        sys.modules["__main__"] = self._main
        for name in ("__IPYTHON__", "get_ipython"):
            vars(builtins).pop(name, None)
        for one in self._classes:
            one._instance = None
        for name, value in self._environment.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        for output in self.outputs:
            output.kept = None
