"""YAML files read safely and without surprises, with the line of every value for messages.

The scalars are those of YAML 1.2's core schema and dates, so that `no` is the text "no" and `010` the text "010".
Tags, anchors, merge keys, names that are no texts or stand twice, and numbers that would not stay what they are, are
refused: whoever reads the file sees what it says.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from runner.errors import PipelineError
from runner.values.scalars import READERS, shown

Place = tuple[str | int, ...]
LARGEST_BYTES = 1 << 18
DEEPEST = 20
_UNSEEN = re.compile("[\x85\u2028\u2029]")
"""What YAML takes for the end of a line, and an editor does not show as one."""
_TEXT = "tag:yaml.org,2002:str"


@dataclass(frozen=True)
class Document:
    """The content of a YAML file."""

    path: Path
    content: object
    lines: dict[Place, int]
    """Line number (from 1) of each value, by the names and positions that lead to it."""

    def where(self, place: Place) -> str:
        """`FILE, line N` of a value, or of the nearest value around it that is written in the file."""
        while place and place not in self.lines:
            place = place[:-1]
        return f"{self.path.name}, line {self.lines.get(place, 1)}"


class _Loader(yaml.SafeLoader):
    """PyYAML's safe loader with the scalars of YAML 1.2, without tags and anchors."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - PyYAML's own design
    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """The next node, if it is one that a reader can see through."""
        event: Any = self.peek_event()
        if getattr(event, "anchor", None) is not None:
            raise _Refused("anchors and aliases (& and *) are not known here; write the value out", event)
        if getattr(event, "tag", None) is not None:
            raise _Refused(f"tags such as {event.tag} are not known here", event)
        self.depth += 1
        if self.depth > DEEPEST:
            raise _Refused(f"more than {DEEPEST} levels deep", event)
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


class _Refused(yaml.MarkedYAMLError):
    """Something in the file that is not taken, with its place."""

    def __init__(self, problem: str, place: Any) -> None:  # noqa: ANN401 - a node or an event
        super().__init__(problem=problem, problem_mark=place.start_mark)


def _strictly(kind: type) -> Callable[[Any, Any], object]:
    """A constructor of plain values that reads their text as the command line does."""

    def construct(_: yaml.SafeLoader, node: yaml.ScalarNode) -> object:
        text = str(node.value)
        try:
            return READERS[kind](_NOT_FINITE.get(text.lower(), text))
        except ValueError as error:
            raise _Refused(str(error), node) from None

    return construct


_NOT_FINITE = {".nan": "nan", ".inf": "inf", "+.inf": "inf", "-.inf": "-inf"}

for _tag, _kind, _pattern, _first in (
    ("null", None, r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", None, r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", int, r"[-+]?(?:0|[1-9][0-9]*)", list("-+0123456789")),
    (
        "float",
        float,
        r"(?![-+]?0[0-9])[-+]?(?:[0-9]+\.[0-9]*|\.?[0-9]+)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
        list("-+.0123456789"),
    ),
    ("timestamp", date, r"[0-9]{4}-[0-9]{2}-[0-9]{2}", list("0123456789")),
):
    # The first pattern that fits decides, so that whole numbers come before floats; `010` fits neither.
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(rf"(?:{_pattern})\Z"), _first)
    if _kind is not None:
        _Loader.add_constructor(f"tag:yaml.org,2002:{_tag}", _strictly(_kind))


def read(path: Path) -> Document:
    """Read a file, or raise a `PipelineError` that names the line."""
    try:
        loader = _Loader(_text(path))
        node = loader.get_single_node()
        lines: dict[Place, int] = {}
        if node is not None:
            _note_lines(node, (), lines)
        return Document(path, loader.construct_document(node) if node is not None else None, lines)
    except (OSError, ValueError) as error:
        raise PipelineError(f"{path}: cannot be read: {getattr(error, 'strerror', error)}") from None
    except yaml.reader.ReaderError as error:
        code = error.character if isinstance(error.character, int) else ord(str(error.character)[0])
        raise PipelineError(f"{path.name}: holds the character U+{code:04X}, which is no text") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f", line {mark.line + 1}" if mark else ""
        raise PipelineError(f"{path.name}{line}: {error.problem or error.context}") from None


def _text(path: Path) -> str:
    """The text of a file of a size that a person could have written."""
    with path.open("rb") as file:
        content = file.read(LARGEST_BYTES + 1)
    if len(content) > LARGEST_BYTES:
        raise PipelineError(f"{path}: is larger than {LARGEST_BYTES >> 10} KiB, which no pipeline or parameter needs")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise PipelineError(f"{path}: is not a text file in UTF-8") from None
    if found := _UNSEEN.search(text):
        line = text.count("\n", 0, found.start()) + 1
        escape = f"\\u{ord(found.group()):04x}"
        raise PipelineError(f'{path.name}, line {line}: holds an unseen line end; write "{escape}" in double quotes')
    return text


def _note_lines(node: yaml.Node, place: Place, lines: dict[Place, int]) -> None:
    """Note the line of every value; names must be texts, and each may stand once."""
    lines[place] = node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        for position, item in enumerate(node.value):
            _note_lines(item, (*place, position), lines)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.tag != _TEXT:
                name = key.value if isinstance(key, yaml.ScalarNode) else "a list or a dict"
                raise _Refused(f"{name} is no text, and so no name; put it in quotes if it is meant as one", key)
            if key.value == "<<" and key.style is None:
                raise _Refused("merge keys (<<) are not known here; write the values out", key)
            here = (*place, key.value)
            if here in lines:
                raise _Refused(f"{shown(key.value)[1:-1]} stands twice", key)
            _note_lines(value, here, lines)
            lines[here] = key.start_mark.line + 1
