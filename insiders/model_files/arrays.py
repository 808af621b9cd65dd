"""Arrays by name, as NumPy keeps them (`.npz`); numbers and texts, never Python objects."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.lib import format as npy

from insiders.errors import ModelError
from insiders.model_files import zips

_KINDS = "biufUS"
"""Yes-or-no, whole and real numbers, texts."""
_HEADERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}


def write(content: Mapping[str, np.ndarray]) -> bytes:
    """The arrays as a file; a `ModelError` where one holds objects."""
    arrays: dict[str, Any] = {name: np.asarray(values) for name, values in content.items()}
    if odd := [name for name, values in arrays.items() if values.dtype.kind not in _KINDS]:
        raise ModelError(f"the array {odd[0]} holds {arrays[odd[0]].dtype}: only numbers and texts are kept")
    target = io.BytesIO()
    np.savez(target, **arrays)
    return target.getvalue()


def read(content: bytes) -> dict[str, np.ndarray]:
    """The arrays by name; a `ModelError` where the file is anything else."""
    return {_name(member): array(values) for member, values in zips.unpacked(content).items()}


def array(content: bytes) -> np.ndarray:
    """The array of one `.npy` file, which is exactly as long as its head says; else a `ModelError`."""
    stream = io.BytesIO(content)
    try:
        shape, fortran, dtype = _HEADERS[npy.read_magic(stream)](stream)
    except (ValueError, SyntaxError, TypeError, KeyError, RecursionError, MemoryError, EOFError) as fault:
        raise ModelError(f"holds what is no array: {fault}") from fault
    if dtype.kind not in _KINDS or not dtype.itemsize:
        raise ModelError(f"holds an array of {dtype}: only numbers and texts are read")
    left = len(content) - stream.tell()
    if any(size < 0 for size in shape) or math.prod(shape) * dtype.itemsize != left:
        raise ModelError(f"says that an array of {dtype} is {shape}, and has {left:,} bytes of it")
    try:
        values = np.frombuffer(content, dtype, offset=stream.tell()) if left else np.empty(0, dtype)
        return values.reshape(shape, order="F" if fortran else "C").copy()
    except ValueError as fault:
        raise ModelError(f"says that an array is {shape}: {fault}") from fault


def _name(member: str) -> str:
    name = member.removesuffix(".npy")
    if name == member or not name:
        raise ModelError(f"holds {member!r}, which is no array")
    return name
