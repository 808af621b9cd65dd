"""The calendar of a pipeline."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from runner.desk.app import application
from tests.runner.desk.archives import put, settings_in
from tests.runner.desk.serving import served

PIPELINE = """name: monthly
title: As scheduled
schedule: {line}
steps:
  - {{name: report, notebook: report.ipynb}}
"""


@pytest.mark.parametrize(("line", "every"), [("0 4 * * *", "day"), ("0 4 15 * *", "month")])
def test_scheduled_days_without_a_run_are_marked(tmp_path: Path, line: str, every: str) -> None:
    """The page names each of them, marks it among the others, and says how to make up for it; no other day is one."""
    settings = settings_in(tmp_path)
    settings.notebooks.mkdir()
    (settings.notebooks / "monthly.yml").write_text(PIPELINE.format(line=line))
    today = datetime.now(UTC).astimezone().date()
    months = [date(today.year - (today.month <= ago), (today.month - ago - 1) % 12 + 1, 15) for ago in (3, 2, 1)]
    for day in (months[0], months[2]):
        put(settings, logical_date=day, status="succeeded" if day == months[0] else "failed")
    with served(application(settings, index=tmp_path / "index.sqlite")) as desk:
        text = desk.get("/calendar?pipeline=monthly").text
    assert f'class="missing"><span title="{months[1]}: no run">15</span>' in text
    assert 'class="good"><a href="/runs/monthly/' in text
    assert f'title="{months[0]}: succeeded">15</a>' in text
    assert 'class="bad"><a href="/runs/monthly/' in text
    assert f"--every {every}</code>" in text
    told = text.partition("without a run: ")[2].partition(". Made up")[0].split(", ")
    if every == "month":
        assert told == [str(day) for day in (today.replace(day=15), months[1]) if day < today]
    else:
        assert set(told) >= {str(months[0] + timedelta(days=1)), str(months[1])}
        assert not {str(months[0]), str(months[2]), str(months[0] - timedelta(days=1)), str(today)} & set(told)
