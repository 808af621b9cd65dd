"""Signals as a request to stop."""

import os
import signal

import pytest

from runner.kernel import stopping
from runner.kernel.stopping import Stop
from runner.outcomes import ExitStatus


def test_a_signal_is_noted_and_passed_on() -> None:
    """SIGTERM does not end the process; who waits for it is called, and the first signal decides the exit status."""
    calls = []
    before = signal.getsignal(signal.SIGTERM)
    with Stop() as stop:
        stop.call(lambda: calls.append("called"))
        os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGINT)
    assert calls == ["called", "called"]
    assert stop.signal is signal.SIGTERM
    assert stop.exit_status is ExitStatus.TERMINATED
    assert signal.getsignal(signal.SIGTERM) is before


def test_who_comes_late_is_called_at_once() -> None:
    """A signal that came before anybody waited is not lost."""
    calls = []
    stop = Stop()
    stop.request(signal.SIGINT)
    stop.call(lambda: calls.append("called"))
    assert calls == ["called"]
    assert stop.exit_status is ExitStatus.INTERRUPTED


def test_asking_twice_is_urgent(monkeypatch: pytest.MonkeyPatch) -> None:
    """A person who presses Ctrl-C again waits no longer; the same signal sent to process and group at once is one."""
    stop = Stop()
    stop.request(signal.SIGINT)
    stop.request(signal.SIGINT)
    assert not stop.urgent
    monkeypatch.setattr(stopping, "AGAIN_SECONDS", 0.0)
    stop.request(signal.SIGTERM)
    assert stop.urgent
    assert stop.signal is signal.SIGINT
