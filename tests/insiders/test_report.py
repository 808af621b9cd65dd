"""The page for people without a notebook."""

from __future__ import annotations

import base64
import dataclasses
import re
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest
from matplotlib.figure import Figure

from insiders import report
from insiders.answers import evidence
from insiders.answers.evidence import Answer, Evidence
from tests.insiders import small_run


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    """A small run of the generated shop."""
    return evidence.read(small_run.write(tmp_path_factory.mktemp("run")))


def chart() -> Figure:
    """A figure with a title."""
    figure = Figure(figsize=(2, 2))
    figure.subplots().set_title('What "sells" & when')
    return figure


class Page(HTMLParser):
    """Collects tags with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the tag."""
        self.tags.append((tag, dict(attrs)))


def test_the_page_needs_nothing_else(run: Evidence) -> None:
    """Pictures are inside, no address leads out, and scripts are neither there nor allowed."""
    page = report.render(run, [Answer("Q?", "Yes.", {}, chart())])
    tags = Page(page).tags
    addresses = [value for _, attrs in tags for name, value in attrs.items() if name in ("src", "href")]
    assert addresses
    assert all(str(address).startswith(("data:image/png;base64,", "#")) for address in addresses)
    assert "script" not in {tag for tag, _ in tags}
    assert "default-src 'none'" in page


def test_texts_of_the_data_are_escaped(run: Evidence) -> None:
    """A product or a rule with HTML in it is shown, not run, wherever it stands."""
    evil = "<img src=x onerror=alert(1)>"
    answer = Answer(f"Q {evil}", f"A {evil}", {}, None, pd.DataFrame({f"H {evil}": [f"C {evil}"]}))
    page = report.render(run, [answer], title=evil)
    assert not [attrs for tag, attrs in Page(page).tags if tag == "img"]
    assert page.count("&lt;img src=x onerror=alert(1)&gt;") >= 6


def test_generated_data_are_said_loudly(run: Evidence) -> None:
    """The page of a generated shop has a banner, that of a real one has not."""
    synthetic = dataclasses.replace(run, source=pd.Series({**run.source.to_dict(), "synthetic": True}))
    real = dataclasses.replace(run, source=pd.Series({**run.source.to_dict(), "synthetic": False}))
    assert "GENERATED DEMO DATA" in report.render(synthetic, [])
    assert "GENERATED DEMO DATA" not in report.render(real, [])


def test_every_answer_has_its_section(run: Evidence) -> None:
    """Questions stand in their order, with text and table, and the list at the top leads to them."""
    table = pd.DataFrame({"a": ["x", None]})
    page = report.render(run, [Answer("First?", "One.", {}), Answer("Second?", "Two.", {}, None, table)])
    ids = [attrs["id"] for tag, attrs in Page(page).tags if tag == "h2"]
    assert ids == ["q1", "q2"]
    assert page.index("One.") < page.index("Two.")
    assert re.findall(r"<td>(.*?)</td>", page) == ["x", ""]


def test_a_picture_has_words(run: Evidence) -> None:
    """Who cannot see a picture reads its title."""
    tags = Page(report.render(run, [Answer("Q?", "Yes.", {}, chart())])).tags
    (picture,) = [attrs for tag, attrs in tags if tag == "img"]
    assert picture["alt"] == 'What "sells" & when'


def test_the_same_figure_gives_the_same_bytes(tmp_path: Path) -> None:
    """A picture holds no date and no version, so that equal runs have equal files."""
    first, second = (report.write_figure(tmp_path / name, chart()).read_bytes() for name in ("a.png", "b.png"))
    assert first == second
    assert base64.b64decode(report.data_uri(chart()).partition(",")[2]) == first


def test_charts_are_numbered_by_their_question(tmp_path: Path) -> None:
    """A question without a chart leaves a gap in the numbers."""
    answers = [Answer("1", "", {}, chart()), Answer("2", "", {}), Answer("3", "", {}, chart())]
    assert [path.name for path in report.write_charts(tmp_path, answers)] == ["answer_01.png", "answer_03.png"]


def test_written_into_place(tmp_path: Path) -> None:
    """The page is written as UTF-8, and nothing half-written stays beside it."""
    path = report.write(tmp_path / "artifacts" / "report.html", "<p>é</p>")
    assert path.read_text(encoding="utf-8") == "<p>é</p>"
    assert [file.name for file in path.parent.iterdir()] == ["report.html"]
