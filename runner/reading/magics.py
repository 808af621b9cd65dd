"""Cells as Python: IPython's lines (`%magic`, `!command`, `name?`) written as the calls that IPython makes of them."""

from __future__ import annotations

import ast
import importlib
import re
import warnings
from functools import lru_cache

_BLANK = re.compile(r"(?:[ \t]*\n)*")
_PYTHON_CELL = re.compile(r"%%(?:time|timeit|capture|prun|python3?)\b[^\n]*\n?")
"""Cell magics whose body is Python: the kernel runs it as such."""
_PROMPT = re.compile(r"^\s*In ?\[", re.MULTILINE)
"""A pasted prompt, which IPython takes away and Python reads as an annotation."""


@lru_cache(maxsize=4096)
def as_python(source: str) -> str:
    """The cell as Python, line for line; a cell of another language becomes one call that holds its text.

    The body of `%%time` and its like counts as Python; the line of the magic itself stays as a text.
    """
    blank = _BLANK.match(source)
    above = blank.group() if blank else ""
    begun = _PYTHON_CELL.match(source, len(above))
    if begun:
        return f"{above}{begun.group().strip()!r}\n{as_python(source[begun.end() :])}"
    rest = source[len(above) :]
    if _is_python(rest):
        return above + rest + ("" if rest.endswith("\n") else "\n")
    # Half a second for what few cells need.
    transformer = importlib.import_module("IPython.core.inputtransformer2").TransformerManager()
    return above + str(transformer.transform_cell(rest))


def _is_python(source: str) -> bool:
    """Whether the cell is Python as it stands, so that IPython would leave it as it is."""
    if _PROMPT.search(source):
        return False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(source, "<cell>", "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def tree(source: str) -> ast.Module:
    """The syntax tree of a cell, or a SyntaxError; `await` may stand at the top, as it may in IPython."""
    allowed = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an odd escape in a cell is for its kernel to say
            parsed = compile(as_python(source), "<cell>", "exec", ast.PyCF_ONLY_AST | allowed, dont_inherit=True)
            assert isinstance(parsed, ast.Module)  # noqa: S101 - what "exec" gives
            # `return` outside a function and its like are found only by the compiler itself.
            compile(parsed, "<cell>", "exec", allowed, dont_inherit=True)
    except (ValueError, RecursionError, MemoryError) as error:
        raise SyntaxError(str(error) or "it is nested too deep") from None
    return parsed
