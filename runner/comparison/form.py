"""The form of a manifest, as far as a comparison reads it: a record that the runner did not write is refused whole.

So that nothing else here has to ask of every value whether it is what its name says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from runner.outcomes import Status

_TEXT: tuple[type, ...] = (str, type(None))
_NUMBER: tuple[type, ...] = (int, float, type(None))
_FLAG: tuple[type, ...] = (bool, type(None))
_LARGEST = 1e300
_STATUSES = frozenset(Status)
_DIGESTED = {"path": str, "sha256": str, "bytes": _NUMBER}
_PUBLISHED = {"name": str, "file": str, "rows": _NUMBER, "sha256": _TEXT}
_ASKED = {"source": _TEXT, "source_sha256": _TEXT, "tables": [_PUBLISHED]}
_CONTENT = {"kernel": _TEXT, "code": {str: str}}
_STEP: dict[Any, Any] = {
    "name": str,
    "status": _STATUSES,
    "reason": _TEXT,
    "notebook": str,
    "copy": str,
    "cached_from": _TEXT,
    "parameters": {str: {"from": _TEXT}},
    "metrics": [{"name": str, "value": (*_NUMBER, str), "unit": _TEXT}],
    "files": [_DIGESTED],
    "publications": [{"asked": _ASKED}],
    "content": _CONTENT,
    "seconds": _NUMBER,
    "peak_memory_bytes": _NUMBER,
    "cells": [{}],
}
_MANIFEST: dict[Any, Any] = {
    **dict.fromkeys(("run_id", "pipeline", "logical_date", "started"), str),
    **dict.fromkeys(("title", "command", "reason", "finished"), _TEXT),
    "status": _STATUSES,
    "seconds": _NUMBER,
    "pipeline_file": {"path": _TEXT},
    "provenance": {
        "git": {"commit": _TEXT, "dirty": _FLAG},
        **dict.fromkeys(("lock_sha256", "packages_sha256", "python", "platform", "machine", "host", "user"), _TEXT),
        **dict.fromkeys(("cpus", "memory_bytes"), _NUMBER),
    },
    "policy": {"gates": [str]},
    "inputs": [
        {"parameter": str, "value": _TEXT, "sha256": _TEXT, "version": _TEXT, "rows": _NUMBER, "bytes": _NUMBER}
    ],
    "steps": [_STEP],
}
_REQUIRED = frozenset(
    {"run_id", "pipeline", "status", "name", "notebook", "copy", "path", "parameter", "provenance", "steps"}
)


def faults(manifest: Mapping[str, Any]) -> Iterator[str]:
    """What is not as the runner writes it, each as the name of a place: `steps[2].metrics[0].value`."""
    yield from _faults(manifest, _MANIFEST, "")


def _faults(value: object, wanted: Any, place: str) -> Iterator[str]:  # noqa: ANN401 - a type, a set, a list or a mapping
    if isinstance(wanted, list):
        yield from _of_list(value, wanted[0], place)
    elif isinstance(wanted, dict):
        yield from _of_mapping(value, wanted, place)
    elif isinstance(wanted, frozenset):
        if value not in wanted:
            yield place
    elif not isinstance(value, wanted) or (isinstance(value, bool) and wanted != _FLAG) or not _is_finite(value):
        yield place


def _of_list(value: object, wanted: object, place: str) -> Iterator[str]:
    if value is None:
        return
    if not isinstance(value, list | tuple):
        yield place
        return
    for number, one in enumerate(value):
        if one is None:
            yield f"{place}[{number}]"
        else:
            yield from _faults(one, wanted, f"{place}[{number}]")


def _of_mapping(value: object, wanted: Mapping[Any, Any], place: str) -> Iterator[str]:
    if value is None and place:
        return
    if not isinstance(value, dict):
        yield place
        return
    # `str` as a key stands for every name.
    named = dict.fromkeys(value, wanted[str]) if str in wanted else wanted
    for name, one in named.items():
        if value.get(name) is not None or (name in value and name not in _REQUIRED):
            yield from _faults(value[name], one, f"{place}.{name}" if place else str(name))
        elif name in _REQUIRED:
            yield f"{place}.{name}" if place else str(name)


def _is_finite(value: object) -> bool:
    return not isinstance(value, int | float) or -_LARGEST <= value <= _LARGEST
