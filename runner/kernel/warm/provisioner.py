"""The kernel provisioner `insiders-warm`: guarded kernels, forked from a process that has imported their modules.

The runner uses it for pipelines of several steps. JupyterLab and nbclient do so for a kernel whose specification asks
for it, by `"metadata": {"kernel_provisioner": {"provisioner_name": "insiders-warm", "config": {"modules": […]}}}`; for
numerical libraries it has to give them one thread each, too (`"env": {"OMP_NUM_THREADS": "1", …}`). Where no kernel
can be forked it starts one as `insiders-guarded` does, and says why.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import re
import sys
import time
from pathlib import Path
from typing import Any

from traitlets import List, Unicode

from runner.kernel.process import THREADS
from runner.kernel.provisioner import Guard, GuardedProvisioner, data_limit
from runner.kernel.warm import forest
from runner.kernel.warm.guard import WarmGuard
from runner.kernel.warm.tree import Tree

NAME = "insiders-warm"
"""Its entry point, as a kernel specification names it."""
IMPORT_SECONDS = 180
"""How long a parent may take to import what is asked of it, on a host that is busy."""
MOST_TRIES = 10
"""How often another parent is made, without what the last one could not import."""
_OPTION = re.compile(r"-[bBEIOPsSu]+|-[XW].+")
"""Options of Python that stand in one word."""


class Cold(Exception):  # noqa: N818 - a kernel is started all the same
    """Why a kernel cannot be forked."""


class WarmProvisioner(GuardedProvisioner):
    """Guarded kernels that are forked where that can be done."""

    modules = List(Unicode(), help="Modules that the notebook imports, and which are imported ahead.").tag(config=True)
    others = List(List(Unicode()), help="The same of notebooks that may come next.").tag(config=True)
    cold: str | None = None
    """Why the last kernel was started and not forked."""

    async def launch_kernel(self, cmd: list[str], **options: Any) -> Any:  # noqa: ANN401 - jupyter_client's signature
        """Have a guardian and a kernel forked, or start them."""
        try:
            self.cold = None
            return await self._fork(cmd, **options)
        except Cold as reason:
            self.cold = str(reason)
            self.log.debug("The kernel is started anew: %s", reason)
            return await super().launch_kernel(cmd, **options)

    async def _fork(self, cmd: list[str], **options: Any) -> Any:  # noqa: ANN401
        if not forest.possible():
            raise Cold("this system cannot fork kernels")
        python, environment = interpreter(cmd), options.get("env") or dict(os.environ)
        tree = forest.tree(python, environment)
        # Libraries with several threads start them at their import, and those would not be in a kernel.
        alone = all(environment.get(name) == "1" for name in THREADS)
        wanted = list(self.modules) if alone else []
        tree.knows([wanted, *(self.others if alone else ())])
        guard = await self._forked(tree, wanted, cmd, options)
        if guard.failure is not None or guard.pid is None:
            guard.wait()
            self.process = None
            raise RuntimeError(guard.failure or "its guardian was killed, or did not start in time")
        self.pid = guard.pid
        if alone:
            tree.prepare(self.others)
        return self.connection_info

    async def _forked(self, tree: Tree, wanted: list[str], cmd: list[str], options: dict[str, Any]) -> Guard:
        """The guard of a forked kernel, or of one that could not begin."""
        circumstances = {name: options.get(name) for name in ("env", "cwd", "stdout", "stderr")}
        self.cwd = options.get("cwd") or str(Path.cwd())
        until = time.monotonic() + IMPORT_SECONDS
        for _ in range(MOST_TRIES):
            try:
                branch = tree.branch(wanted)
                guard = WarmGuard(
                    branch, cmd, data_limit=data_limit(self.memory_bytes), private=self.private, **circumstances
                )
            except OSError as error:
                if not tree.lives():
                    tree.close()
                raise Cold(f"the parent of warm kernels is gone: {error}") from error
            self.guard = guard
            self.process = guard  # type: ignore[assignment]  # it does what jupyter_client asks of a process
            while guard.pid is None and guard.failure is None and guard.poll() is None and time.monotonic() < until:
                await asyncio.sleep(0.002)
            if guard.guardian or guard.failure:
                return guard
            guard.wait()
            self.process = None
            if guard.refusal:
                raise Cold(guard.refusal)
            if time.monotonic() >= until:
                break
        raise Cold("its parent did not come to fork it")


def interpreter(command: list[str]) -> list[str]:
    """The interpreter of a command and its options, where it is this one and runs IPython's kernel."""
    program, *rest = command
    options = list(itertools.takewhile(_OPTION.fullmatch, rest))
    if program != sys.executable or rest[len(options) :][:2] != ["-m", "ipykernel_launcher"]:
        raise Cold("it is not a kernel of this Python")
    return [program, *options]
