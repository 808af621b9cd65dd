"""2,500 generated values: each arrives in the notebook as the same value, or is refused. None changes silently.

The examples are the same in every run (`derandomize`); `FAULTS_EXAMPLES=100000` makes another number of them.
"""

from __future__ import annotations

import collections
import json
import os
import pickle
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from runner.errors import ParameterError
from runner.execute import execute
from runner.kernel.supervision import Supervision
from runner.outcomes import Status
from runner.values.declarations import Declaration
from runner.values.limits import Limits
from runner.values.literals import literal, same
from runner.values.texts import as_text, plain, read_text, read_tree
from tests.faults.generated import IMPORTS, MADE, Made

EXAMPLES = int(os.environ.get("FAULTS_EXAMPLES", "2500"))
BATCH = 500
REFUSED = (ValueError, ParameterError)


def many(number: int) -> settings:
    """So many examples, the same in every run, none of them kept."""
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    phases = [Phase.explicit, Phase.generate]
    return settings(
        max_examples=number, derandomize=True, database=None, deadline=None, suppress_health_check=slow, phases=phases
    )


def test_every_value_arrives_the_same_or_is_refused() -> None:
    """As a literal in real Python, as a text of the command line, and in JSON."""
    namespace: dict[str, Any] = {}
    exec(IMPORTS, namespace)
    told: collections.Counter[str] = collections.Counter()

    @many(EXAMPLES)
    @given(MADE)
    def check(made: Made) -> None:
        told["values"] += 1
        try:
            source = literal(made.value)
        except ParameterError:
            told["without a literal"] += 1
            return
        assert source.isprintable()
        exec(f"arrived = {source}", namespace)
        assert same(namespace["arrived"], made.value), source
        told["as literals"] += 1
        for way, read in (("as texts", _by_text), ("in JSON", _by_json), ("by declarations", _by_declaration)):
            try:
                assert same(read(made), made.value), (way, source)
                told[way] += 1
            except REFUSED:
                told[f"not {way}"] += 1

    check()
    sys.stdout.write(f"{dict(told)}\n")
    assert told["values"] >= EXAMPLES
    # Refusals are for what is truly strange: most of what is made up must arrive.
    assert told["as literals"] > 0.9 * told["values"]
    for way in ("as texts", "in JSON", "by declarations"):
        assert told[way] > 0.8 * told["as literals"], told


def test_hundreds_of_values_arrive_in_a_real_kernel(tmp_path: Path) -> None:
    """All in one injected cell, and pickled there by the kernel itself."""
    found: dict[str, Any] = {}

    @many(BATCH)
    @given(MADE)
    def collect(made: Made) -> None:
        try:
            literal(made.value)
        except ParameterError:
            return
        found[f"p{len(found)}"] = made.value

    collect()
    assert len(found) > 0.9 * BATCH
    path = tmp_path / "takes.ipynb"
    keep = "import pickle\nPath('arrived').write_bytes(pickle.dumps({n: globals()[n] for n in names}))"
    cells = [
        nbformat.v4.new_code_cell(IMPORTS, metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell(keep),
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    done = execute(path, tmp_path / "copy.ipynb", {**found, "names": list(found)}, Supervision(folder=tmp_path))
    assert done.status is Status.SUCCEEDED, done.reason
    arrived = pickle.loads((tmp_path / "arrived").read_bytes())
    assert list(arrived) == list(found)
    assert [name for name, value in found.items() if not same(arrived[name], value)] == []


@pytest.mark.parametrize(
    ("annotation", "text", "value"),
    [("str | None", "none", None), ("str | None", "NULL", None), ("list[str | None]", "a,null", ["a", None])],
)
def test_the_one_text_that_means_something_else(annotation: str, text: str, value: object) -> None:
    """Where None is a value, its name on the command line is that value and not a text, as `values.texts` says."""
    assert read_text(Made(annotation, None).type, text) == value


def _by_text(made: Made) -> object:
    if isinstance(made.value, str) and made.value.lower() in ("none", "null") and made.annotation.endswith("None"):
        raise ValueError(made.value)
    return read_text(made.type, as_text(made.value))


def _by_json(made: Made) -> object:
    return read_tree(made.type, json.loads(json.dumps(plain(made.value))))


def _by_declaration(made: Made) -> object:
    return Declaration("x", made.type, made.annotation, None, limits=Limits(nan=True)).checked(made.value)
