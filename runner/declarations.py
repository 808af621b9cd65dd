"""What a notebook declares in the cell tagged `parameters`: names, types, defaults, allowed values, meanings.

One line per parameter, read as syntax and never run:

    name: type = default  # {a | b} what it means
    name: type = default  # [2..25] what it means

Types are bool, int, float, str, date, list[T], dict[str, T] and T | None; `{…}` lists the allowed values and `[…]` the
bounds, both ends included and either one may be left out. In a list or a dict they hold for every item.
"""

from __future__ import annotations

import ast
import dataclasses
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from types import GenericAlias, UnionType
from typing import Any

from pydantic import ConfigDict, TypeAdapter, ValidationError

from runner import literals
from runner.errors import ParameterError, listed
from runner.notebooks import Notebook, without_magics
from runner.values import Type, described, read_text

_PLAIN: dict[str, type] = {"bool": bool, "int": int, "float": float, "str": str, "date": date}
_FINITE = ConfigDict(allow_inf_nan=False)
_LIMITS = re.compile(
    r"(?:\{(?P<allowed>[^}]*)\}|\[(?P<low>[^\]]*?)\.\.(?P<high>[^\]]*?)\])\s*(?P<meaning>.*)", re.DOTALL
)


@dataclass(frozen=True)
class Declaration:
    """One parameter of a notebook."""

    name: str
    type: Type
    type_text: str
    """The type as the notebook writes it."""
    default: object
    meaning: str = ""
    allowed: tuple[object, ...] | None = None
    low: object = None
    high: object = None

    def checked(self, value: object) -> object:
        """The value, in exactly the declared type, or a ValueError in words; a whole number may stand for a float."""
        try:
            kept = TypeAdapter(self.type, config=_FINITE).validate_python(value, strict=True)
        except ValidationError as error:
            raise ValueError(described(error)) from None
        for item in kept.values() if isinstance(kept, dict) else kept if isinstance(kept, list) else [kept]:
            if item is not None:
                self._check_limits(item)
        return kept

    def read(self, text: str) -> object:
        """The value that a text stands for (see `runner.values.read_text`), checked."""
        return self.checked(read_text(self.type, text))

    @property
    def limits(self) -> str:
        """The allowed values or bounds, as the notebook writes them."""
        if self.allowed is not None:
            return "{" + " | ".join(map(str, self.allowed)) + "}"
        if self.low is None and self.high is None:
            return ""
        return f"[{'' if self.low is None else self.low}..{'' if self.high is None else self.high}]"

    def _check_limits(self, item: Any) -> None:  # noqa: ANN401 - any type that compares with its bounds
        if self.allowed is not None and item not in self.allowed:
            raise ValueError(f"{item!r} is not one of {self.limits}")
        if (self.low is not None and item < self.low) or (self.high is not None and item > self.high):
            raise ValueError(f"{item} is not within {self.limits}")


def declared(notebook: Notebook) -> dict[str, Declaration]:
    """The declarations of a notebook by name, in its order; a `ParameterError` names every line that is no declaration.

    Imports, comments and a docstring may stand in the cell too. Without such a cell there are no parameters.
    """
    if notebook.parameters is None:
        return {}
    source = without_magics(notebook.parameters.source)
    where = f"{notebook.path.name}, cell {notebook.parameters.number}"
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        raise ParameterError(f"{where}, line {error.lineno}: {error.msg}") from None
    comments = dict(_comments(source))
    found: dict[str, Declaration] = {}
    faults = []
    for node in tree.body:
        try:
            if declaration := _declaration(node, comments.get(node.end_lineno or node.lineno, "")):
                if declaration.name in found:
                    raise ValueError(f"{declaration.name} is declared twice")
                found[declaration.name] = declaration
        except ValueError as error:
            faults.append(f"{where}, line {node.lineno}: {error}")
    if faults:
        raise ParameterError(listed("the parameters of a notebook cannot be read:", faults))
    return found


def _declaration(node: ast.stmt, comment: str) -> Declaration | None:
    """The declaration that a statement makes, None for those that declare nothing; a ValueError for a fault."""
    if isinstance(node, ast.Import | ast.ImportFrom) or (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    ):
        return None
    if not isinstance(node, ast.AnnAssign) or not isinstance(node.target, ast.Name) or node.value is None:
        raise ValueError(f"`{ast.unparse(node).splitlines()[0]}` is not of the form `name: type = default`")
    name, kind = node.target.id, type_of(node.annotation)
    try:
        default = literals.value_of(node.value)
    except (ValueError, TypeError):
        raise ValueError(f"the default of {name} is no plain value: {ast.unparse(node.value)}") from None
    declaration = Declaration(name, kind, ast.unparse(node.annotation), default, **_limits(kind, comment))
    try:
        return dataclasses.replace(declaration, default=declaration.checked(default))
    except ValueError as error:
        raise ValueError(f"the default of {name} breaks its own declaration: {error}") from None


def type_of(node: ast.expr) -> Type:
    """The type that an annotation names, or a ValueError."""
    if isinstance(node, ast.Name) and node.id in _PLAIN:
        return _PLAIN[node.id]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr) and _is_none(node.right):
        return type_of(node.left) | None
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
        arguments = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        match node.value.id, arguments:
            case "list", [item]:
                return GenericAlias(list, (type_of(item),))
            case "dict", [ast.Name(id="str"), item]:
                return GenericAlias(dict, (str, type_of(item)))
    raise ValueError(
        f"no parameter can have the type {ast.unparse(node)}; "
        "use bool, int, float, str, date, list[T], dict[str, T] or T | None"
    )


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _limits(kind: Type, comment: str) -> dict[str, Any]:
    """Meaning, allowed values and bounds from a comment."""
    match = _LIMITS.fullmatch(comment)
    if not match:
        return {"meaning": comment}
    limits: dict[str, Any] = {"meaning": match["meaning"].strip()}
    if match["allowed"] is not None:
        limits["allowed"] = tuple(read_text(item_type(kind), text.strip()) for text in match["allowed"].split("|"))
    for end in ("low", "high"):
        if match[end]:
            limits[end] = read_text(item_type(kind), match[end].strip())
    return limits


def item_type(kind: Type) -> Type:
    """The type that limits are compared with: without None, and of the items of a list or dict."""
    if isinstance(kind, UnionType):
        return item_type(next(part for part in kind.__args__ if part is not type(None)))
    arguments = getattr(kind, "__args__", ())
    return item_type(arguments[-1]) if arguments else kind


def _comments(source: str) -> Iterator[tuple[int, str]]:
    """Line number and text of each comment that stands behind code."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT and token.line[: token.start[1]].strip():
            yield token.start[0], token.string.lstrip("#").strip()
