"""The form of a notebook file: what keeps it from being read, or from being run as it is, and how to mend it."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

_KINDS = ("code", "markdown", "raw")
_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_PYTHON = re.compile(r"i?python\d*", re.IGNORECASE)
_MERGE = re.compile(r"^(?:<{7}|>{7}) ", re.MULTILINE)
_WITH_IDS = 5
"""Since format 4.5 every cell has an id."""
SAVE = "open and save it in JupyterLab"
RESTORE = "restore it from version control"
KERNEL = "choose its kernel in JupyterLab and save it"
CLEAR = "clear the outputs in JupyterLab and save it"


def content(text: str) -> Any:  # noqa: ANN401 - whatever JSON can hold
    """What the text of a notebook file holds, or a ValueError that says what is wrong with it in one line."""
    if not text.strip():
        raise ValueError(f"it is empty; {RESTORE}")
    if conflict := _MERGE.search(text):
        line = text.count("\n", 0, conflict.start()) + 1
        raise ValueError(f"line {line} holds the mark of an unsettled merge; choose one side of it")
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string"):
            raise ValueError(f"it breaks off in line {text.rstrip().count(chr(10)) + 1}; {RESTORE}") from None
        raise ValueError(f"line {error.lineno} is no JSON ({error.msg}); mend it, or {RESTORE}") from None
    except (ValueError, RecursionError):
        raise ValueError(f"it is nested too deep, or holds a number of thousands of digits; {RESTORE}") from None


def fault(content: object) -> str | None:
    """What keeps a JSON file from being a notebook of format 4, as far as the runner relies on it."""
    if not isinstance(content, dict):
        return f"it is JSON, but no object with cells; {RESTORE}"
    return next(_faults(content), None)


def _faults(content: dict[str, Any]) -> Iterator[str]:
    version, minor = content.get("nbformat"), content.get("nbformat_minor", 0)
    if type(version) is int and version > 4:
        yield f"it has format {version}, which is newer than 4; save it in format 4"
    elif version != 4 or type(version) is not int:
        yield f"it has format {version}; {SAVE} for format 4"
    if type(minor) is not int:
        yield f"its nbformat_minor is {minor!r}, not a number; {SAVE}"
    yield from _of_metadata(content.get("metadata"))
    if not isinstance(content.get("cells"), list):
        yield f"it has no list of cells; {RESTORE}"
        return
    for number, cell in enumerate(content["cells"], start=1):
        yield from (f"cell {number} of the file {said}" for said in _of_cell(cell))
    yield from _of_ids([cell.get("id") for cell in content["cells"]], required=minor >= _WITH_IDS)


def _of_metadata(metadata: object) -> Iterator[str]:
    if not isinstance(metadata, dict):
        yield f"it has no metadata; {SAVE}"
        return
    for name in ("kernelspec", "language_info", "papermill"):
        if not isinstance(metadata.get(name, {}), dict):
            yield f"{name} in its metadata is {metadata[name]!r}, not an object; {KERNEL}"
    kernel = metadata.get("kernelspec", {})
    if kernel and not (isinstance(kernel.get("name"), str) and kernel["name"]):
        yield f"its kernelspec has no name; {KERNEL}"
    language = kernel.get("language") or metadata.get("language_info", {}).get("name") or "python"
    if not isinstance(language, str) or not _PYTHON.fullmatch(language):
        yield f"it is written in {language}; the runner runs notebooks in Python, whose parameters it can check"


def _of_cell(cell: object) -> Iterator[str]:
    if not isinstance(cell, dict) or cell.get("cell_type") not in _KINDS:
        kind = cell.get("cell_type") if isinstance(cell, dict) else cell
        yield f"is neither code nor markdown nor raw, but {kind!r}; {SAVE}, or take the cell out"
        return
    source, metadata = cell.get("source"), cell.get("metadata")
    if not isinstance(source, str) and not _texts(source):
        yield f"has no source, which is a text or a list of texts; {SAVE}, or take the cell out"
    if not isinstance(metadata, dict):
        yield f"has no metadata; {SAVE}"
    elif not _texts(metadata.get("tags", [])):
        yield f"has tags that are no list of texts, but {metadata['tags']!r}; set them in JupyterLab"
    if not isinstance(cell.get("attachments", {}), dict):
        yield f"has attachments that are none; {SAVE}"
    if cell["cell_type"] == "code" and not _outputs(cell.get("outputs", [])):
        yield f"has outputs that are none; {CLEAR}"


def _of_ids(ids: list[object], *, required: bool) -> Iterator[str]:
    given = [(number, one) for number, one in enumerate(ids, start=1) if one is not None]
    for number, one in given:
        if not isinstance(one, str) or not _ID.fullmatch(one):
            yield f"cell {number} of the file has the id {one!r}; an id is 1 to 64 letters, digits, - and _"
            return
    if required and len(given) < len(ids):
        yield f"cell {ids.index(None) + 1} of the file has no id, which format 4.5 asks for; {SAVE}"
    for one, times in Counter(one for _, one in given).items():
        if times > 1:
            first, second = [number for number, other in given if other == one][:2]
            yield f"cells {first} and {second} of the file have the same id {one!r}; give one of them another"


def _texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _outputs(value: object) -> bool:
    return isinstance(value, list) and all(
        isinstance(one, dict) and isinstance(one.get("output_type"), str) and isinstance(one.get("data", {}), dict)
        for one in value
    )
