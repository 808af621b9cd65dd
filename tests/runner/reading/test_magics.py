"""Cells as Python."""

from __future__ import annotations

import ast

import pytest

from runner.reading.magics import as_python, tree


@pytest.mark.parametrize(
    "source",
    [
        "%matplotlib inline\nx = 1",
        "files = !ls",
        "if True:\n    %time x = 1\n    !ls",
        "%%bash\nls | wc -l",
        "%%time\nx = 1",
        "await something()",
        "async with a as b:\n    pass",
        "x?",
        "\n  \n  x = 1\n  y = 2\n",
        "'an odd \\d escape'",
        "'''\n%d percent\n!important\n'''",
        "",
    ],
)
def test_what_ipython_runs_is_no_syntax_error(source: str) -> None:
    """Magics, commands, help, indented cells and top-level await are all good."""
    tree(source)


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("x = 1\n\n1 +\n", 3),
        ("%time x\nx = (\n", 2),
        ("\n \n%%time\n\nx = = 2", 5),
        ("return 3", 1),
        ("x\nyield 1", 2),
        ("if 1:\n\tx\n        y", 3),
    ],
)
def test_a_syntax_error_has_the_line_of_the_cell(source: str, line: int) -> None:
    """Also behind magics and empty lines."""
    with pytest.raises(SyntaxError) as error:
        tree(source)
    assert error.value.lineno == line


@pytest.mark.parametrize("source", ["a\0b", "'\ud800'", "x = " + "-" * 100_000 + "1", "(" * 500])
def test_what_no_parser_takes_is_a_syntax_error_too(source: str) -> None:
    """Null characters, half characters and bottomless nesting end in no other error."""
    with pytest.raises(SyntaxError):
        tree(source)


def test_the_body_of_a_timed_cell_is_code() -> None:
    """What `%%time` runs is seen, and so is the magic itself."""
    found = tree("%%time\nimport shop")
    assert any(isinstance(node, ast.Import) for node in found.body)
    assert as_python("%%capture a\nx") != as_python("%%capture b\nx")
