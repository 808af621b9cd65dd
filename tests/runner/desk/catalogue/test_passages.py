"""The search in executed copies."""

from __future__ import annotations

from pathlib import Path

from runner.desk.catalogue import answers, passages
from runner.desk.catalogue.index import Index
from tests.runner.desk.archives import PNG, a_step, code, fails, prints, put, settings_in, shows, words


def test_a_text_is_found_where_a_person_reads_it(tmp_path: Path) -> None:
    """Code, words, prints, tables and errors are searched, pictures and broken copies are not."""
    settings = settings_in(tmp_path)
    cells = [words("Über den *Umsatz*"), code("umsatz = 1", prints("UMSATZ 7"), shows(text_html="<b>umsatz</b>"))]
    folder = put(settings, a_step(copy="a.ipynb"), copies={"a.ipynb": [*cells, code("", fails("E", "kein Umsatz"))]})
    put(settings, a_step(copy="b.ipynb"), copies={"b.ipynb": [code("x", shows(image_png=PNG))]})
    put(settings, a_step(copy="c.ipynb"), files={"c.ipynb": b"{ umsatz"})
    index = Index(settings.output, tmp_path / "index.sqlite")
    with index.asked() as connection:
        rows = answers.rows_of(connection, "1")
    index.close()
    found = passages.search(settings.output, rows, "umsatz")
    assert {one.run.run_id for one in found.passages} == {folder.name}
    assert [(one.position, one.where, one.found) for one in found.passages] == [
        (1, "text", "Umsatz"),
        (2, "code", "umsatz"),
        (2, "output", "UMSATZ"),
        (2, "output", "umsatz"),
        (3, "output", "Umsatz"),
    ]
    assert (found.looked_at, found.further) == (3, None)
    assert [one.found for one in passages.search(settings.output, rows, "über").passages] == ["Über"]
    assert not passages.search(settings.output, rows, PNG[:12]).passages


def test_a_search_stops_in_time_and_says_where_to_go_on(tmp_path: Path) -> None:
    """With no time left one run is looked at, and the next search begins after it."""
    settings = settings_in(tmp_path)
    folders = [put(settings, a_step(copy="a.ipynb"), copies={"a.ipynb": [code("x")]}) for _ in range(3)]
    index = Index(settings.output, tmp_path / "index.sqlite")
    with index.asked() as connection:
        found = passages.search(settings.output, answers.rows_of(connection, "1"), "x", seconds=0)
    index.close()
    assert (found.looked_at, found.further) == (1, folders[-1].name)
