"""The pages as files, opened from disk in a real browser."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from runner.desk import export
from runner.desk.catalogue import answers
from runner.desk.catalogue.index import Index
from runner.desk.desk import Desk
from runner.desk.export import Exported
from runner.errors import UsageError
from runner.settings import Settings
from tests.runner.desk.archives import a_step, code, prints, put, settings_in, words


def exported(settings: Settings, folder: Path) -> Exported:
    desk = Desk(settings, Index(settings.output, settings.checkout / "index.sqlite"))
    with desk.index.asked() as connection:
        rows = answers.rows_of(connection, "1")
    try:
        return export.write(desk, folder, rows)
    finally:
        desk.index.close()


def test_files_show_what_the_desk_shows(browser: Browser, tmp_path: Path) -> None:
    """From the list to a run to its copy by clicks, with style, and with nothing that needs a server."""
    settings = settings_in(tmp_path)
    put(settings, a_step(copy="a.ipynb", figures={"share": 0.25}), copies={"a.ipynb": [code("x", prints("seven"))]})
    broken = put(settings)
    (broken / "run.json").write_text("{")
    done = exported(settings, tmp_path / "pages")
    assert (done.runs, done.pages) == (2, 5)
    page = browser.new_page()
    page.goto((tmp_path / "pages" / "index.html").as_uri())
    assert page.locator("body").evaluate("body => getComputedStyle(body).marginTop") == "0px"
    assert page.locator("form").count() == 1, "the table, which asks for nothing"
    page.locator("tr.succeeded a.open").click()
    assert page.get_by_text("0.25", exact=True).is_visible()
    page.locator("a.open").first.click()
    copy = page.frame_locator("iframe.copy")
    copy.get_by_text("seven").wait_for()
    page.close()


def test_two_runs_of_a_pipeline_have_their_comparison(browser: Browser, tmp_path: Path) -> None:
    """Opened from disk: from the list to what changed, with style, on to the very cell; nothing else is asked for."""
    settings = settings_in(tmp_path)
    for number in (1, 2):
        cells = [code("x"), code("y", prints(f"{number} customers"))]
        put(settings, a_step(copy="a.ipynb"), copies={"a.ipynb": cells}, logical_date=date(2026, number, 15))
    done = exported(settings, tmp_path / "pages")
    assert (done.runs, done.pages) == (2, 8)
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((tmp_path / "pages" / "index.html").as_uri())
    page.get_by_role("link", name="changes").click()
    assert page.locator("h1").inner_text() == "What changed in monthly: 2026-01-15 → 2026-02-15"
    assert page.locator(".comparison summary h2").first.evaluate("one => getComputedStyle(one).display") == "inline"
    assert page.get_by_text("2 customers").is_visible()
    assert page.get_by_role("link", name="Swap").count() == 0
    page.get_by_role("link", name="cell 2").click()
    assert page.locator("#in-2").is_visible()
    page.go_back()
    page.get_by_role("link", name="monthly 2026-02-15").first.click()
    assert page.get_by_role("link", name="What changed since 2026-01-15").is_visible()
    assert {url.partition(":")[0] for url in asked} <= {"file", "data"}
    page.close()


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    """Nothing is written among files that are there."""
    settings = settings_in(tmp_path)
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "mine").write_text("x")
    with pytest.raises(UsageError, match="not empty"):
        exported(settings, tmp_path / "pages")


def test_a_copy_in_a_file_has_its_outline(tmp_path: Path) -> None:
    """Links of the outline lead into the copy's own file."""
    settings = settings_in(tmp_path)
    folder = put(settings, a_step(copy="a.ipynb"), copies={"a.ipynb": [words("## Here")]})
    exported(settings, tmp_path / "pages")
    page = tmp_path / "pages" / "runs" / "monthly" / folder.name / "steps" / "1.html"
    assert f'href="../../../../runs/monthly/{folder.name}/steps/1/document.html#cell-1"' in page.read_text()
