"""Tables that cells show."""

from __future__ import annotations

import pytest

from runner.comparison import shown_tables
from runner.comparison.shown import Table
from tests.runner.comparison.sides import frame


def same(text: str) -> str:
    return text


def differs(before: str, after: str) -> Table | None:
    one, other = (shown_tables.read(html).tables[0] for html in (before, after))
    return shown_tables.difference(one, other, (same, same))


def test_a_field_is_told_by_its_row_and_column() -> None:
    """By what is written there, whatever the markup."""
    rows = [("north", 1, 2), ("south", 3, 4)]
    after = frame("kl", [("north", 1, 2), ("south", 3, "<b>5</b>")]).replace("<td>", "<td class='x'>")
    found = differs(frame("kl", rows), after)
    assert found is not None
    assert [(one.row, one.column, one.before, one.after) for one in found.cells] == [("south", "l", "4", "5")]
    assert differs(frame("kl", rows), frame("kl", rows).replace("<td>", "<td id='T_1'>")) is None


def test_rows_go_by_their_labels() -> None:
    """So that a new one does not change all below it."""
    found = differs(frame("k", [("a", 1), ("c", 3)]), frame("k", [("a", 1), ("b", 2), ("c", 3)]))
    assert found is not None
    assert (found.rows_new, found.rows_gone, found.cells) == ((("b", "2"),), (), ())
    assert (found.rows_before, found.rows_after) == (2, 3)


def test_numbered_rows_go_by_their_first_field() -> None:
    """Or by their place, where that field does not tell them apart."""
    found = differs(frame("nk", [(0, "a", 1), (1, "c", 3)]), frame("nk", [(0, "b", 2), (1, "c", 4)]))
    assert found is not None
    assert [(one.row, one.before, one.after) for one in found.cells] == [("1 · c", "3", "4")]
    assert found.rows_gone == (("0", "a", "1"),)
    found = differs(frame("nk", [(0, "a", 1), (1, "a", 3)]), frame("nk", [(0, "a", 2), (1, "a", 3)]))
    assert found is not None
    assert [(one.before, one.after) for one in found.cells] == [("1", "2")]


def test_columns_come_and_go() -> None:
    """And columns of one name are numbered."""
    found = differs(frame("kl", [("a", 1, 2)]), frame("km", [("a", 1, 3)]))
    assert found is not None
    assert (found.columns_new, found.columns_gone, found.cells) == (("m",), ("l",), ())
    found = differs(frame("kk", [("a", 1, 2)]), frame("kk", [("a", 1, 3)]))
    assert found is not None
    assert found.cells[0].column == "k (2)"


def test_many_differences_are_counted() -> None:
    """And the first ones listed."""
    found = differs(*(frame("k", [(f"r{n}", n + more) for n in range(500)]) for more in (0, 1)))
    assert found is not None
    assert (len(found.cells), found.left_out) == (shown_tables.MOST_SHOWN, 500 - shown_tables.MOST_SHOWN)


def test_text_around_tables_and_pictures_in_it_are_read() -> None:
    """Styles and scripts are not; a picture counts by its digest."""
    page = shown_tables.read(
        "<style>a</style><h2>Sales &amp; more</h2><script>x</script><img src='data:a'><table></table>"
    )
    assert page.text.splitlines()[0] == "Sales & more"
    assert page.text != shown_tables.read("<h2>Sales &amp; more</h2><img src='data:b'>").text


@pytest.mark.parametrize(
    "html", ["<table><tr><td>" * 2000, "</table></tr></td>" * 100, "<td>a<tr>b<table", "<!", "<a " * 99]
)
def test_broken_html_is_read_as_it_comes(html: str) -> None:
    """Tables in tables, ends without a beginning, half a tag."""
    assert shown_tables.read(html).text is not None
