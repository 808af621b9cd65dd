"""Whoever reads what the runner says: a terminal, a pipe, a log. A run goes on when nobody reads any more."""

from __future__ import annotations

import os
from typing import Any, TextIO


class Audience:
    """A text stream that is silent once it cannot be written: the pipe was closed, the log's disk is full."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the stream has
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Write, as long as somebody reads."""
        try:
            return self._stream.write(text)
        except OSError:
            self._leave()
            return len(text)

    def flush(self) -> None:
        """Let the reader have it, as long as there is one."""
        try:
            self._stream.flush()
        except OSError:
            self._leave()

    def _leave(self) -> None:
        """Let all that follows go nowhere, also what the interpreter has still to say at its end."""
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self._stream.fileno())
        os.close(nowhere)
