from __future__ import annotations

import json

import numpy as np
import pytest

from insiders.errors import ModelError
from insiders.model_files import tensors

ARRAYS = {
    "weight": np.arange(6, dtype="float32").reshape(2, 3),
    "step": np.array(3.0),
    "key": np.array([1, 2], "uint8"),
}


def test_arrays_come_back_as_they_were() -> None:
    """Shapes, types and values are kept, and equal arrays leave equal files."""
    again = tensors.read(tensors.write(ARRAYS))
    assert again.keys() == ARRAYS.keys()
    for name, values in ARRAYS.items():
        assert again[name].dtype == values.dtype
        assert np.array_equal(again[name], values)
    assert tensors.write(dict(reversed(ARRAYS.items()))) == tensors.write(ARRAYS)


def test_a_transposed_array_keeps_its_values() -> None:
    """An array that lies in memory the other way round is written in its own order."""
    turned = ARRAYS["weight"].T
    assert np.array_equal(tensors.read(tensors.write({"turned": turned}))["turned"], turned)


def test_objects_are_not_written() -> None:
    """What is no array of numbers is refused."""
    with pytest.raises(ModelError, match="only numbers are kept"):
        tensors.write({"objects": np.array([object()])})


def crafted(begin: int, end: int) -> bytes:
    head = json.dumps({"w": {"dtype": "F32", "shape": [2], "data_offsets": [begin, end]}}).encode()
    return len(head).to_bytes(8, "little") + head + bytes(8)


@pytest.mark.parametrize(
    "content",
    [b"", b"short", crafted(0, 8)[:-1], crafted(4, 12), crafted(0, 4), (2**62).to_bytes(8, "little") + b"{}"],
)
def test_damaged_files_are_refused(content: bytes) -> None:
    """Cut files and heads that point elsewhere are one `ModelError`."""
    assert tensors.read(crafted(0, 8))["w"].tolist() == [0, 0]
    with pytest.raises(ModelError, match="is no whole safetensors file"):
        tensors.read(content)
