"""Facts as JSON: finite numbers, no name twice, no more than a person could read."""

from __future__ import annotations

import json
import math
from typing import Any

from insiders.errors import ModelError

MOST_BYTES = 4 << 20


def write(content: Any) -> bytes:  # noqa: ANN401 - whatever JSON can hold
    """The facts as a file; a `ModelError` where JSON cannot hold them."""
    try:
        text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)
    except (ValueError, TypeError, RecursionError) as fault:
        raise ModelError(f"JSON cannot hold it: {fault}") from fault
    written = f"{text}\n".encode()
    if len(written) > MOST_BYTES:
        raise ModelError(f"has {len(written):,} bytes, more than {MOST_BYTES:,}: keep figures as arrays")
    return written


def read(content: bytes) -> Any:  # noqa: ANN401 - whatever JSON can hold
    """The facts; a `ModelError` where the file is anything else."""
    if len(content) > MOST_BYTES:
        raise ModelError(f"has {len(content):,} bytes, more than {MOST_BYTES:,}")
    try:
        return json.loads(content.decode(), parse_constant=_number, parse_float=_number, object_pairs_hook=_once_each)
    except (ValueError, RecursionError) as fault:
        raise ModelError(f"is no plain JSON: {fault}") from fault


def _number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text[:20]} is no finite number")
    return number


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice in one object")
    return found
