"""What changed, and how often to look."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from insiders import handoff
from insiders.answers import changes, reviews
from insiders.answers.evidence import Evidence


def test_without_an_accepted_run_the_last_review_is_compared(run: Evidence) -> None:
    """Entered and left are those of the replay's last review, and the answer says that no run was named."""
    answer = changes.what_changed(run)
    then, now = (run.members.iloc[place] for place in (-2, -1))
    assert answer.figures["entered"] == int((now & ~then).sum())
    assert answer.figures["left"] == int((then & ~now).sum())
    assert "No earlier accepted run" in answer.text


def test_an_accepted_run_is_compared_by_its_tables(run: Evidence, run_folder: Path, tmp_path: Path) -> None:
    """Who was no Insider then has entered, who was one has left, and its share of revenue stands beside ours."""
    labels = handoff.read(run_folder, "labels")
    ours = labels.index[labels["is_insider"]]
    others = labels.index[~labels["is_insider"]]
    labels.loc[ours[:2], "is_insider"] = False
    labels.loc[others[:1], "is_insider"] = True
    handoff.write(tmp_path, "labels", labels)
    for name in ("customers", "source"):
        handoff.write(tmp_path, name, handoff.read(run_folder, name))
    answer = changes.what_changed(run, tmp_path)
    assert changes.what_changed(run, tmp_path / "tables").figures == answer.figures
    assert answer.figures["entered_customers"] == sorted(labels.loc[ours[:2], "customer_id"])
    assert answer.figures["left_customers"] == labels.loc[others[:1], "customer_id"].tolist()
    assert (answer.figures["members_before"], answer.figures["members_now"]) == (len(ours) - 1, len(ours))
    assert answer.figures["compared_with"] == "accepted run"


def test_a_run_that_cannot_be_read_is_said(run: Evidence, tmp_path: Path) -> None:
    """A folder whose tables are gone, or of an older kind, is no reason to fail: the review is compared, and why."""
    answer = changes.what_changed(run, tmp_path)
    assert answer.figures["compared_with"] == "review"
    assert "accepted run before this one cannot be read: " in answer.text


def test_a_single_review_tells_nothing(run: Evidence) -> None:
    """With one review neither change nor frequency can be told."""
    last = run.heights[run.heights["review"] == run.heights["review"].max()]
    short = dataclasses.replace(run, heights=last)
    assert "cannot be told" in changes.what_changed(short).sentence
    assert "cannot tell" in reviews.how_often(short).sentence
