"""What each level will sell."""

from __future__ import annotations

from insiders.store_answers import Panel, expected


def test_the_whole_is_told_with_bounds_and_a_verdict(panel: Panel) -> None:
    """Days, pieces, bounds and their coverage in the sentence; the model in words, its error beside the plain one."""
    answer = expected(panel)
    assert answer.sentence.startswith("From Mar 11, 2024 to Mar 24, 2024, 1,0")
    assert "(80% bounds, high trust)" in answer.sentence
    assert "by the model “mean of weekday means and Theta” for 14 open days" in answer.text
    assert "6 held-out periods its sum was off by 5.0% on average, repeating last week by 8.0%" in answer.text


def test_every_level_has_its_line(panel: Panel, bare: Panel) -> None:
    """The whole first; a panel without it tells of the level that it has."""
    table = expected(panel).table
    assert table is not None
    assert table["level"].tolist() == ["the whole shop", "stores", "categories", "products"]
    assert table["verdict"].tolist() == ["high trust", "medium trust", "high trust", "medium trust"]
    assert "the forecast of products" in expected(bare).text
