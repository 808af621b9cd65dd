"""The pictures of the dashboard in the README, from whatever database the settings name.

    INSIDERS_OUTPUT=output_notebooks python -m tests.dashboard.pictures

Writes docs/dashboard_insiders.png, docs/dashboard_map.png and docs/dashboard_product.png, each below 150 kB.
"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import Page

from dashboard import places
from tests.dashboard import browser

PICTURES = {
    "insiders": ("/?part=Segments", None),
    "map": ("/?part=Map", ".js-plotly-plot"),
    "product": ("/product", ".js-plotly-plot"),
}
"""Name of the picture: the address of the page, and what has to be drawn on it first."""
WIDE, HIGH, MOST_BYTES = 1200, 860, 150_000


def take(page: Page, address: str, wait_for: str | None) -> bytes:
    """A picture of a page that has been drawn."""
    page.goto(address)
    browser.settled(page)
    page.locator(wait_for or ".js-plotly-plot").first.wait_for()
    page.wait_for_timeout(1_500)  # what plotly draws moves into place
    return page.screenshot()


def main() -> int:
    """Take all of them; 1 where there is no browser, or a picture is too large."""
    path, where = browser.program(), places.load()
    if path is None:
        print(browser.MISSING, file=sys.stderr)  # noqa: T201 - said to who called
        return 1
    docs, large = Path(browser.CHECKOUT) / "docs", []
    with browser.serving(where.output, where.database_url) as url, browser.browsing(path) as one:
        page = one.new_page(viewport={"width": WIDE, "height": HIGH})
        for name, (address, wait_for) in PICTURES.items():
            picture = take(page, f"{url}{address}", wait_for)
            (docs / f"dashboard_{name}.png").write_bytes(picture)
            large += [name] if len(picture) > MOST_BYTES else []
    for name in large:
        print(f"docs/dashboard_{name}.png is larger than {MOST_BYTES:,} bytes", file=sys.stderr)  # noqa: T201 - as above
    return 1 if large else 0


if __name__ == "__main__":
    sys.exit(main())
