"""Statuses."""

import pytest

from runner.outcomes import ExitStatus, Status, exit_status, of_run


@pytest.mark.parametrize(
    ("steps", "run"),
    [
        ([Status.SUCCEEDED, Status.CACHED], Status.SUCCEEDED),
        ([Status.SUCCEEDED, Status.FAILED, Status.SKIPPED], Status.FAILED),
        ([Status.SKIPPED, Status.TIMED_OUT, Status.FAILED], Status.TIMED_OUT),
        ([Status.SUCCEEDED, Status.CANCELLED, Status.CANCELLED], Status.CANCELLED),
        ([Status.NOT_RUN], Status.NOT_RUN),
    ],
)
def test_a_run_ends_as_its_first_step_that_did_not_succeed(steps: list[Status], run: Status) -> None:
    """Skipped steps do not hide why they were skipped."""
    assert of_run(steps) is run


@pytest.mark.parametrize(
    ("status", "pending", "number"),
    [
        (Status.SUCCEEDED, False, 0),
        (Status.SUCCEEDED, True, 7),
        (Status.FAILED, True, 1),
        (Status.TIMED_OUT, False, 5),
        (Status.KERNEL_DIED, False, 6),
        (Status.OUT_OF_MEMORY, False, 6),
        (Status.CANCELLED, False, 130),
    ],
)
def test_exit_statuses_are_those_that_scripts_rely_on(status: Status, pending: bool, number: int) -> None:
    """The number that cron reads."""
    assert exit_status(status, pending=pending) == number


def test_exit_statuses_are_distinct() -> None:
    """No two outcomes share a number."""
    assert len({int(status) for status in ExitStatus}) == len(ExitStatus)
