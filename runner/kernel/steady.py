"""Runs inside an IPython kernel at its start: what cells print leaves in small pieces, and waits for a slow reader.

As it comes, the kernel sends what a loop printed as one message, of hundreds of megabytes when the loop leaves it no
time, and drops messages unsaid when more than a thousand wait. The file runs by its path, so that a kernel of another
environment has it too, and imports only what every kernel has.
"""

from __future__ import annotations

import atexit
import sys
from typing import Any

import zmq
from IPython import get_ipython

PIECE = 2**18
"""Characters of one message."""
PATIENCE_S = 600
"""So long the end of a cell waits until all is sent; after ten seconds ipykernel would complain among the outputs."""
LAST_WORDS_S = 2
"""So long the end of a kernel waits for the thread that was told to end it."""


def steady(stream: Any) -> None:  # noqa: ANN401 - a stream of whatever ipykernel the environment has
    """Let a stream send pieces, on a socket that waits until there is room; runs in the thread that sends."""
    stream.pub_thread.socket.setsockopt(zmq.XPUB_NODROP, 1)
    stream.flush_timeout = PATIENCE_S

    def in_pieces(message: dict[str, Any]) -> dict[str, Any]:
        text = message["content"]["text"]
        last = max(len(text) - 1, 0) // PIECE * PIECE
        for place in range(0, last, PIECE):
            content = {"name": stream.name, "text": text[place : place + PIECE]}
            piece = stream.session.msg("stream", content, parent=message["parent_header"])
            stream.session.send(stream.pub_thread, piece, ident=stream.topic)
        message["content"]["text"] = text[last:]
        return message

    stream.register_hook(in_pieces)


def last_words(control: Any) -> None:  # noqa: ANN401
    """Wait for the thread that was told to end the kernel: it still has to say that it did.

    ipykernel ends the thread that sends before it, by its own function at the exit, which comes after this one. Then
    the one may wait for the other, and the kernel for both.
    """
    control.stop()
    control.join(LAST_WORDS_S)


each: Any
for each in (sys.stdout, sys.stderr):
    if hasattr(each, "register_hook"):
        each.pub_thread.schedule(lambda stream=each: steady(stream))
kernel: Any = getattr(get_ipython(), "kernel", None)
if getattr(kernel, "control_thread", None):
    atexit.register(last_words, kernel.control_thread)
