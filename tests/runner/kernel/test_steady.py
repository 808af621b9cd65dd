"""Tests for the streams of a kernel."""

import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import zmq
from ipykernel.iostream import IOPubThread, OutStream
from jupyter_client.session import Session

from runner.kernel import steady


@pytest.fixture
def publisher() -> Iterator[IOPubThread]:
    """A thread that sends what a kernel's streams print, to nobody."""
    with zmq.Context() as context, context.socket(zmq.XPUB) as socket:
        socket.bind("inproc://printed")
        thread = IOPubThread(socket)
        thread.start()
        yield thread
        if thread.thread.is_alive():
            thread.stop()
        thread.close()


@pytest.fixture
def stream(publisher: IOPubThread) -> Iterator[OutStream]:
    """A stream made steady, by the thread that sends."""
    found = OutStream(Session(key=b"one"), publisher, "stdout", watchfd=False, isatty=False)
    publisher.schedule(lambda: steady.steady(found))
    yield found
    found.close()


def test_a_flush_waits_until_all_is_sent(publisher: IOPubThread, stream: OutStream) -> None:
    """However slow the thread that sends; nobody complains on the way."""
    sent: list[str] = []

    def note(message: dict[str, Any]) -> dict[str, Any]:
        sent.append(message["content"]["text"])
        return message

    publisher.schedule(lambda: stream.register_hook(note))
    publisher.schedule(lambda: time.sleep(0.3))
    stream.write("a line\n")
    stream.flush()
    assert "".join(sent) == "a line\n"


def test_a_flush_ends_with_the_thread_that_sends() -> None:
    """Where a kernel ends, its streams are flushed while that thread is stopped, with work left: no wait then."""
    thread = threading.Thread(target=time.sleep, args=(0.2,))
    left: list[object] = []
    thread.start()
    began = time.monotonic()
    steady.patient(SimpleNamespace(pub_thread=SimpleNamespace(thread=thread, schedule=left.append), _flush=None))
    assert len(left) == 2
    assert 0.2 <= time.monotonic() - began < steady.PATIENCE_S / 10
