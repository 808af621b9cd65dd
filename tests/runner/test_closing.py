"""The end of a run."""

import pytest

from runner import closing
from runner.delivery.desk import Completion
from runner.kernel.stopping import Stop
from runner.outcomes import ExitStatus, Status
from tests.runner.runs import a_record, a_step

DONE = Completion(pending=False)


@pytest.mark.parametrize(
    ("statuses", "run"),
    [
        (("succeeded", "cached"), "succeeded"),
        (("failed", "skipped"), "failed"),
        (("succeeded", "timed_out", "failed"), "timed_out"),
        (("kernel_died", "succeeded"), "kernel_died"),
        (("out_of_memory",), "out_of_memory"),
        (("cancelled", "cancelled"), "cancelled"),
    ],
)
def test_a_run_is_what_its_first_bad_step_is(statuses: tuple[str, ...], run: str) -> None:
    """The reason names that step and its cell."""
    steps = [a_step(f"s{n}", status=Status(word), reason="why", stopped_at=2) for n, word in enumerate(statuses)]
    record = closing.closing(a_record(*steps))
    assert record.status == run
    assert record.finished is not None
    if run != "succeeded":
        assert record.reason == f"s{statuses.index(run)}, cell 2: why"


def test_a_run_with_a_gap_is_not_whole() -> None:
    """A run of some steps succeeds, but its results cannot become current."""
    part = closing.closing(a_record(a_step("a", status=Status.SUCCEEDED), a_step("b", status=Status.SKIPPED)))
    assert part.status is Status.SUCCEEDED
    assert not closing.is_whole(part)
    assert closing.is_whole(closing.closing(a_record(a_step("a", status=Status.CACHED))))


def test_a_journal_with_gaps_fails_a_good_run_only() -> None:
    """What went wrong in the run itself stays the reason."""
    full = OSError(28, "No space left on device")
    good = closing.closing(a_record(a_step(status=Status.SUCCEEDED)))
    failed = closing.closing(a_record(a_step(status=Status.FAILED, reason="why")))
    assert closing.with_fault(good, full).reason == "the journal could not be written: No space left on device"
    assert closing.with_fault(good, full).status is Status.FAILED
    assert closing.with_fault(failed, full) == failed
    assert closing.with_fault(good, None) == good


def test_the_shell_is_told_how_it_went() -> None:
    """Pending and refused deliveries of a good run have exit statuses of their own; so has a run without a cell."""
    good = closing.closing(a_record(a_step(status=Status.SUCCEEDED)))
    assert closing.exit_of(good, DONE, Stop()) is ExitStatus.SUCCEEDED
    assert closing.exit_of(good, Completion(pending=True), Stop()) is ExitStatus.PENDING
    assert closing.exit_of(good, Completion(pending=False, refused=("x",)), Stop()) is ExitStatus.FAILED
    nothing = closing.closing(a_record(a_step(status=Status.SKIPPED), reason="input source: is gone"))
    assert closing.exit_of(nothing, DONE, Stop()) is ExitStatus.REFUSED
