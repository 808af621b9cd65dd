"""Which faults of S3 are tried again, and for how long."""

from __future__ import annotations

import itertools
import time

import pytest
from botocore import exceptions as faults

from runner.stores import patience


def refused(status: int, code: str = "") -> faults.ClientError:
    return faults.ClientError({"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}, "PutObject")


@pytest.mark.parametrize(
    "fault",
    [
        refused(500, "InternalError"),
        refused(503, "SlowDown"),
        refused(400, "RequestTimeout"),
        refused(409, "ConditionalRequestConflict"),
        refused(429),
        faults.EndpointConnectionError(endpoint_url="http://a"),
        faults.ConnectionClosedError(endpoint_url="http://a"),
        faults.ReadTimeoutError(endpoint_url="http://a"),
        faults.ConnectTimeoutError(endpoint_url="http://a"),
        faults.IncompleteReadError(actual_bytes=1, expected_bytes=2),
    ],
    ids=str,
)
def test_what_passes_by_itself_is_tried_again(fault: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lost connections, throttling and faults of the server: the third attempt succeeds."""
    monkeypatch.setattr(patience, "FIRST_PAUSE_S", 0.001)
    answers = [fault, fault]

    def act() -> str:
        if answers:
            raise answers.pop()
        return "done"

    assert patience.patiently(act) == "done"


@pytest.mark.parametrize(
    "fault",
    [
        refused(400, "InvalidRequest"),
        refused(403, "AccessDenied"),
        refused(404, "NoSuchBucket"),
        refused(412, "PreconditionFailed"),
        refused(409, "BucketAlreadyExists"),
        faults.NoCredentialsError(),
        faults.SSLError(endpoint_url="https://a", error="certificate"),
    ],
    ids=str,
)
def test_what_stays_is_told_at_once(fault: Exception) -> None:
    """A refusal is the same a moment later, so it is asked for once."""
    calls = []

    def act() -> None:
        calls.append(1)
        raise fault

    with pytest.raises(type(fault)):
        patience.patiently(act)
    assert calls == [1]


def test_patience_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the deadline no other attempt begins, and the pauses are not all the same."""
    monkeypatch.setattr(patience, "DEADLINE_S", 0.5)
    monkeypatch.setattr(patience, "ATTEMPTS", 1000)
    monkeypatch.setattr(patience, "LONGEST_PAUSE_S", 0.05)
    monkeypatch.setattr(patience, "FIRST_PAUSE_S", 0.05)
    times = []

    def act() -> None:
        times.append(time.monotonic())
        raise faults.ConnectionClosedError(endpoint_url="http://a")

    with pytest.raises(faults.ConnectionClosedError):
        patience.patiently(act)
    assert times[-1] - times[0] <= 0.6
    pauses = [after - before for before, after in itertools.pairwise(times)]
    assert len(pauses) > 5
    assert max(pauses) > 2 * min(pauses)
