"""A walk through the desk on an archive of real runs, in a real browser; what was seen is kept in `.screenshots/`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page

from runner import settings
from runner.desk.app import application
from tests.dashboard.browser import CHECKOUT, faultless
from tests.runner.desk.serving import served

SCREENSHOTS = CHECKOUT / ".screenshots"
"""Git keeps none of them; each walk writes them anew."""
WIDTHS = (1280, 390)


@contextmanager
def opened(browser: Browser, environment: dict[str, str], index: Path) -> Iterator[Page]:
    """The start page of a desk on the archive that the settings in `environment` name."""
    with served(application(settings.load(environment), index=index)) as site:
        page = browser.new_page()
        with faultless(page):
            page.goto(site.url)
            yield page
        page.close()


def seen(page: Page, name: str) -> None:
    """Keep the page as it looks, wide and narrow, bright and dark; fail where it is wider than the window."""
    SCREENSHOTS.mkdir(exist_ok=True)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme="dark" if width < 1000 else "light")
        page.screenshot(path=SCREENSHOTS / f"{name}_{width}.png")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} is wider than {width} px"
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    page.emulate_media(color_scheme="light")


def read(page: Page, step: str) -> str:
    """Open a step's notebook from the page of its run; what a person reads in it. Every picture of it must show."""
    page.get_by_role("link", name=step, exact=True).last.click()
    found = page.locator("iframe.copy").element_handle().content_frame()
    assert found is not None
    found.wait_for_url("**/document*")
    found.wait_for_load_state("load")
    blank = found.locator("img").evaluate_all("all => all.filter(one => !one.naturalWidth).map(one => one.alt)")
    assert not blank, f"pictures of {step} do not show: {blank}"
    return found.locator("body").inner_text()
