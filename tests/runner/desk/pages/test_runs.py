"""The list of runs, as a browser gets it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from runner.desk.app import application
from runner.settings import Settings
from tests.runner.desk.archives import a_step, put, settings_in
from tests.runner.desk.serving import Site, served


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """An archive for the tests of this file."""
    return settings_in(tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="module")
def folders(settings: Settings) -> list[Path]:
    """Two runs of a pipeline, one of another between them, and a broken one after them."""
    made = []
    for number, pipeline in enumerate(("monthly", "stores", "monthly", "monthly"), start=1):
        step = a_step(figures={"share": number / 10}, parameters={"k": {"value": number, "from": "default"}})
        made.append(put(settings, step, pipeline=pipeline, logical_date=date(2026, number, 15)))
    (made[-1] / "run.json").write_text("{")
    return made


@pytest.fixture(scope="module")
def site(settings: Settings, folders: list[Path]) -> Iterator[Site]:
    """A desk on it."""
    with served(application(settings, index=settings.checkout / "index.sqlite")) as made:
        yield made


def test_each_run_leads_to_what_changed_since_the_one_before(folders: list[Path], site: Site) -> None:
    """Of its own pipeline; the first of a pipeline and a broken one lead nowhere."""
    text = site.get("/").text
    found = re.findall(r'href="/compare\?a=([^&]+)&amp;b=([^"]+)"', text)
    assert found == [(folders[0].name, folders[2].name)]
    assert "what changed since 2026-01-15, the last good run before it" in text


def test_two_runs_of_one_pipeline_stand_chosen(folders: list[Path], site: Site) -> None:
    """A before B, though another pipeline's run lies between; where there are no two, nothing is chosen."""
    chosen = re.findall(r'name="([ab])" value="([^"]+)"[^>]*checked', site.get("/").text)
    assert chosen == [("b", folders[2].name), ("a", folders[0].name)]
    assert not re.findall(r'type="radio"[^>]*checked', site.get("/?pipeline=stores").text)


def test_filters_stand_in_the_page_and_in_its_links(folders: list[Path], site: Site) -> None:
    """Metric ranges, values of parameters and columns are shown as they were asked, and kept by sorting."""
    text = site.get("/?metric=report.share+%3C+0.25&parameter=k+%3D+1&show=report.share&sort=-report.share").text
    assert "1 run</span>" in text
    assert 'value="report.share &lt; 0.25"' in text
    assert 'value="k = 1"' in text
    assert 'aria-sort="descending"><a href="/?parameter=k+%3D+1&amp;metric=report.share+%3C+0.25' in text
    assert '<td class="figure" data-label="report.share">0.1</td>' in text
