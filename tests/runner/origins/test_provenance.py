"""Where a run comes from, and what decides what a step computes."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from runner.origins import provenance
from runner.reading import notebooks
from runner.reading.notebooks import Notebook

FACTS = {"lock_sha256": "l", "packages_sha256": "p", "python": "3.11.7"}


def book(folder: Path, *sources: str, tags: tuple[str, ...] = (), kernel: str = "python3") -> Notebook:
    """A notebook of these code cells, the first one with the tags."""
    cells = [
        {"cell_type": "code", "id": f"c{number}", "metadata": {"tags": [] if number else list(tags)}, "source": source}
        for number, source in enumerate(sources)
    ]
    content = {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": {"name": kernel}}, "cells": cells}
    path = folder / "a.ipynb"
    path.write_text(json.dumps(content))
    return notebooks.read(path)


def parts(notebook: Notebook, **changes: Any) -> dict[str, Any]:
    """The parts of a step, with what differs from an ordinary one."""
    given: dict[str, Any] = {
        "values": {"k": 8, "word": "x"},
        "inputs": {"source": "d1"},
        "before": {"eda": {"tables/customers.parquet": "d2", "01_eda.ipynb": "e"}},
        "checkout": notebook.path.parent,
        "facts": FACTS,
        **changes,
    }
    return provenance.content_parts(notebook, given.pop("values"), **given)


def test_a_run_knows_packages_machine_host_and_user(tmp_path: Path) -> None:
    """The lock's digest is there once there is a lock."""
    assert provenance.of_run(tmp_path)["lock_sha256"] is None
    (tmp_path / provenance.LOCK).write_text("numpy==2\n")
    found = provenance.of_run(tmp_path)
    assert found["lock_sha256"] == hashlib.sha256(b"numpy==2\n").hexdigest()
    assert len(found["packages_sha256"]) == 64
    named = ("python", "host", "user", "pid", "process_started", "machine", "cpus", "memory_bytes")
    assert all(found[name] for name in named)


def test_the_packages_digest_follows_what_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package outside the lock counts, and so does its version."""
    found = [provenance.packages_digest()]
    monkeypatch.syspath_prepend(str(tmp_path))
    for version in ("2.8.0", "2.9.0"):
        info = tmp_path / f"torch_of_tests-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: torch_of_tests\nVersion: {version}\n")
        found.append(provenance.packages_digest())
    assert len(set(found)) == 3


def test_the_code_digest_follows_imported_packages_of_the_checkout(tmp_path: Path) -> None:
    """What lies in the checkout and is imported counts, with what it imports in turn; nothing else does."""
    for name, content in (("shop", "import till\n"), ("till", ""), ("other", "")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(content)
    first = provenance.code_digests([tmp_path], {"shop", "numpy"})
    assert list(first) == ["shop", "till"]
    (tmp_path / "other" / "__init__.py").write_text("x = 1\n")
    assert provenance.code_digests([tmp_path], {"shop", "pandas"}) == first
    (tmp_path / "till" / "rates.csv").write_text("1\n")
    assert provenance.code_digests([tmp_path], {"shop"})["till"] != first["till"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x = 1", "x=1  # the same\n"),
        ("f('a')", 'f(\n    "a"\n)'),
        ("%matplotlib inline\nx = 1", "%matplotlib inline\n# why\nx = 1"),
        ("%%time\nx = 1", "%%time\nx = 1  # timed"),
    ],
)
def test_comments_and_layout_are_no_code(tmp_path: Path, one: str, other: str) -> None:
    """Two notebooks that say the same to Python are the same."""
    assert provenance.notebook_digest(book(tmp_path, one)) == provenance.notebook_digest(book(tmp_path, other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x = 1", "x = 2"),
        ("x = 1", "x = 1.0"),
        ("%matplotlib inline", "%matplotlib agg"),
        ("x = !ls", "x = !ls -l"),
        ("%%bash\nls", "%%bash\nls  # a comment that is the shell's affair"),
        ("x = (", "x = ( "),
    ],
)
def test_what_python_is_told_counts(tmp_path: Path, one: str, other: str) -> None:
    """Another value, magic, command or cell of another language is another notebook."""
    assert provenance.notebook_digest(book(tmp_path, one)) != provenance.notebook_digest(book(tmp_path, other))


def test_a_default_counts_as_the_value_that_is_used(tmp_path: Path) -> None:
    """Another default of a parameter that has a value changes nothing; other code in its cell does."""
    old = parts(book(tmp_path, "k: int = 8  # clusters", "k", tags=("parameters",)))
    assert parts(book(tmp_path, "k: int = 9  # groups", "k", tags=("parameters",))) == old
    assert parts(book(tmp_path, "k: int = 8\nimport json", "k", tags=("parameters",)))["notebook"] != old["notebook"]
    assert parts(book(tmp_path, "k: int = 8", "k"))["notebook"] != old["notebook"]


def test_the_key_follows_every_part(tmp_path: Path) -> None:
    """Notebook, values, inputs, what came before, code, packages, Python and kernel; not the order of names."""
    (tmp_path / "shop.py").write_text("")
    plain = book(tmp_path, "import shop")
    base = parts(plain)
    changed = [
        parts(book(tmp_path, "import shop\n1")),
        parts(plain, values={"k": 8.0, "word": "x"}),
        parts(plain, inputs={"source": "d3"}),
        parts(plain, inputs={"source": None}, values={"k": 8, "word": "x", "source": "demo"}),
        parts(plain, inputs={"source": None}, values={"k": 8, "word": "x", "source": "auto"}),
        parts(plain, before={"eda": {"tables/customers.parquet": "d3"}}),
        *(parts(plain, facts={**FACTS, name: "other"}) for name in FACTS),
        parts(book(tmp_path, "import shop", kernel="python3.12")),
    ]
    (tmp_path / "shop.py").write_text("x = 1")
    changed.append(parts(plain))
    assert len({provenance.content_key(one) for one in (base, *changed)}) == len(changed) + 1
    (tmp_path / "shop.py").write_text("")
    again = parts(plain, values={"word": "x", "k": 8}, before={"eda": {"tables/customers.parquet": "d2"}})
    assert provenance.content_key(again) == provenance.content_key(base)
    assert json.loads(json.dumps(base)) == base


def test_the_path_of_a_copy_and_passwords_do_not_count(tmp_path: Path) -> None:
    """An input with a digest is its digest; a password in an address is not kept in the record."""
    plain = book(tmp_path, "1")
    places = [parts(plain, values={"source": f"/{run}/shop.csv"}) for run in ("a", "b")]
    assert places[0] == places[1]
    assert "s3cret" not in json.dumps(parts(plain, values={"url": "postgresql://me:s3cret@db/shop"}))


def test_why_a_step_runs_is_one_line(tmp_path: Path) -> None:
    """The parts that changed are named, at most three of them."""
    plain = book(tmp_path, "1")
    old = parts(plain)
    old["code"] = {"insiders": "c1"}

    def why(**changes: Any) -> str:
        return provenance.why(old, {**old, **changes})

    assert provenance.why(None, old) == "no earlier run of it is there"
    assert why() == "nothing changed"
    assert why(parameters={"k": "10", "word": "'x'"}) == "parameter k changed 8 → 10"
    assert why(parameters={"k": "8"}) == "parameter word is gone"
    assert why(parameters={**old["parameters"], "seed": "42"}) == "parameter seed is new: 42"
    assert why(notebook="other") == "the notebook's code changed"
    assert why(inputs={"source": "d9"}) == "input source changed"
    assert why(before={"eda": {"tables/customers.parquet": "d9"}}) == "tables/customers.parquet of eda changed"
    assert why(code={"insiders": "c2"}) == "insiders changed"
    assert why(packages="other") == "packages changed"
    assert why(lock="other") == "requirements.lock changed"
    assert why(python="3.12.1", notebook="other") == "Python changed 3.11.7 → 3.12.1"
    assert why(kernel="other") == "kernel changed python3 → other"
    everything = why(parameters={}, code={}, packages="other", inputs={})
    assert everything == "parameter k is gone; parameter word is gone; input source is gone; and 2 more"
    long = why(parameters={**old["parameters"], "word": repr("y" * 500)})
    assert len(long) < 100
    assert "\n" not in long


def test_what_setuptools_brings_along_was_not_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The digest of the packages is the same before and after something imports setuptools, which brings its own."""
    before = provenance.packages_digest()
    brought = tmp_path / "setuptools" / "_vendor"
    (brought / "alien-1.0.dist-info").mkdir(parents=True)
    (brought / "alien-1.0.dist-info" / "METADATA").write_text("Name: alien\nVersion: 1.0\n")
    monkeypatch.syspath_prepend(str(brought))
    assert provenance.packages_digest() == before
    monkeypatch.syspath_prepend(str(brought.rename(tmp_path / "installed")))
    assert provenance.packages_digest() != before
