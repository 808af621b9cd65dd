"""Estimators of scikit-learn in the format of skops, which rebuilds them from named types and arrays.

Only the types that this project fits are read. Trees and forests are not among them: what a tree holds are places in
its own memory, which nothing checks, and a crafted one reads beside it. They are quick to fit again.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from types import MappingProxyType
from typing import Any

import skops.io  # type: ignore[import-untyped]
from sklearn.base import BaseEstimator

from insiders.errors import ModelError
from insiders.model_files import arrays, documents, zips

SCHEMA = "schema.json"
PROTOCOL = 2
ESTIMATORS = frozenset(
    {
        "sklearn.cluster._kmeans.KMeans",
        "sklearn.decomposition._pca.PCA",
        "sklearn.linear_model._logistic.LogisticRegression",
        "sklearn.mixture._gaussian_mixture.GaussianMixture",
        "sklearn.pipeline.Pipeline",
        "sklearn.preprocessing._data.PowerTransformer",
        "sklearn.preprocessing._data.StandardScaler",
    }
)
_PLAIN = frozenset(f"builtins.{name}" for name in ("str", "int", "float", "bool", "NoneType"))
_NUMBERS = frozenset(f"numpy.{name}" for name in ("bool", "int32", "int64", "float32", "float64", "str_"))
TYPES = MappingProxyType(
    {
        "ObjectNode": ESTIMATORS,
        "DictNode": frozenset({"builtins.dict"}),
        "ListNode": frozenset({"builtins.list"}),
        "TupleNode": frozenset({"builtins.tuple"}),
        "JsonNode": _PLAIN,
        "TypeNode": _PLAIN | _NUMBERS,
        "NdArrayNode": _NUMBERS | {"numpy.ndarray"},
    }
)
"""What may stand in a file: each way of building a thing, with the types that may be built so."""


def write(content: BaseEstimator) -> bytes:
    """The estimator as a file; equal estimators give equal files. A `ModelError` where its type is not read either."""
    members = zips.unpacked(skops.io.dumps(content))
    schema = json.loads(members[SCHEMA])
    names: dict[bytes, str] = {}
    for node in _nodes(schema):
        node.pop("__id__", None)  # an address in this process's memory
        if "file" in node:
            node["file"] = names.setdefault(members[node["file"]], f"{len(names)}.npy")
    written = zips.packed({SCHEMA: documents.write(schema), **{name: values for values, name in names.items()}})
    _checked(written)
    return written


def read(content: bytes) -> Any:  # noqa: ANN401 - an estimator
    """The estimator; a `ModelError` where the file holds anything but the types that we name."""
    # Packed anew, since its reader does not look at how much a member unpacks to.
    checked = zips.packed(_checked(content))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return skops.io.loads(checked, trusted=[])
    except Exception as fault:  # whatever a crafted file makes its reader raise
        raise ModelError(f"could not be read: {type(fault).__name__}: {fault}") from fault


def _checked(content: bytes) -> dict[str, bytes]:
    """The members of a file that holds nothing but what we name, or a `ModelError`."""
    members = zips.unpacked(content)
    if SCHEMA not in members:
        raise ModelError(f"has no {SCHEMA}")
    schema = documents.read(members[SCHEMA])
    if not isinstance(schema, dict) or schema.get("protocol") != PROTOCOL or schema.get("__loader__") != "ObjectNode":
        raise ModelError(f"is no estimator of the protocol {PROTOCOL}")
    try:
        for node in _nodes(schema):
            _check_node(node, members)
    except RecursionError as fault:
        raise ModelError("is nested deeper than any estimator") from fault
    for name, values in members.items():
        if name != SCHEMA:
            arrays.array(values)
    return members


def _check_node(node: dict[str, Any], members: dict[str, bytes]) -> None:
    loader, name = node["__loader__"], f"{node.get('__module__')}.{node.get('__class__')}"
    if not isinstance(loader, str) or name not in TYPES.get(loader, ()):
        raise ModelError(f"holds {name} ({loader}), which is none of the types that this project names")
    if "file" in node and str(node["file"]) not in members:
        raise ModelError("names a file that it does not hold")
    if loader == "JsonNode":
        documents.read(str(node.get("content")).encode())


def _nodes(value: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - a part of the schema
    """Every thing that the schema tells how to build."""
    if isinstance(value, dict):
        if "__loader__" in value:
            yield value
        for inner in value.values():
            yield from _nodes(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _nodes(inner)
