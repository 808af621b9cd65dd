"""Runs inside an IPython kernel at its start: what cells print leaves in small pieces, and waits for a slow reader.

As it comes, the kernel sends what a loop printed as one message, of hundreds of megabytes when the loop leaves it no
time, and drops messages unsaid when more than a thousand wait. The file runs by its path, so that a kernel of another
environment has it too, and imports only what every kernel has.
"""

from __future__ import annotations

import sys
import threading
import time
from typing import Any

import zmq

PIECE = 2**18
"""Characters of one message."""
PATIENCE_S = 600
"""So long the end of a cell waits until all is sent; after ten seconds ipykernel would complain among the outputs."""
LOOK_S = 0.02
"""How often it is looked whether the thread that sends is still there."""


def steady(stream: Any) -> None:  # noqa: ANN401 - a stream of whatever ipykernel the environment has
    """Let a stream send pieces, on a socket that waits until there is room; runs in the thread that sends."""
    stream.pub_thread.socket.setsockopt(zmq.XPUB_NODROP, 1)
    stream.flush = lambda: patient(stream)

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


def patient(stream: Any) -> None:  # noqa: ANN401
    """Wait until all is sent, as long as there is a thread that sends: where the kernel ends, it may end first."""
    thread = stream.pub_thread and stream.pub_thread.thread
    if thread is None or not thread.is_alive() or thread is threading.current_thread():
        stream._flush()
        return
    sent, ends = threading.Event(), time.monotonic() + PATIENCE_S
    stream.pub_thread.schedule(stream._flush)
    stream.pub_thread.schedule(sent.set)
    while not sent.wait(LOOK_S) and thread.is_alive() and time.monotonic() < ends:
        pass


each: Any
for each in (sys.stdout, sys.stderr):
    if hasattr(each, "register_hook"):
        each.pub_thread.schedule(lambda stream=each: steady(stream))
