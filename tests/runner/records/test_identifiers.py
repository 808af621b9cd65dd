"""Run ids."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from runner.records.identifiers import is_run_id, made_at, new_run_id


def test_ids_sort_by_time() -> None:
    """Of ten thousand ids made one after the other, each sorts after the one before, and none is twice."""
    made = [new_run_id() for _ in range(10_000)]
    assert made == sorted(set(made))


def test_ids_are_uuids_of_version_7() -> None:
    """An id is a UUID of version 7, tells when it was made, and is recognized."""
    before = datetime.now(UTC)
    made = new_run_id()
    assert UUID(made).version == 7
    assert abs(made_at(made) - before) < timedelta(seconds=5)
    assert is_run_id(made)


def test_other_texts_are_no_ids() -> None:
    """A path, another UUID or an id in capitals is no run id."""
    texts = ("", "../latest", "6fa459ea-ee8a-4ca4-894e-db77e160355e", new_run_id().upper(), new_run_id() + "\n")
    assert not any(map(is_run_id, texts))
