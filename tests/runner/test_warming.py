"""Which steps of a run have warm kernels."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from runner.kernel.warm import forest
from runner.outcomes import Status
from runner.reading import notebooks
from runner.reading.choice import Choice
from runner.run import Ended
from runner.warming import Warming
from tests.runner.bench import Bench, one
from tests.runner.kernel.small_books import write

pytestmark = pytest.mark.skipif(not forest.possible(), reason="this system cannot fork kernels")

TWO = one("writes", "  - {name: reads, notebook: reads.ipynb, needs: [writes]}")


def kernels(ended: Ended) -> dict[str, bool]:
    """By step, whether the journal says that its kernel was warm."""
    lines = map(json.loads, (ended.folder / "journal.jsonl").read_text(encoding="utf-8").splitlines())
    return {line["step"]: line["warm"] for line in lines if line["event"] == "kernel_started"}


def test_a_run_of_several_steps_has_warm_kernels(bench: Bench) -> None:
    """One that has a single step to run has not, nor one that was asked for cold ones."""
    ended = bench.run(TWO)
    assert ended.record.status is Status.SUCCEEDED
    assert kernels(ended) == {"writes": True, "reads": True}
    assert kernels(bench.run(TWO, choice=Choice(only="writes"))) == {"writes": False}
    assert kernels(bench.run(TWO, choice=Choice(force=True), cold=True)) == {"writes": False, "reads": False}


def test_lists_begin_with_what_most_notebooks_import(tmp_path: Path) -> None:
    """So what they have in common is imported once; other lists follow in the order of the steps."""
    sources = {"a": "import torch\nimport numpy", "b": "import numpy\nimport pandas", "c": "import numpy", "d": "1"}
    books = {name: notebooks.read(write(tmp_path / f"{name}.ipynb", source)) for name, source in sources.items()}
    warming = Warming(books, tmp_path)
    assert {name: one.modules for name in books if (one := warming.of(name))} == {
        "a": ("numpy", "torch"),
        "b": ("numpy", "pandas"),
        "c": ("numpy",),
        "d": (),
    }
    warmth = warming.of("b")
    assert warmth is not None
    assert warmth.others == (("numpy",), (), ("numpy", "torch"))


def test_a_reason_for_a_cold_kernel_is_said_once(tmp_path: Path) -> None:
    """Fifty steps say it in one line."""
    warming = Warming({}, tmp_path)
    assert [warming.is_news(why) for why in ("gone", "gone", "late")] == [True, False, True]
