"""Secrets that stand in a notebook: what the environment holds, what is named as one, and keys known by their form."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from runner.reading import magics
from runner.reading.notebooks import Cell, Notebook
from runner.secrecy.credentials import SECRET_NAME, secrets_in
from runner.secrecy.redaction import SHORTEST

_FORMS = {
    "an AWS access key": re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    "a GitHub token": re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{40,})"),
    "a Slack token": re.compile(r"\bxox[abprs]-[A-Za-z0-9-]{10,}"),
    "a JSON web token": re.compile(r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\."),
}
"""Keys that their makers gave a form of their own, so that they are found where nobody calls them a key."""
_WORDS = re.compile(r"[A-Za-z_ .]*|env:.*")
"""No password, but a column, a sentence, or the name of the variable that holds one."""


@dataclass(frozen=True)
class Held:
    """A secret that stands in a cell; what it is, never its text."""

    cell: int
    """The number of a cell with code; 0 for prose."""
    line: int
    what: str


def held(notebook: Notebook, environment: Mapping[str, str] | None = None) -> list[Held]:
    """What looks like a secret in the sources of a notebook's cells; by default, of this process's environment too."""
    known = [one for one in secrets_in(os.environ if environment is None else environment) if len(one) >= SHORTEST]
    found = (one for cell in (*notebook.cells, *notebook.others) for one in _of_cell(cell, known))
    return list(dict.fromkeys(found))


def _of_cell(cell: Cell, known: list[str]) -> Iterator[Held]:
    for number, line in enumerate(cell.source.splitlines(), start=1):
        if any(secret in line for secret in known):
            yield Held(cell.number, number, "a secret of this environment")
        yield from (Held(cell.number, number, what) for what, form in _FORMS.items() if form.search(line))
    if cell.holds_code:
        for name, text, number in _texts(cell.source):
            if SECRET_NAME.search(name) and not _WORDS.fullmatch(text) and secrets_in({name: text}):
                yield Held(cell.number, number, f"the value of {name}")
            elif secrets_in({"": text}):
                yield Held(cell.number, number, "the password of an address")


def _texts(source: str) -> Iterator[tuple[str, str, int]]:
    """The texts that stand in a cell, each with the name that it is given to, where it is given to one, and line."""
    try:
        tree = magics.tree(source)
    except SyntaxError:  # a fault of its own, which `runner.reading.lint` tells
        return
    named = {id(value): name for node in ast.walk(tree) for name, value in _given(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield named.get(id(node), ""), node.value, node.lineno


def _given(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Names and what they are given: by assignment, as a keyword, as an entry of a dictionary."""
    if isinstance(node, ast.Assign):
        yield from ((_name(target), node.value) for target in node.targets)
    elif isinstance(node, ast.AnnAssign) and node.value is not None:
        yield _name(node.target), node.value
    elif isinstance(node, ast.keyword):
        yield node.arg or "", node.value
    elif isinstance(node, ast.Dict):
        entries = zip(node.keys, node.values, strict=True)
        yield from ((_name(key), value) for key, value in entries if key is not None)


def _name(target: ast.expr) -> str:
    if isinstance(target, ast.Subscript):
        target = target.slice
    if isinstance(target, ast.Constant):
        return str(target.value)
    return getattr(target, "id", getattr(target, "attr", ""))
