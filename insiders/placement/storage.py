"""A kept segmentation as files: facts as JSON, all else as plain arrays, read as if they came from a stranger."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from insiders import registry
from insiders.errors import ModelError
from insiders.placement.placing import Placement
from insiders.registry import Training
from insiders.rules.conditions import UNITS, Condition, Rule
from insiders.spaces import Arrays

FORMAT = 1
FILES = ("placement.json", "placement.npz", "space.npz", "drift.npz")


def save(kept: Placement, folder: Path, *, training: Training | None = None) -> list[Path]:
    """Write the four files `FILES` through the registry; their paths, the index last."""
    facts = {
        "format": FORMAT,
        "segments": list(kept.segments),
        "reach": kept.reach,
        "rule": [[_written(each) for each in alternative] for alternative in kept.rule.alternatives],
    }
    arrays = {name: getattr(kept, name) for name in ("points", "groups", "scaled", "customer_id", "given", "answer")}
    contents = (facts, {**kept.scaling, **arrays}, kept.space, kept.reference)
    written = [registry.save(folder, *file, training=training) for file in zip(FILES, contents, strict=True)]
    return [*(path for path, _ in written), written[-1][1]]


def load(folder: Path, digests: Mapping[str, str] | None = None) -> Placement:
    """Read what `save` wrote; a ModelError where the files are others or do not belong together.

    ``digests``: those in the record of the run, by file name.
    """
    sought = digests or {}
    facts, arrays, space, reference = (registry.load(folder, name, sha256=sought.get(name)) for name in FILES)
    if not isinstance(facts, dict) or facts.get("format") != FORMAT:
        raise ModelError(f"placement.json is not of format {FORMAT}, which this version reads: fit again")
    try:
        return _described(facts, arrays, space, reference)
    except (KeyError, TypeError, ValueError) as fault:
        raise ModelError(f"placement.json does not describe a segmentation: {fault}") from fault


def _described(facts: Mapping[str, Any], arrays: Arrays, space: Arrays, reference: Arrays) -> Placement:
    segments, reach = tuple(str(name) for name in facts["segments"]), float(facts["reach"])
    rule = Rule(tuple(tuple(_read(each) for each in alternative) for alternative in facts["rule"]))
    points, scaled = (np.asarray(arrays[name], "float32") for name in ("points", "scaled"))
    numbers = {name: np.asarray(arrays[name], "int16") for name in ("groups", "given", "answer")}
    scaling = {name: arrays[name] for name in ("features", "medians", "powers", "means", "deviations")}
    customer_id = np.asarray(arrays["customer_id"], str)
    if any(((each < 0) | (each >= len(segments))).any() for each in numbers.values()):
        raise ValueError("a customer is in a segment that has no name")
    sizes = {len(customer_id), len(numbers["given"]), len(numbers["answer"])}
    if points.ndim != 2 or len(points) != len(numbers["groups"]) or len(sizes) > 1 or not rule.alternatives:
        raise ValueError("its parts are not of the same customers")
    if scaled.shape != (len(points), len(scaling["features"])):
        raise ValueError("its scaled features are not those of its customers")
    if not (np.isfinite(points).all() and np.isfinite(scaled).all()):
        raise ValueError("a customer stands nowhere")
    if not (numbers["groups"] > 0).any():
        raise ValueError("it has no customer outside the Insiders")
    return Placement(
        segments, rule, space, points, numbers["groups"], scaling, scaled, reach, reference, customer_id,
        numbers["given"], numbers["answer"],
    )  # fmt: skip


def _written(condition: Condition) -> dict[str, Any]:
    bounds = {"at_least": condition.at_least, "below": condition.below}
    return {"feature": condition.feature, **{name: float(b) for name, b in bounds.items() if math.isfinite(b)}}


def _read(told: Mapping[str, Any]) -> Condition:
    condition = Condition(**told)
    if condition.feature not in UNITS:
        raise ValueError(f"no rule asks for {condition.feature}")
    return Condition(condition.feature, float(condition.at_least), float(condition.below))
