"""Tests for what a kernel runs at its start."""

import time

from jupyter_client.manager import start_new_kernel

from runner.kernel import outputs

RACE = """
def widened():
    import sys, threading, time
    sender = sys.stdout.pub_thread
    schedule, join = sender.schedule, sender.thread.join
    def late(done):
        if threading.current_thread().name != 'Control':
            return schedule(done)
        pipe = sender._event_pipe
        time.sleep(0.1)
        sender._events.append(done)
        pipe.send(b'')
    def slowly(timeout):
        join(timeout)
        time.sleep(1)
    sender.schedule, sender.thread.join = late, slowly
widened()
"""
"""The thread that is told to end the kernel pauses where it has seen the thread that sends, and gives it work."""


def test_a_kernel_ends_though_its_last_words_are_late() -> None:
    """The thread that sends ends after the one that was told to end the kernel, which would wait for it for ever."""
    manager, client = start_new_kernel()
    try:
        for code in (outputs.STEADY, RACE):
            assert client.execute_interactive(code, timeout=60)["content"]["status"] == "ok"
        client.shutdown()
        until = time.monotonic() + 30
        while manager.is_alive() and time.monotonic() < until:
            time.sleep(0.1)
        assert not manager.is_alive()
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
