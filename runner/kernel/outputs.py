"""Outputs of cells as their messages arrive: valid, without secrets, joined, and cut where a flood passes the limit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import zmq
import zmq.asyncio
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.manager import KernelManager
from papermill.clientwrap import PapermillNotebookClient
from traitlets import default

from runner import copies
from runner.kernel import messages
from runner.kernel.cell_outputs import CUT, CellOutputs, Shown

DEFAULT_LIMIT_BYTES = 16 * 2**20
"""How much output the copy of one step keeps, unless the pipeline says otherwise."""
STEADY = f"__import__('runpy').run_path({str(Path(__file__).with_name('steady.py'))!r}) and None"
"""What an IPython kernel runs at its start, so that it sends small messages and waits while too many are under way."""
FEW_WAITING = 128
"""Messages that wait in the runner for their turn when the kernel waits for it: of prints, at most about 32 MB."""
MANY_WAITING = 100_000
"""The same of other kernels, which drop unsaid what finds no room, by default beyond 1,000."""
_SHOWN = ("display_data", "execute_result", "error")


class PatientClient(AsyncKernelClient):
    """A client of a kernel for which as many messages may wait as it takes to lose none."""

    @default("context")
    def _patient_context(self) -> zmq.asyncio.Context:
        context = self._context_default()
        context.rcvhwm = FEW_WAITING if getattr(self.parent, "ipykernel", False) else MANY_WAITING
        return context


class OutputClient(PapermillNotebookClient):
    """Takes in what cells print and show."""

    supervision: Any
    """Of it, the redactor and the limit of outputs count here."""

    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - nbclient's signature
        super().__init__(*arguments, **options)
        self._used = 0
        """Bytes of output that the cells before this one left in the copy."""
        self._cell: nbformat.NotebookNode | None = None
        self._outputs: CellOutputs | None = None
        self._clear_first = False
        self._displays: dict[str, dict[int, Shown]] = {}
        """What later messages may replace, by the name they use for it."""

    def create_kernel_manager(self) -> KernelManager:
        """A manager whose client lets a flood of messages wait."""
        manager = super().create_kernel_manager()
        manager.client_factory = PatientClient
        return manager

    async def async_start_new_kernel(self, **options: Any) -> None:  # noqa: ANN401 - nbclient's signature
        """Start a kernel that, if it is IPython's, does not flood the runner."""
        if self.km.ipykernel:
            self.extra_arguments += [f"--IPKernelApp.exec_lines={STEADY}"]
        await super().async_start_new_kernel(**options)

    async def async_execute_cell(
        self,
        cell: nbformat.NotebookNode,
        cell_index: int,
        *arguments: Any,  # noqa: ANN401 - nbclient's signature
        **options: Any,  # noqa: ANN401 - nbclient's signature
    ) -> nbformat.NotebookNode:
        """Run a cell, and put its outputs into it whatever its end."""
        if not copies.runs_code(cell):
            return await super().async_execute_cell(cell, cell_index, *arguments, **options)
        limit = self.supervision.output_limit_bytes
        self._cell, self._clear_first = cell, False
        self._outputs = CellOutputs(limit - self._used, limit, self.supervision.redactor, self._forget)
        try:
            return await super().async_execute_cell(cell, cell_index, *arguments, **options)
        finally:
            self.gather(growing=False)
            self._used += self._outputs.used
            self._cell = self._outputs = None

    def gather(self, *, growing: bool = True) -> None:
        """Put the outputs of the cell that runs now, as far as they have come, into the notebook."""
        if self._cell is not None and self._outputs is not None:
            self._cell.outputs = self._outputs.nodes(growing=growing)
            if self._outputs.cut:
                self._cell.metadata.setdefault("papermill", {})[CUT] = self._outputs.cut

    def process_message(self, msg: dict[str, Any], cell: nbformat.NotebookNode, cell_index: int) -> None:
        """Take in one message of the running cell; those of no known kind and of widgets leave nothing in a copy."""
        kind, content = msg.get("msg_type"), msg.get("content")
        if not isinstance(content, dict) or self._outputs is None:
            return
        if kind == "status" and "execution_state" in content:
            super().process_message(msg, cell, cell_index)
        elif kind == "execute_input":
            content["execution_count"] = messages.count(content.get("execution_count"))
            super().process_message(msg, cell, cell_index)
        elif kind in ("stream", "clear_output", "update_display_data", *_SHOWN):
            self._take(kind, content, self._outputs)
            self.nb_man.autosave_cell()

    def _take(self, kind: str, content: dict[str, Any], outputs: CellOutputs) -> None:
        if kind == "clear_output" and content.get("wait"):
            self._clear_first = True
            return
        if kind == "update_display_data":
            self._update(messages.display_id(content), messages.shown("display_data", content), outputs)
            return
        if kind == "clear_output" or self._clear_first:
            outputs.clear()
            self._clear_first = False
        if kind == "stream":
            name, text = messages.stream(content)
            outputs.print(name, text)
            self._tell({"output_type": "stream", "name": name, "text": text})
        elif kind in _SHOWN:
            self._show(messages.display_id(content), messages.shown(kind, content), outputs)

    def _show(self, name: str | None, node: messages.Node, outputs: CellOutputs) -> None:
        """Take in an output; where it has a name, it also replaces what was displayed under that name before."""
        self._update(name, node, outputs)
        shown = outputs.show(node, name)
        if name is not None:
            self._displays.setdefault(name, {})[id(shown)] = shown
        self._tell(shown.node)

    def _update(self, name: str | None, node: messages.Node, outputs: CellOutputs) -> None:
        for shown in self._displays.get(name or "", {}).values():
            outputs.update(shown, node)

    def _forget(self, shown: Shown) -> None:
        """What is no longer in the copy cannot be replaced."""
        if shown.name is not None:
            named = self._displays.get(shown.name, {})
            named.pop(id(shown), None)
            if not named:
                self._displays.pop(shown.name, None)

    def _tell(self, node: messages.Node) -> None:
        """Papermill's `--log-output`, `--stdout-file` and `--stderr-file`."""
        if self.log_output or self.stdout_file or self.stderr_file:
            self.log_output_message(nbformat.from_dict(self.supervision.redactor.tree(node)))
