from __future__ import annotations

import re

import lightgbm as lgb
import numpy as np
import pytest

from insiders.errors import ModelError
from insiders.model_files import boosters


@pytest.fixture(scope="module")
def text() -> str:
    """Three trees that ask for numbers and for categories."""
    rng = np.random.default_rng(0)
    points = np.column_stack([rng.normal(size=200), rng.integers(0, 6, 200)])
    data = lgb.Dataset(points, points[:, 0] + (points[:, 1] % 2) * 3, categorical_feature=[1])
    settings = {"num_leaves": 6, "min_data_in_leaf": 5, "min_data_per_group": 5, "verbosity": -1, "num_threads": 1}
    return lgb.train(settings, data, 3).model_to_string()


def changed(text: str, name: str, find: str, put: str) -> str:
    """The first line of a name changed in place, the sizes of the trees kept true."""
    line = re.search(rf"^{name}=.*$", text, re.MULTILINE)
    assert line is not None
    new = re.sub(find, put, line.group(), count=1)
    assert new != line.group()
    text = text[: line.start()] + new + text[line.end() :]
    sizes = [len(tree) for tree in re.findall(r"Tree=\d+\n.*?\n\n\n", text, re.DOTALL)]
    return re.sub(r"tree_sizes=.*", f"tree_sizes={' '.join(map(str, sizes))}", text)


def test_what_lightgbm_wrote_is_kept_as_it_is(text: str) -> None:
    """A text of LightGBM is written and read unchanged, and has categories for the other tests to break."""
    assert "num_cat=1" in text
    assert boosters.read(boosters.write(text)) == text


def test_a_tree_without_a_split_is_read() -> None:
    """Trees that found nothing to split are a single leaf."""
    data = lgb.Dataset(np.zeros((50, 1)), np.arange(50.0))
    text = lgb.train({"verbosity": -1, "num_threads": 1}, data, 1).model_to_string()
    assert boosters.read(text.encode()) == text


@pytest.mark.parametrize(
    ("name", "find", "put"),
    [
        ("left_child", r"=-?\d+", "=99"),
        ("left_child", r"=-?\d+", "=0"),
        ("right_child", r"=-?\d+", "=-99"),
        ("split_feature", r"=\d+", "=7"),
        ("split_feature", r"=\d+", "=-1"),
        ("num_leaves", r"=\d+", "=60"),
        ("leaf_value", r"=\S+", "=nan"),
        ("leaf_value", r"=\S+ ", "="),
        ("cat_boundaries", r"=0 1", "=0 9999"),
        ("cat_boundaries", r"=0 1", "=-5 1"),
        ("max_feature_idx", r"=1", "=900"),
        ("num_class", r"=1", "=3"),
        ("is_linear", r"=0", "=1"),
    ],
)
def test_trees_that_lead_elsewhere_are_refused(text: str, name: str, find: str, put: str) -> None:
    """Nodes, features, leaves and categories that do not exist are a `ModelError` before LightGBM sees them."""
    with pytest.raises(ModelError, match="is no model of LightGBM"):
        boosters.read(changed(text, name, find, put).encode())


def test_a_tree_that_says_something_twice_is_refused(text: str) -> None:
    """Of two numbers of leaves LightGBM might believe the one that was not looked at."""
    with pytest.raises(ModelError, match="it says something twice"):
        boosters.read(changed(text, "num_leaves", r"=(\d+)", r"=60\nnum_leaves=\1").encode())


def test_trees_that_are_not_where_they_should_be_are_refused(text: str) -> None:
    """Sizes by which LightGBM would begin to read amid a tree, cut files and other texts are refused."""
    shifted = re.sub(r"tree_sizes=(\d+)", lambda found: f"tree_sizes={int(found[1]) + 1}", text)
    cut, longer = text[: text.index("Tree=2")], text.replace("end of trees", "Tree=3\n")
    for bad in (shifted, cut, longer, "", "tree\n", text + "\xe9"):
        with pytest.raises(ModelError, match="is no"):
            boosters.read(bad.encode())
    with pytest.raises(ModelError, match="is no model of LightGBM"):
        boosters.write("no trees")
