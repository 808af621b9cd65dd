"""Models are saved and loaded as plain data."""

from __future__ import annotations

import json
import os
import stat
import tracemalloc
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from sklearn.preprocessing import StandardScaler

from insiders import registry
from insiders.errors import ModelError
from insiders.registry import Training
from tests.insiders.hostile_models import HOSTILE, MIB

WEIGHTS = {"encoder.weight": np.arange(6.0).reshape(2, 3), "labels": np.array(["a", "bc"])}
TRAINING = Training({"transactions": "a" * 64}, "2011-01-01", "2011-12-09")


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused(tmp_path: Path, name: str) -> None:
    """One clear error, no code that ran, no memory that went, whatever index comes with it."""
    model = HOSTILE[name](tmp_path)
    folder = tmp_path / "inner" if (tmp_path / "inner").exists() else tmp_path
    registry.save(tmp_path / "warm", "a.npz", WEIGHTS)
    tracemalloc.start()
    try:
        with pytest.raises(ModelError, match=model.rpartition("/")[2].replace(".", r"\.")):
            registry.load(folder, model)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert not (tmp_path / "ran").exists()
    assert peak < 150 * MIB


def test_there_are_many_of_them() -> None:
    """At least twenty."""
    assert len(HOSTILE) >= 20


def test_arrays_come_back_as_they_were(tmp_path: Path) -> None:
    """Numbers and texts, shape and type."""
    registry.save(tmp_path, "a.npz", WEIGHTS)
    found = registry.load(tmp_path, "a.npz")
    assert found.keys() == WEIGHTS.keys()
    for name, values in WEIGHTS.items():
        np.testing.assert_array_equal(found[name], values)
        assert found[name].dtype == values.dtype
    found["encoder.weight"][0] = 7  # they are the caller's to change


def test_the_index_says_what_a_model_was_made_of(tmp_path: Path) -> None:
    """Format, digest, size, libraries, training and errors; the second model is added to the first."""
    paths = registry.save(tmp_path, "a.npz", WEIGHTS, training=TRAINING, metrics={"wape": 0.2}, libraries=["torch"])
    assert [path.name for path in paths] == ["a.npz", "models.json"]
    registry.save(tmp_path, "b.json", {"width": 3})
    entries = registry.entries(tmp_path)
    assert list(entries) == ["a.npz", "b.json"]
    one = entries["a.npz"]
    assert (one.format, one.bytes) == ("npz", paths[0].stat().st_size)
    assert one.libraries.keys() == {"numpy", "torch"}
    assert one.training == {"tables": {"transactions": "a" * 64}, "first_day": "2011-01-01", "last_day": "2011-12-09"}
    assert one.metrics == {"wape": 0.2}


def test_equal_models_leave_equal_files(tmp_path: Path) -> None:
    """Byte for byte, estimators too; nothing tells when or where they were saved."""
    points = np.random.default_rng(1).normal(size=(20, 3))
    for folder in ("one", "two"):
        for name, content in {
            "a.npz": WEIGHTS,
            "b.json": {"width": 3},
            "c.skops": StandardScaler().fit(points),
        }.items():
            registry.save(tmp_path / folder, name, content, training=TRAINING)
    one, two = ({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("one", "two"))
    assert one == two
    assert one.keys() == {"a.npz", "b.json", "c.skops", "models.json"}


def test_a_digest_of_the_record_holds_the_very_file(tmp_path: Path) -> None:
    """A model that somebody put there with an index of its own is not the run's."""
    registry.save(tmp_path, "a.npz", WEIGHTS)
    digest = registry.entries(tmp_path)["a.npz"].sha256
    assert registry.load(tmp_path, "a.npz", sha256=digest).keys() == WEIGHTS.keys()
    registry.save(tmp_path, "a.npz", {"other": np.zeros(2)})
    with pytest.raises(ModelError, match="is not the file of the run"):
        registry.load(tmp_path, "a.npz", sha256=digest)


def test_what_cannot_be_read_is_not_saved(tmp_path: Path) -> None:
    """Objects, numbers that are none, and formats that could carry code."""
    for name, content in {
        "a.npz": {"a": np.array([{}], dtype=object)},
        "a.json": {"a": float("nan")},
        "b.json": {"a": object()},
    }.items():
        with pytest.raises(ModelError, match="was not saved"):
            registry.save(tmp_path, name, content)
    for name in ("a.pkl", "a.joblib", "a.pt", "../a.npz", "a/b.npz", ".npz", "models.json", "a.NPZ"):
        with pytest.raises(ModelError, match="no other format is safe"):
            registry.save(tmp_path, name, {})
    assert list(tmp_path.iterdir()) == []


def test_a_model_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    """No index, no entry, no file."""
    with pytest.raises(ModelError, match=r"models\.json cannot be read"):
        registry.load(tmp_path, "a.npz")
    registry.save(tmp_path, "a.npz", WEIGHTS)
    with pytest.raises(ModelError, match=r"knows no model b\.npz"):
        registry.load(tmp_path, "b.npz")
    (tmp_path / "a.npz").unlink()
    with pytest.raises(ModelError, match="No such file"):
        registry.load(tmp_path, "a.npz")


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    """Only plain files are read."""
    registry.save(tmp_path, "a.npz", WEIGHTS)
    (tmp_path / "a.npz").unlink()
    os.mkfifo(tmp_path / "a.npz")
    with pytest.raises(ModelError, match="plain file"):
        registry.load(tmp_path, "a.npz")
    assert stat.S_ISFIFO((tmp_path / "a.npz").stat().st_mode)


def test_what_a_model_is_trained_on(tmp_path: Path) -> None:
    """The digests of the hand-off tables and the days."""
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables/labels.parquet").write_bytes(b"rows")
    found = registry.trained_on(tmp_path, ["labels"], date(2011, 1, 1), date(2011, 12, 9))
    assert (found.first_day, found.last_day) == ("2011-01-01", "2011-12-09")
    assert list(found.tables) == ["labels"]
    assert len(found.tables["labels"]) == 64


def test_an_index_that_is_broken_is_not_written_over(tmp_path: Path) -> None:
    """What it knew of other models would be lost."""
    (tmp_path / "models.json").write_text(json.dumps({"format": 9}))
    with pytest.raises(ModelError, match="no index of format 1"):
        registry.save(tmp_path, "a.npz", WEIGHTS)
