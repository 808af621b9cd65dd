"""What two runs read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from runner.comparison import inputs
from tests.runner.comparison.sides import side, step


def one(**facts: Any) -> dict[str, Any]:
    return {"parameter": "source", "value": "s3://shop/lines.csv", "sha256": "a", "rows": 5, "bytes": 9, **facts}


def test_other_data_is_told_with_its_rows(tmp_path: Path) -> None:
    """The place may be the same while digest, rows and size are not."""
    before = side(tmp_path, step(), inputs=[one(), one(parameter="panel")])
    after = side(tmp_path, step(), inputs=[one(sha256="b", rows=7, bytes=11), one(parameter="panel")], later=True)
    (found,) = inputs.changes(before, after)
    assert (found.name, found.before, found.after) == ("source", "s3://shop/lines.csv", "s3://shop/lines.csv")
    assert (found.before_sha256, found.after_sha256) == ("a", "b")
    assert (found.before_rows, found.after_rows, found.before_bytes, found.after_bytes) == (5, 7, 9, 11)


def test_what_a_name_stood_for_is_told_by_the_notebooks(tmp_path: Path) -> None:
    """`auto` has no digest, and what a notebook found it to be has one."""
    pair = []
    for later, digest in enumerate(("a", "b")):
        asked = {"source": "uci:online-retail", "source_sha256": digest, "tables": []}
        name = one(value="auto", sha256=None, rows=None, bytes=None)
        pair.append(side(tmp_path, step(publications=[{"asked": asked}]), inputs=[name], later=bool(later)))
    (found,) = inputs.changes(*pair)
    assert found.before == found.after == "uci:online-retail"
    assert (found.before_sha256, found.after_sha256) == ("a", "b")


def test_a_new_version_and_a_new_input_are_told(tmp_path: Path) -> None:
    """An input that only one run has has no place in the other."""
    before = side(tmp_path, step(), inputs=[one(version="1")])
    after = side(tmp_path, step(), inputs=[one(version="2"), one(parameter="panel")], later=True)
    found = {one.name: (one.before, one.after) for one in inputs.changes(before, after)}
    assert found["source"] == ("s3://shop/lines.csv, version 1", "s3://shop/lines.csv, version 2")
    assert found["panel"] == (None, "s3://shop/lines.csv")
