"""Messages of kernels as outputs of a notebook: whatever a kernel sends, what comes of it is valid and has a size."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

METADATA_BYTES = 200
"""So much a copy spends on an output beside what it shows."""
DEEPEST = 50
_CONTROLS = bytes({*range(32), 127} - set(b"\n\r\t"))
_JSON_MARKS = b'\n\r\t"\\'

Node = dict[str, Any]


def size(value: object) -> int:
    """About how many bytes a value takes in a copy."""
    if isinstance(value, str):
        raw = value.encode("utf-8", "surrogatepass")
        escaped = len(raw) - len(raw.translate(None, _JSON_MARKS))
        return len(raw) + escaped + 5 * (len(raw) - len(raw.translate(None, _CONTROLS)))
    if isinstance(value, Mapping):
        return 4 + sum(8 + size(name) + size(inner) for name, inner in value.items())
    if isinstance(value, list):
        return 4 + sum(4 + size(inner) for inner in value)
    return 8


def stream(content: Mapping[str, Any]) -> tuple[str, str]:
    """Name and text of a message of a stream; only stderr is called so."""
    text = content.get("text")
    return "stderr" if content.get("name") == "stderr" else "stdout", text if isinstance(text, str) else _told(text)


def shown(kind: str, content: Mapping[str, Any]) -> Node:
    """The output that a message of another kind than a stream asks for."""
    if kind == "error":
        lines = content.get("traceback")
        return {
            "output_type": "error",
            "ename": _told(content.get("ename")),
            "evalue": _told(content.get("evalue")),
            "traceback": [_told(line) for line in lines] if isinstance(lines, list) else [],
        }
    node: Node = {
        "output_type": kind,
        "data": bundle(content.get("data")),
        "metadata": _mapping(content.get("metadata")),
    }
    if kind == "execute_result":
        node["execution_count"] = count(content.get("execution_count"))
    return node


def bundle(data: object) -> dict[str, Any]:
    """The forms of one display by MIME type: texts, and of the JSON types any JSON."""
    forms = data if isinstance(data, Mapping) else {"text/plain": _told(data)}
    return {
        str(kind): _json(shape, DEEPEST) if _is_json(str(kind)) else _text(shape)
        for kind, shape in forms.items()
        if shape is not None
    }


def display_id(content: Mapping[str, Any]) -> str | None:
    """The name by which a later message may replace a display."""
    transient = content.get("transient")
    name = transient.get("display_id") if isinstance(transient, Mapping) else None
    return None if name is None else str(name)


def count(value: object) -> int | None:
    """The number of an execution, where it is one."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _is_json(kind: str) -> bool:
    """Whether nbformat lets any JSON stand under a MIME type."""
    return kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))


def _text(shape: object) -> str:
    if isinstance(shape, list) and all(isinstance(line, str) for line in shape):
        return "".join(shape)
    return _told(shape)


def _told(value: object) -> str:
    """A value as text: itself, or what JSON makes of it."""
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(_json(value, DEEPEST), ensure_ascii=False)


def _mapping(value: object) -> dict[str, Any]:
    clean = _json(value, DEEPEST)
    return clean if isinstance(clean, dict) else {}


def _json(value: object, depth: int) -> Any:  # noqa: ANN401 - it is JSON
    """A value as strict JSON: without NaN and infinity, and not deeper than a reader can follow."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, str | int):
        return value
    if depth == 0:
        return "…"
    if isinstance(value, Mapping):
        return {str(name): _json(inner, depth - 1) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_json(inner, depth - 1) for inner in value]
    return str(value)


def shortened(error: Node, limit: int) -> Node:
    """An error with its name, text and traceback of no more than so many bytes each."""
    traceback: list[str] = error["traceback"]
    if size(traceback) > limit:
        traceback = _ends("\n".join(traceback), limit).split("\n")
    return {
        **error,
        "ename": _ends(error["ename"], limit),
        "evalue": _ends(error["evalue"], limit),
        "traceback": traceback,
    }


def _ends(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit // 2]} … {text[-limit // 2 :]}"
