"""Every query beside a number, asked of a SQLite database and of a PostgreSQL server with two live pipelines."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from insiders import report, store_answers
from insiders.answers import prospects, queries
from insiders.answers.answer import Answer, as_table
from insiders.answers.evidence import Evidence
from insiders.language import LANGUAGES, language
from insiders.prospects.foreseen import Foreseen
from insiders.store_answers import Panel
from runner.tables import database
from tests import answered
from tests.insiders import small_panel
from tests.insiders.answers import told
from tests.insiders.store_answers import asked

Told = dict[str, tuple[Evidence | Panel, list[Answer]]]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory, run: Evidence, known: Foreseen) -> Told:
    """By pipeline all its answers: of customers and of a panel whose levels go by the same names, in each language."""
    panel = store_answers.read(small_panel.write(tmp_path_factory.mktemp("output") / "stores" / "run"))
    pages: Told = {}
    for speak in map(language, LANGUAGES):
        customers = dataclasses.replace(run, language=speak, pipeline=f"monthly {speak.code}")
        sold = dataclasses.replace(panel, language=speak, pipeline=f"o'stores {speak.code}")
        pages[customers.pipeline] = (customers, told.answers(customers, known))
        pages[sold.pipeline] = (sold, asked.answers(sold))
    return pages


@pytest.fixture
def current(database_url: str, known: Foreseen, pages: Told) -> Iterator[sa.Connection]:
    """A database in which all these pipelines are live, once on SQLite and once on PostgreSQL."""
    engine = database.engine(database_url)
    database.migrate(engine)
    with engine.begin() as connection:
        for pipeline, (run, answers) in pages.items():
            rows = {"answers": as_table(answers, run.language.code, pipeline), "forecasts": run.forecasts}
            rows |= {"totals": run.totals, "model_scores": run.scores}
            if isinstance(run, Evidence):
                rows |= {"customers": prospects.published(run, known), "segments": run.segments}
            else:
                rows |= {"sales": run.sales, "series_totals": run.series_totals}
            answered.install(connection, pipeline, pipeline, rows)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def test_every_number_of_a_report_is_found_by_the_query_beside_it(current: sa.Connection, pages: Told) -> None:
    """In either language, of customers and of a panel, although several pipelines are live; none is left without."""
    for pipeline, (run, answers) in pages.items():
        page = report.render(run, [dataclasses.replace(answer, chart=None) for answer in answers])
        assert not answered.wrong(current, pipeline, page, run.language)
        assert sum(len(one.numbers) for one in answered.Page(page).answers) > 70


def test_a_number_without_a_query_would_be_seen() -> None:
    """Whatever is no figure, rounded or in percent, is named; names and days are no numbers."""
    figures = {"share": 0.1234, "day": "2011-12-09", "amount": 1234.5678, "who": {"CA_3": 7}}
    words = ["On Dec 9, 2011 12.3% of CA_3, or £1,235, 7 and 9, and 12.4%."]
    assert answered.unfounded(words, figures, language("en")) == ["9", "12.4"]
    assert answered.unfounded(["12,3% e 1.234,57, mas não 1.234,58"], figures, language("pt_BR")) == ["1.234,58"]


def test_most_answers_rest_on_tables(pages: Told) -> None:
    """Shares, medians, sums and ranks are asked of the customers and forecasts, and not read back from the answer."""
    recomputed = {
        pipeline: [name for answer in answers for name, query in answer.sql.items() if "current_answers" not in query]
        for pipeline, (_, answers) in pages.items()
    }
    assert {pipeline: len(names) > 60 for pipeline, names in recomputed.items()} == dict.fromkeys(pages, True)


def test_a_query_reads_one_pipeline() -> None:
    """Every view it names is limited; what stands in quotes is no view."""
    query = "SELECT x, 'current_sales' FROM current_sales AS s JOIN current_totals ON TRUE WHERE a = 'it''s current_x'"
    assert queries.of_pipeline(query, "o'p") == (
        "WITH sales AS (SELECT * FROM current_sales WHERE pipeline = 'o''p'), "
        "totals AS (SELECT * FROM current_totals WHERE pipeline = 'o''p') "
        "SELECT x, 'current_sales' FROM sales AS s JOIN totals ON TRUE WHERE a = 'it''s current_x'"
    )
    assert queries.of_pipeline("SELECT 3", "p") == "SELECT 3"


def test_the_pipeline_is_that_of_the_run_folder(run_folder: Path, run: Evidence) -> None:
    """Runs lie in the folder of their pipeline."""
    assert run.pipeline == run_folder.parent.name == "monthly"
