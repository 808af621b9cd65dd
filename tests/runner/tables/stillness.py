"""A server whose processes stand still, as on a host that swaps: it acknowledges, and says nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psutil

from tests.servers import Server


@contextmanager
def standing_still(server: Server) -> Iterator[None]:
    """Stop every process of the server for the length of the context."""
    assert server.process is not None
    parent = psutil.Process(server.process.pid)
    parent.suspend()
    children = parent.children(recursive=True)
    for child in children:
        child.suspend()
    try:
        yield
    finally:
        for child in (*children, parent):
            child.resume()
