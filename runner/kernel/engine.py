"""The `insiders` engine of papermill: runs a notebook's cells and tells the truth about each of them.

Registered as a papermill engine, so that plain `papermill --engine insiders in.ipynb out.ipynb` has it too. It differs
from papermill's own engine in that a kernel's environment holds no credentials, a dead kernel and an elapsed time limit
end the notebook with their own status, what did not run is `not_run`, and a copy is never half written.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Any

import nbformat
from papermill.engines import NBClientEngine, NotebookExecutionManager, papermill_engines
from papermill.log import logger

from runner import copies
from runner.kernel.supervision import Client, NotebookStopped, Supervision
from runner.outcomes import Status
from runner.secrecy.redaction import Redactor

ENGINE = "insiders"
"""Its name in papermill's registry."""
IOPUB_SECONDS = 600
"""How long outputs may trail behind the end of their cell; nbclient's 4 seconds lose the half of a flood."""


AUTOSAVE_SECONDS = 30.0
"""So old the copy of a running notebook may become."""
WRITING_SHARE = 0.05
"""No more than this share of a long run's time goes into writing its growing copy."""


class InsidersEngine(NBClientEngine):
    """Papermill's engine with supervision."""

    @classmethod
    def execute_notebook(
        cls,
        nb: nbformat.NotebookNode,
        kernel_name: str,
        output_path: str | None = None,
        progress_bar: bool = True,
        log_output: bool = False,
        autosave_cell_every: float | None = None,
        **options: Any,  # noqa: ANN401 - papermill's signature
    ) -> nbformat.NotebookNode:
        """Run the cells of `nb` in place; a `NotebookStopped` says why they did not all run."""
        book = Book(
            nb,
            output_path=output_path,
            progress_bar=progress_bar,
            log_output=log_output,
            autosave_cell_every=AUTOSAVE_SECONDS if autosave_cell_every is None else autosave_cell_every,
        )
        book.notebook_start()
        try:
            cls.execute_managed_notebook(book, kernel_name, log_output=log_output, **options)
        except NotebookStopped as stopped:
            book.stopped = stopped
            raise
        finally:
            book.cleanup_pbar()
            book.finish()
        return book.nb

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: Book,
        kernel_name: str,
        log_output: bool = False,
        stdout_file: Any = None,  # noqa: ANN401 - papermill's signature
        stderr_file: Any = None,  # noqa: ANN401 - papermill's signature
        start_timeout: int = 60,
        execution_timeout: float | None = None,
        supervision: Supervision | None = None,
        **_: object,
    ) -> None:
        """Run the cells of a managed notebook in a kernel of that name."""
        client = Client(
            nb_man,
            kernel_name=kernel_name,
            startup_timeout=start_timeout,
            iopub_timeout=IOPUB_SECONDS,
            log=logger,
            log_output=log_output,
            stdout_file=stdout_file,
            stderr_file=stderr_file,
        )
        client.supervision = supervision or Supervision(cell_seconds=execution_timeout)
        nb_man.redactor, nb_man.gather = client.supervision.redactor, client.gather
        asyncio.run(client.supervise())


class Book(NotebookExecutionManager):
    """Papermill's bookkeeping of a notebook, with truthful cell statuses and a copy that is never half written."""

    last_save_time: datetime
    stopped: NotebookStopped | None = None
    redactor: Redactor = copies.NO_SECRETS
    gather: Callable[[], object] = staticmethod(lambda: None)
    """Puts into the notebook what the cell that runs now has printed so far."""
    pause: float = 0.0
    """Seconds between two writings of a copy that grows."""

    def save(self, **_: object) -> None:
        """Do nothing: papermill would rewrite the copy before and after each cell (see `autosave_cell`)."""

    def autosave_cell(self, **_: object) -> None:
        """Write the copy while it grows, for the reader of a long run, but not more often than asked for."""
        elapsed = (self.now() - self.last_save_time).total_seconds()
        if not self.autosave_cell_every or elapsed < max(self.pause, self.autosave_cell_every):
            return
        begun = monotonic()
        try:
            self.gather()
            self._write()
        except OSError as error:
            # The cell goes on, and the copy before this one stays; what counts is whether the last can be written.
            logger.debug("The growing copy could not be written: %s", error)
        self.pause = (monotonic() - begun) / WRITING_SHARE
        self.last_save_time = self.now()

    def finish(self) -> None:
        """Settle and write the copy; why a notebook stopped is not forgotten where that fails."""
        try:
            self.notebook_complete()
        except OSError as error:
            if self.stopped is None:
                raise
            reason = f"{self.stopped.reason}; and the copy could not be written: {error}"
            raise NotebookStopped(self.stopped.status, reason, self.stopped.stopped_at) from error

    def notebook_complete(self, **_: object) -> None:
        """Settle the status of every cell and of the notebook, and write the copy."""
        self.end_time = self.now()
        told = self.nb.metadata.papermill
        told["end_time"] = self.end_time.isoformat()
        told["duration"] = (self.end_time - self.start_time).total_seconds()
        told["status"] = Status.SUCCEEDED.value
        for cell in self.nb.cells:
            if cell.metadata.papermill.get("status") == self.PENDING:
                cell.metadata.papermill["status"] = Status.NOT_RUN.value
        if self.stopped is not None:
            told.update(exception=True, status=self.stopped.status.value, reason=self.stopped.reason)
            by_number = dict(copies.numbered(self.nb))
            copies.mark_stop(self.nb, by_number.get(self.stopped.stopped_at or 0), str(self.stopped))
        self._write()

    def _write(self) -> None:
        if self.output_path and "://" not in self.output_path:
            copies.write(self.nb, Path(self.output_path), self.redactor)


papermill_engines.register(ENGINE, InsidersEngine)
