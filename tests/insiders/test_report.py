"""The page for people without a notebook."""

from __future__ import annotations

import dataclasses
import re
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest
from matplotlib.figure import Figure

from insiders import report
from insiders.answers import evidence
from insiders.answers.answer import Answer
from insiders.answers.evidence import Evidence
from insiders.language import language
from tests.insiders import small_run
from tests.insiders.answers import told


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
    page = report.render(run, [Answer("q", "Q?", "Yes.", chart=chart())])
    tags = Page(page).tags
    addresses = [value for _, attrs in tags for name, value in attrs.items() if name in ("src", "href")]
    assert addresses
    assert all(str(address).startswith(("data:image/png;base64,", "#")) for address in addresses)
    assert "script" not in {tag for tag, _ in tags}
    assert "default-src 'none'" in page


def test_texts_of_the_data_are_escaped(run: Evidence) -> None:
    """A product or a rule with HTML in it is shown, not run, wherever it stands."""
    evil = "<img src=x onerror=alert(1)>"
    answer = Answer("how_many", f"Q {evil}", f"A {evil}", evil, {evil: evil}, table=pd.DataFrame({f"H {evil}": [evil]}))
    page = report.render(run, [answer], title=evil)
    assert not [attrs for tag, attrs in Page(page).tags if tag == "img"]
    assert page.count("&lt;img src=x onerror=alert(1)&gt;") >= 10


def test_generated_data_are_said_loudly(run: Evidence) -> None:
    """The page of a generated shop has a banner, that of a real one has not."""
    synthetic = dataclasses.replace(run, source=pd.Series({**run.source.to_dict(), "synthetic": True}))
    real = dataclasses.replace(run, source=pd.Series({**run.source.to_dict(), "synthetic": False}))
    assert "GENERATED DEMO DATA" in report.render(synthetic, [])
    assert "GENERATED DEMO DATA" not in report.render(real, [])


def test_every_answer_has_its_section(run: Evidence) -> None:
    """Questions stand in their order, and the table of contents leads to them."""
    table = pd.DataFrame({"a": ["x", None]})
    page = report.render(run, [Answer("a", "First?", "One."), Answer("b", "Second?", "Two.", table=table)])
    ids = [attrs["id"] for tag, attrs in Page(page).tags if tag == "h2"]
    assert ids == ["q1", "q2"]
    assert page.index("One.") < page.index("Two.")
    assert re.findall(r"<td>(.*?)</td>", page[: page.index("<details>")]) == ["x", ""]


@pytest.mark.parametrize("of_stores", [False, True])
def test_the_summary_has_at_most_ten_lines(run: Evidence, of_stores: bool) -> None:
    """The sentences of the topics that a manager asks first stand on top, and of no other."""
    topics = [topic for topic in report.SUMMARY if topic.startswith("stores_") == of_stores]
    answers = [Answer(topic, f"{topic}?", f"Sentence of {topic}.") for topic in (*topics, "cohorts")]
    page = report.render(run, answers)
    summary = page[page.index('<ul class="summary">') : page.index("</ul>")]
    assert summary.count("<li>") == len(topics) <= 10
    assert "Sentence of cohorts" not in summary


def test_every_number_stands_beside_its_query(run: Evidence) -> None:
    """Figure, value and query are a row, folded away on the screen."""
    answer = Answer("q", "Q?", "Yes.", "", {"insiders": 1234, "stored": 0.5}, {"insiders": "SELECT COUNT(*) FROM a"})
    page = report.render(run, [answer])
    folded = page[page.index("<details>") : page.index("</details>")]
    assert "<td>insiders</td><td>1,234</td><td><code>SELECT COUNT(*) FROM a</code></td>" in folded
    assert "<td>stored</td><td>0.5000</td>" in folded
    assert "details-content { content-visibility: visible" in page


def test_the_page_speaks_the_language(run: Evidence) -> None:
    """In Brazilian Portuguese no heading, sentence or column of ours is left in English."""
    speaking = dataclasses.replace(run, language=language("pt_BR"))
    page = report.render(speaking, told.answers(speaking, None))
    assert '<html lang="pt-BR">' in page
    words = re.sub(r"<style>.*?</style>|<details>.*?</details>|<[^>]+>", " ", page, flags=re.DOTALL)
    ours = set(re.findall(r"[a-z]+", words.lower()))
    assert not ours & {"the", "and", "customers", "revenue", "which", "they", "with", "every", "share", "reviews"}


def test_a_picture_has_words(run: Evidence) -> None:
    """Who cannot see a picture reads its title."""
    tags = Page(report.render(run, [Answer("q", "Q?", "Yes.", chart=chart())])).tags
    (picture,) = [attrs for tag, attrs in tags if tag == "img"]
    assert picture["alt"] == 'What "sells" & when'


def test_charts_are_named_by_their_topic(tmp_path: Path) -> None:
    """A question without a chart leaves no file."""
    answers = [Answer("a", "1", "", chart=chart()), Answer("b", "2", ""), Answer("c", "3", "", chart=chart())]
    assert [path.name for path in report.write_charts(tmp_path, answers)] == ["a.png", "c.png"]
