"""Messages of kernels, as they should be and as they should not."""

from __future__ import annotations

import json
from typing import Any

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.kernel import messages

ANYTHING: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
BUNDLE = st.dictionaries(
    st.sampled_from(["text/plain", "application/json", "a/b+json", "application/b+json", "image/png", ""]), ANYTHING
)


@given(
    kind=st.sampled_from(["display_data", "execute_result", "error"]),
    content=st.dictionaries(
        st.sampled_from(["data", "metadata", "execution_count", "ename", "evalue", "traceback"]), ANYTHING | BUNDLE
    ),
)
def test_whatever_a_kernel_sends_is_a_valid_output(kind: str, content: dict[str, Any]) -> None:
    """An output of any content is valid, and strict JSON."""
    node = nbformat.from_dict(messages.shown(kind, content))
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1", outputs=[node])])
    nbformat.validate(book)
    json.dumps(node, allow_nan=False)
    assert messages.size(node) > 0


@given(content=st.dictionaries(st.sampled_from(["name", "text"]), ANYTHING))
def test_whatever_a_kernel_prints_is_text(content: dict[str, Any]) -> None:
    """The stream of any message is stdout or stderr."""
    name, text = messages.stream(content)
    assert name in ("stdout", "stderr")
    assert isinstance(text, str)


def test_good_outputs_stay_as_they_are() -> None:
    """A table with its forms, a metric, a picture in lines."""
    data = {"text/html": "<b>1</b>", "text/plain": ["a\n", "b"], "application/vnd.insiders.metric+json": {"value": 0.5}}
    node = messages.shown("execute_result", {"data": data, "metadata": {"x": [1]}, "execution_count": 3})
    assert node == {
        "output_type": "execute_result",
        "data": {**data, "text/plain": "a\nb"},
        "metadata": {"x": [1]},
        "execution_count": 3,
    }


@pytest.mark.parametrize("text", ["plain", 'line\n"quoted" \\ and\ttab', "\x00\x1b[31m", "é€😀", "\ud800"])
def test_a_size_is_that_of_the_copy(text: str) -> None:
    """Escapes count as they are written."""
    written = json.dumps(text, ensure_ascii=False).encode("utf-8", "surrogatepass")
    assert messages.size(text) == len(written) - 2


def test_depth_has_an_end() -> None:
    """What no reader can follow is left out."""
    deep: Any = "bottom"
    for _ in range(500):
        deep = [deep]
    told = messages.bundle({"application/json": deep})
    assert "bottom" not in json.dumps(told)


def test_an_endless_error_is_shortened() -> None:
    """Its name, text and traceback keep their ends."""
    error = messages.shown("error", {"ename": "E", "evalue": "a" * 10_000 + "z", "traceback": ["b" * 900 + "\n"] * 90})
    short = messages.shortened(error, 1000)
    assert short["evalue"].startswith("aaa")
    assert short["evalue"].endswith("z")
    assert messages.size(short) < 4000
