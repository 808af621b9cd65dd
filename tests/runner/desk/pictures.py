"""The pictures of the desk in the README, from whatever archive the settings name.

    INSIDERS_OUTPUT=output_notebooks python -m tests.runner.desk.pictures

Writes docs/desk_runs.png and docs/desk_comparison.png (of the newest live run that another was live before).
"""

from __future__ import annotations

import io
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

from runner import settings
from runner.desk.app import application
from tests.dashboard.browser import CHECKOUT, MISSING, browsing, program
from tests.runner.desk.serving import served

WIDE, HIGH, COLOURS = 1200, 760, 128


def main() -> None:
    """Take them."""
    path = program()
    if path is None:
        sys.exit(MISSING)
    with tempfile.TemporaryDirectory() as folder:
        app = application(settings.load(), index=Path(folder) / "index.sqlite")
        with served(app) as site, browsing(path) as browser:
            page = browser.new_page(viewport={"width": WIDE, "height": HIGH})
            page.goto(site.url)
            _keep(page, "runs")
            live = page.locator("tr", has=page.locator(".live"))
            live.get_by_role("link", name="changes", exact=True).first.click()
            page.locator(".headline").wait_for()
            _keep(page, "comparison")


def _keep(page: Page, name: str) -> None:
    """The page as it stands, in so few colours that the file stays small."""
    picture = Image.open(io.BytesIO(page.screenshot())).convert("P", palette=Image.Palette.ADAPTIVE, colors=COLOURS)
    picture.save(CHECKOUT / "docs" / f"desk_{name}.png", optimize=True)


if __name__ == "__main__":
    main()
