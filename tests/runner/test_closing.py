"""The end of a run."""

from pathlib import Path

import pytest

from runner import closing
from runner.delivery.desk import Completion
from runner.kernel.stopping import Stop
from runner.outcomes import ExitStatus, Status
from runner.records import digests
from runner.records.record import FileRecord
from runner.secrecy.redaction import Redactor
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


def test_the_record_lists_every_file(tmp_path: Path) -> None:
    """Those that no step wrote too: journal, lineage, hidden files; not inputs, nor what is half written."""
    folder = tmp_path / "small" / a_record().run_id
    for path in ("journal.jsonl", "artifacts/a.csv", "artifacts/.hidden", "inputs/shop.csv", ".run.json.1.aside"):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(path)
    wrote = FileRecord("artifacts/a.csv", 15, digests.of_file(folder / "artifacts" / "a.csv"))
    record = closing.closing(a_record(a_step(status=Status.SUCCEEDED, files=(wrote,))))
    record = closing.with_lineage(closing.listed(record, folder), folder, Redactor())
    assert record.status is Status.SUCCEEDED
    assert record.steps[0].files == (wrote,)
    assert [file.path for file in record.files or ()] == ["artifacts/.hidden", "journal.jsonl", "lineage.json"]
    assert all(file.sha256 == digests.of_file(folder / file.path) for file in record.files or ())


def test_what_a_later_step_removed_or_altered_fails_the_run(tmp_path: Path) -> None:
    """The record tells what lies there, and why it is not what the step had written."""
    (tmp_path / "b.csv").write_text("after")
    gone, altered = FileRecord("a.csv", 1, "0" * 64), FileRecord("b.csv", 6, "1" * 64)
    record = closing.closing(a_record(a_step(status=Status.SUCCEEDED, files=(gone, altered))))
    record = closing.listed(record, tmp_path)
    assert record.status is Status.FAILED
    assert record.reason == "a.csv, which writes wrote, is gone; b.csv, which writes wrote, was altered after it"
    assert (record.steps[0].status, record.steps[0].reason) == (Status.FAILED, "a.csv is gone")
    assert record.steps[0].files == (altered,)
    assert record.files == (FileRecord("b.csv", 5, digests.of_file(tmp_path / "b.csv")),)


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
    assert closing.exit_of(good, Completion(pending=False, failed=True), Stop()) is ExitStatus.FAILED
    damaged = Completion(pending=False, refused=("x",), damaged=True)
    assert closing.exit_of(good, damaged, Stop()) is ExitStatus.DAMAGED
    nothing = closing.closing(a_record(a_step(status=Status.SKIPPED), reason="input source: is gone"))
    assert closing.exit_of(nothing, DONE, Stop()) is ExitStatus.REFUSED
