"""The dashboard's real server and a real browser, for tests and for the pictures of the README."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from playwright.sync_api import Browser, Page, Request, expect, sync_playwright

CHECKOUT = Path(__file__).resolve().parents[2]
MISSING = "no Chromium is installed; infra/host/test-packages.sh installs one (as root)"
NAMES = ("chromium", "chromium-browser", "google-chrome")
START_S = 60
TITLES = ("Insiders", "Store", "Category", "Product", "Data and runs")
BUSY = '[data-testid="stApp"][data-test-script-state="running"]'


def program() -> str | None:
    """The path of a Chromium, where there is one."""
    return next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def serving(output: Path, database_url: str) -> Iterator[str]:
    """The address of a dashboard on that database and folder of runs."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    places = {"INSIDERS_OUTPUT": str(output), "INSIDERS_DATABASE_URL": database_url}
    command = [sys.executable, "-m", "streamlit", "run", "dashboard/app.py", "--server.port", str(port)]
    server = subprocess.Popen(
        command, cwd=CHECKOUT, env={**os.environ, **places}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait(f"http://127.0.0.1:{port}/_stcore/health", server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(START_S)


@contextmanager
def browsing(path: str) -> Iterator[Browser]:
    """A browser without a window; as root Chromium runs only without its sandbox."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"] if os.geteuid() == 0 else [])
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def faultless(page: Page) -> Iterator[None]:
    """Within it the page does nothing that it must not: an error of script, a dialog, a request to anywhere else."""
    found: list[str] = []

    def asked(request: Request) -> None:
        if not request.url.startswith(("http://127.0.0.1:", "data:", "blob:")):
            found.append(request.url)

    def failed(fault: object) -> None:
        found.append(str(fault))

    page.on("request", asked)
    page.on("pageerror", failed)
    yield
    page.remove_listener("request", asked)
    page.remove_listener("pageerror", failed)
    assert not found
    assert page.locator('[data-testid="stException"]').count() == 0
    assert "Traceback" not in page.inner_text("body")


def turn(page: Page, title: str) -> None:
    """Go to another page by the menu, and wait until it is drawn."""
    page.get_by_role("link", name=title, exact=True).click()
    expect(page.locator("h1").first).to_have_text(title)
    settled(page)


def settled(page: Page) -> None:
    """Wait until the page has drawn what it was asked for: numbers, or why there are none."""
    page.locator("h1").first.wait_for()
    page.locator('[data-testid="stMetricValue"], [data-testid="stAlert"]').first.wait_for()
    page.locator(BUSY).wait_for(state="detached")
    page.locator('[data-stale="true"]').first.wait_for(state="detached")


def metric(page: Page, label: str) -> str:
    """The value of a figure by its label."""
    one = page.locator('[data-testid="stMetric"]', has=page.get_by_text(label, exact=True))
    return one.locator('[data-testid="stMetricValue"]').first.inner_text()


def _wait(url: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and server.poll() is None:
        with suppress(OSError), urllib.request.urlopen(url, timeout=1):
            return
        time.sleep(0.1)
    raise RuntimeError("the dashboard's server did not start")
