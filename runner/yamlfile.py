"""YAML files read safely and without surprises, with the line of every value for messages.

The scalars are those of YAML 1.2's core schema and dates, so that `no` is the text "no" and `010` the text "010".
Tags, anchors that refer to themselves, and names that stand twice are refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml

from runner.errors import PipelineError

Place = tuple[str | int, ...]


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
    """PyYAML's safe loader with the scalars of YAML 1.2."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - PyYAML's own design


for _tag, _pattern, _first in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?(?:0|[1-9][0-9]*)", list("-+0123456789")),
    ("float", r"[-+]?(?:[0-9]+\.[0-9]*|\.?[0-9]+)(?:[eE][-+]?[0-9]+)?", list("-+.0123456789")),
    ("timestamp", r"[0-9]{4}-[0-9]{2}-[0-9]{2}", list("0123456789")),
):
    # The first pattern that fits decides, so that whole numbers come before floats; `010` fits neither.
    _full = re.compile(rf"(?!0[0-9])(?:{_pattern})$" if _tag == "float" else rf"(?:{_pattern})$")
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", _full, _first)


def read(path: Path) -> Document:
    """Read a file, or raise a `PipelineError` that names the line."""
    try:
        loader = _Loader(path.read_text(encoding="utf-8"))
        node = loader.get_single_node()
        lines: dict[Place, int] = {}
        if node is not None:
            _note_lines(node, (), lines, path.name)
        return Document(path, loader.construct_document(node) if node is not None else None, lines)
    except OSError as error:
        raise PipelineError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise PipelineError(f"{path}: is not a text file in UTF-8") from None
    except (yaml.MarkedYAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        raise PipelineError(f"{path.name}{line}: {getattr(error, 'problem', None) or error}") from None


def _note_lines(node: yaml.Node, place: Place, lines: dict[Place, int], name: str, depth: int = 0) -> None:
    lines[place] = node.start_mark.line + 1
    if depth > 20:
        raise PipelineError(f"{name}, line {lines[place]}: more than twenty levels deep, or an anchor inside itself")
    if isinstance(node, yaml.SequenceNode):
        for position, item in enumerate(node.value):
            _note_lines(item, (*place, position), lines, name, depth + 1)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            here = (*place, str(key.value))
            if here in lines:
                raise PipelineError(f"{name}, line {key.start_mark.line + 1}: {key.value} stands twice")
            _note_lines(value, here, lines, name, depth + 1)
            lines[here] = key.start_mark.line + 1


def shown(value: object) -> str:
    """A value as it would stand in such a file, for messages."""
    return value.isoformat() if isinstance(value, date) else repr(value)
