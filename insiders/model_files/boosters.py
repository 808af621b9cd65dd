"""Trees in LightGBM's own text, looked through before LightGBM reads them.

Its reader trusts what it is told: where a tree begins, which node follows which, which feature a node asks for. A
crafted file could make it read beside its memory or walk in circles, so each of these is checked here first.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from insiders.errors import ModelError

_END = "end of trees\n"
_NODE = ("split_feature", "threshold", "decision_type", "left_child", "right_child")
_CATEGORICAL = 1
"""The bit of a decision's type that says that a set of categories is asked for."""


def write(content: str) -> bytes:
    """The text as a file; a `ModelError` where LightGBM should not read it."""
    _check(content)
    return content.encode("ascii")


def read(content: bytes) -> str:
    """The text; a `ModelError` where LightGBM should not read it."""
    try:
        text = content.decode("ascii")
    except UnicodeDecodeError as fault:
        raise ModelError(f"is no text of LightGBM: {fault}") from fault
    _check(text)
    return text


def _check(text: str) -> None:
    try:
        _check_trees(text)
    except (KeyError, ValueError, IndexError, OverflowError) as fault:
        raise ModelError(f"is no model of LightGBM: {type(fault).__name__}: {fault}") from fault


def _check_trees(text: str) -> None:
    head, mark, _ = text.partition("\n\nTree=0\n")
    if not mark or not head.startswith("tree\nversion=v4\n") or not text.isascii() or "\0" in text:
        raise ValueError("it does not begin as one does")
    told = _facts(head.removeprefix("tree\n"))
    features = int(told["max_feature_idx"]) + 1
    if told["num_class"] != "1" or told["num_tree_per_iteration"] != "1":
        raise ValueError("it forecasts more than one number")
    if not features == len(told["feature_names"].split()) == len(told["feature_infos"].split()):
        raise ValueError("its features are not as many as it says")
    begin = len(head) + 2
    for number, size in enumerate(map(int, told["tree_sizes"].split())):
        tree = text[begin : begin + size] if size > 0 else ""
        if not tree.startswith(f"Tree={number}\n") or tree.count("Tree=") != 1:
            raise ValueError(f"the tree {number} is not where it should be")
        _check_tree(_facts(tree), features)
        begin += size
    if not text.startswith(_END, begin):
        raise ValueError("there is more between its trees and their end")


def _check_tree(told: Mapping[str, str], features: int) -> None:
    leaves = int(told["num_leaves"])
    nodes = {name: told.get(name, "").split() for name in _NODE}
    values = [float(value) for value in told["leaf_value"].split()]
    if leaves < 1 or len(values) != leaves or any(len(found) != leaves - 1 for found in nodes.values()):
        raise ValueError("a tree has not as many nodes as it says")
    if told.get("is_linear", "0") != "0" or not all(map(math.isfinite, values)):
        raise ValueError("a tree's leaves hold what is no number")
    if not all(0 <= int(feature) < features for feature in nodes["split_feature"]):
        raise ValueError("a tree asks for a feature that there is not")
    for side in ("left_child", "right_child"):
        for node, child in enumerate(map(int, nodes[side])):
            # LightGBM numbers nodes as it splits, so that a child comes after its parent; leaves are negative.
            if not (node < child < leaves - 1 or -leaves <= child < 0):
                raise ValueError("a tree's nodes lead elsewhere")
    _check_categories(told, nodes)


def _check_categories(told: Mapping[str, str], nodes: Mapping[str, list[str]]) -> None:
    """Each set of categories begins where the one before ends, and each node that asks for one names one of them."""
    count = int(told["num_cat"])
    bounds = [int(value) for value in told.get("cat_boundaries", "0").split()]
    words = [int(value) for value in told.get("cat_threshold", "").split()]
    if len(bounds) != count + 1 or bounds[0] != 0 or sorted(bounds) != bounds or bounds[-1] != len(words):
        raise ValueError("a tree's sets of categories are not where it says")
    for kind, threshold in zip(nodes["decision_type"], nodes["threshold"], strict=True):
        if int(kind) & _CATEGORICAL and not 0 <= int(threshold) < count:
            raise ValueError("a tree asks for a set of categories that there is not")


def _facts(text: str) -> dict[str, str]:
    pairs = [line.partition("=") for line in text.split("\n") if "=" in line]
    facts = {name: value for name, _, value in pairs}
    if len(facts) < len(pairs):
        raise ValueError("it says something twice")
    return facts
