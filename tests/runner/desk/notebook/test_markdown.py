"""Markdown and formulas."""

from __future__ import annotations

import pytest

from runner.desk.notebook import markdown
from tests.runner.desk.archives import PNG


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("# A *b*", "<h1>A <em>b</em></h1>"),
        ("| a |\n|---|\n| 1 |", "<td>1</td>"),
        ("~~x~~", "<del>x</del>"),
        ("- [x] done", 'type="checkbox"'),
        ("```sql\nselect 1\n```", "<code>select 1\n</code>"),
        ("<b>kept</b>", "<b>kept</b>"),
        ("<LINK rel=preconnect href=//x>", "&lt;LINK"),
        ("<meta http-equiv=refresh>", "&lt;meta"),
        ("[x](javascript:y)", '<p>x <span class="away">(javascript:y)</span></p>'),
        ("![words](https://elsewhere/x.png)", "[picture elsewhere: words]"),
        ("![a](attachment:a%20b)", f'src="data:image/png;base64,{PNG}"'),
        ("![a](attachment:none)", "[picture elsewhere: a]"),
        (f"![a](data:image/png;base64,{PNG})", f'src="data:image/png;base64,{PNG}"'),
        ("![a](data:text/html;base64,eA==)", "[picture elsewhere"),
    ],
)
def test_markdown_is_laid_out(text: str, html: str) -> None:
    """What a notebook's text may hold, and pictures only that it holds itself."""
    assert html in markdown.rendered(text, {"a b": {"image/png": PNG}})


@pytest.mark.parametrize("tex", [r"\frac{1}{n}\sum_i x_i^2", r"\hat{\beta}_0 \geq \sqrt{2}", r"P(A \mid B)"])
def test_a_formula_is_a_picture(tex: str) -> None:
    """Formulas of the common kind are drawn, with their source as words for who does not see them."""
    made = str(markdown.formula(tex, block=False))
    assert made.startswith('<img class="maths" alt="')
    assert "data:image/svg+xml;base64," in made


@pytest.mark.parametrize(
    "tex", [r"\begin{aligned}a\end{aligned}", "<b>", "{" * 400, "x" * 501, r"\frac{" * 9, "", "$$", r"\input{x}"]
)
def test_a_formula_that_cannot_be_drawn_is_shown_as_it_is_written(tex: str) -> None:
    """Its source stands there, escaped."""
    made = str(markdown.formula(tex, block=True))
    assert "<b>" not in made
    assert made.startswith('<code class="maths block source">') or tex == "<b>"


def test_a_text_without_end_is_shown_as_it_is() -> None:
    """What would take long to lay out is not laid out."""
    assert markdown.rendered("*" * 400_000).startswith("<pre>*")
