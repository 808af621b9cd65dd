"""The page of a comparison within the desk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from runner.desk.app import application
from runner.settings import Settings
from tests.runner.desk.archives import a_step, code, prints, put, settings_in, words
from tests.runner.desk.serving import Site, served


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """An archive for the tests of this file."""
    return settings_in(tmp_path_factory.mktemp("comparison"))


@pytest.fixture(scope="module")
def folders(settings: Settings) -> list[Path]:
    """A run, the next one that printed something else in its second cell that runs, and one of another pipeline."""
    made = []
    for number, pipeline in enumerate(("monthly", "monthly", "stores"), start=1):
        cells = [words("# Who"), code("one"), code(""), code("two", prints(f"{number} customers"))]
        step = a_step(copy="a.ipynb", figures={"share": number / 10})
        copies = {"a.ipynb": cells}
        made.append(put(settings, step, pipeline=pipeline, logical_date=date(2026, number, 15), copies=copies))
    return made


@pytest.fixture(scope="module")
def site(settings: Settings, folders: list[Path]) -> Iterator[Site]:
    """A desk on it."""
    with served(application(settings, index=settings.checkout / "index.sqlite")) as made:
        yield made


def test_the_page_leads_to_both_runs_to_the_cell_and_around(folders: list[Path], site: Site) -> None:
    """Crumbs, an index of its parts, the cell of the later notebook by its number, and the comparison turned around."""
    a, b, _ = folders
    text = site.get(f"/compare?a={a.name}&b={b.name}").text
    assert "What changed in monthly: 2026-01-15 → 2026-02-15" in text
    crumbs = text.partition('class="crumbs"')[2].partition("</nav>")[0]
    for folder, day in ((b, "2026-02-15"), (a, "2026-01-15")):
        assert f'<a href="/runs/monthly/{folder.name}">monthly {day}</a>' in crumbs
    assert f'<a href="/runs/monthly/{b.name}/steps/1?in=2">cell 2</a> · Who: text' in text
    assert f'href="/compare?a={b.name}&amp;b={a.name}">Swap' in text
    index = text.partition('class="index"')[2].partition("</nav>")[0]
    assert [part.partition('"')[0] for part in index.split('href="#')[1:]] == ["metrics", "outputs", "timings"]
    assert all(f'id="{name}"' in text for name in ("metrics", "outputs", "timings"))
    notebook = site.get(f"/runs/monthly/{b.name}/steps/1?in=2").text
    assert 'document#in-2"' in notebook
    assert 'id="in-2">[2]' in site.get(f"/runs/monthly/{b.name}/steps/1/document").text


def test_the_page_of_a_run_leads_there(folders: list[Path], site: Site) -> None:
    """Near its top, with the date of the run before it."""
    text = site.get(f"/runs/monthly/{folders[1].name}").text
    link = f'href="/compare?a={folders[0].name}&amp;b={folders[1].name}">What changed since 2026-01-15</a>'
    assert 0 < text.index(link) < text.index('id="steps"')
    assert "What changed since" not in site.get(f"/runs/monthly/{folders[0].name}").text


def test_what_makes_no_sense_is_said_plainly(folders: list[Path], site: Site) -> None:
    """One run twice, and runs of two pipelines."""
    a, _, other = (folder.name for folder in folders)
    assert "One run, twice" in site.get(f"/compare?a={a}&b={a}").text
    assert "These runs are of two pipelines, monthly and stores" in site.get(f"/compare?a={a}&b={other}").text
