"""What holds for all pages."""

from __future__ import annotations

import ast
from pathlib import Path

import dashboard

MARKUP = {"unsafe_allow_html", "html", "iframe", "components", "unsafe_allow_javascript"}
"""Ways to put HTML onto a page of Streamlit."""


def test_no_page_writes_html() -> None:
    """Whatever the data say, nothing on a page is read as HTML: no module of the dashboard uses what could do it."""
    found = []
    for path in Path(str(dashboard.__file__)).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            used = node.arg if isinstance(node, ast.keyword) else node.attr if isinstance(node, ast.Attribute) else ""
            owner = getattr(getattr(node, "value", None), "id", "st")
            if used in MARKUP and owner == "st":
                found.append(f"{path.name}:{node.lineno} {used}")  # type: ignore[attr-defined]
    assert not found
