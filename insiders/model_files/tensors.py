"""Arrays by name in the format of safetensors: a head of JSON, then the numbers, and no way to carry anything else."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from safetensors import SafetensorError
from safetensors import numpy as tensors

from insiders.errors import ModelError

_KINDS = "biuf"
"""Yes-or-no, whole and real numbers."""


def write(content: Mapping[str, np.ndarray]) -> bytes:
    """The arrays as a file; equal arrays give equal files. A `ModelError` where one holds no numbers."""
    arrays = {name: np.asarray(values, order="C") for name, values in content.items()}
    if odd := [name for name, values in arrays.items() if values.dtype.kind not in _KINDS]:
        raise ModelError(f"the array {odd[0]} holds {arrays[odd[0]].dtype}: only numbers are kept")
    return tensors.save(arrays)


def read(content: bytes) -> dict[str, np.ndarray]:
    """The arrays by name; a `ModelError` where the file is anything else."""
    try:
        return {name: values.copy() for name, values in tensors.load(content).items()}
    except (SafetensorError, KeyError, ValueError, TypeError, OverflowError) as fault:
        raise ModelError(f"is no whole safetensors file: {fault}") from fault
