"""What the desk reads of a manifest."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.desk import sheets
from runner.errors import RecordError
from runner.records import digests
from tests.runner.desk.archives import a_file, a_step, put, settings_in


def test_a_sheet_says_what_the_record_says(tmp_path: Path) -> None:
    """Steps and files are those of the manifest, and the digest is that of its bytes."""
    step = a_step(files=(a_file("tables/b.bin"),))
    folder = put(settings_in(tmp_path), step, files={"tables/b.bin": b"1234"}, title="half \ud800 of it")
    sheet = sheets.read(folder)
    assert sheet.digest == digests.of_file(folder / "run.json")
    assert (sheet.title, sheet.who) == ("half ? of it", "cron@shop-1")
    found = sheet.steps[0]
    assert sheet.all_files["tables/b.bin"].sha256 == digests.of_file(folder / "tables" / "b.bin")
    assert sheet.step_at(1) is found
    assert sheet.step_at(0) is sheet.step_at(2) is None


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"\xff", b"[" * 10_000, b'{"run_id": "x"'])
def test_what_is_no_manifest_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    """The first fault is told in one line."""
    folder = put(settings_in(tmp_path))
    (folder / "run.json").write_bytes(content)
    with pytest.raises(RecordError, match=r"^run\.json is no manifest: .+$"):
        sheets.read(folder)
