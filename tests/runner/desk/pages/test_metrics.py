"""A figure over time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from runner.desk.app import application
from runner.records.record import Metric
from tests.runner.desk.archives import a_step, put, settings_in
from tests.runner.desk.serving import Site, served


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A desk on runs of twelve days with ten values of a parameter, one of them failed."""
    settings = settings_in(tmp_path_factory.mktemp("metrics"))
    for day in range(1, 13):
        step = a_step(
            parameters={"k": {"value": day % 10, "from": "default"}}, metrics=(Metric("share", day / 10, "of <all>"),)
        )
        put(settings, step, logical_date=date(2026, 1, day), status="failed" if day == 3 else "succeeded")
    with served(application(settings, index=settings.checkout / "index.sqlite")) as made:
        yield made


def test_a_metric_is_drawn_for_each_value_of_a_parameter(site: Site) -> None:
    """With a line, a colour and a count for each, the rarest together; with the unit, and failed runs told apart."""
    text = site.get("/metrics?pipeline=monthly&metric=report.share&by=report.k").text
    assert '<h2>report.share <span class="unit">of &lt;all&gt;</span></h2>' in text
    assert text.count("<polyline") == text.count('<span class="key s') == 8
    assert text.count("<circle") == 12
    assert text.count(" bad") == 1
    assert 'class="key s1">1 (2)</span>' in text
    assert 'class="key s7">others (3)</span>' in text
    assert "<title>2026-01-12: 1.2 (2), succeeded</title>" in text


def test_without_a_parameter_there_is_one_line(site: Site) -> None:
    """And the same values in a table, the newest first."""
    text = site.get("/metrics?metric=report.share").text
    assert text.count("<polyline") == 1
    table = text.partition("As a table")[2]
    assert table.index("2026-01-12") < table.index("2026-01-01")


def test_what_can_be_asked_for_is_offered(site: Site) -> None:
    """Metrics and parameters by name; a name that there is not is as good as none."""
    text = site.get("/metrics?metric=report.nothing&by=x").text
    assert '<option value="report.share">' in text
    assert '<option value="report.k">' in text
    assert "Choose a metric." in text
