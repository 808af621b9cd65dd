"""The four notebooks through the runner on a generated shop, with embedded defaults."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser

from tests.monthly import LIGHT, Finished, GoodRun, database, outputs, run_monthly, runner, text_of
from tests.runner.desk import tour


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """The pipeline on the generated shop, with embedded defaults."""
    output = tmp_path_factory.mktemp("demo")
    return run_monthly(*LIGHT, environment={"INSIDERS_OUTPUT": str(output), "INSIDERS_SOURCE": "demo:800"})


class TestDemo(GoodRun):
    """What holds for the generated shop."""

    def test_says_so_loudly(self, finished: Finished) -> None:
        """The exploration and the record say that the data are generated."""
        assert "generated" in "".join(text_of(output) for output in outputs(finished.copies()["01_eda.ipynb"])).lower()
        with database(finished).connect() as connection:
            assert connection.execute(sa.text("SELECT synthetic FROM runs")).scalar_one()

    def test_a_reviewer_reads_it(self, finished: Finished, browser: Browser, tmp_path: Path) -> None:
        """The desk shows each notebook, a later run that failed at its cell, and what is other between the two."""
        environment = finished.environment
        failed = runner("run", "monthly", *LIGHT, "--as-of", "1999-01-31", environment=environment)
        assert failed.returncode == 1, failed.stdout + failed.stderr
        with tour.opened(browser, environment, tmp_path / "index.sqlite") as page:
            assert [one.inner_text() for one in page.locator("tbody .status").all()] == ["failed", "succeeded"]
            tour.seen(page, "runs")
            page.locator("tr.succeeded a.open").click()
            tour.seen(page, "run")
            home = page.url
            for step in finished.manifest["steps"]:
                assert "Traceback" not in tour.read(page, step["name"])
                tour.seen(page, step["name"])
                page.goto(home)
            page.get_by_role("link", name="Runs", exact=True).first.click()
            page.locator("tr.failed a.open").click()
            page.locator(".notice.bad a").first.click()
            assert page.locator("section.trace h2").inner_text().startswith("Cell ")
            assert "AnalysisError" in page.frame_locator("iframe.copy").locator("section.stopped").inner_text()
            tour.seen(page, "failed_step")
            page.go_back()
            page.get_by_role("link", name="What changed since").click()
            assert "succeeded → failed" in page.locator(".headline").inner_text()
            tour.seen(page, "comparison")
