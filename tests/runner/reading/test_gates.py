"""Gates as a pipeline file spells them."""

from __future__ import annotations

import math
import re

import pytest

from runner.errors import PipelineError
from runner.reading import gates
from tests.runner.bench import Bench, one


@pytest.mark.parametrize(
    ("text", "step", "metric", "drift", "operator", "limits"),
    [
        ("silhouette >= 0.5", None, "silhouette", False, ">=", (0.5,)),
        ("clustering.silhouette>=.5", "clustering", "silhouette", False, ">=", (0.5,)),
        ("insiders_share between 0.05 and 0.2", None, "insiders_share", False, "between", (0.05, 0.2)),
        ("membership_change  <=  0.3", None, "membership_change", False, "<=", (0.3,)),
        ("drift(eda.gross_revenue) <= 0.5", "eda", "gross_revenue", True, "<=", (0.5,)),
        ("drift( gross_revenue )between -1e-3 and 1", None, "gross_revenue", True, "between", (-0.001, 1)),
        ("clusters == 10", None, "clusters", False, "==", (10,)),
        ("item.2.score < 3", "item.2", "score", False, "<", (3,)),
        ("a-b.c > -1", "a-b", "c", False, ">", (-1,)),
    ],
)
def test_a_gate_is_read(
    text: str, step: str | None, metric: str, drift: bool, operator: str, limits: tuple[float, ...]
) -> None:
    """A figure, an operator and its limits, however many blanks stand between them."""
    gate = gates.parse(text)
    assert (gate.step, gate.metric, gate.drift, gate.operator, gate.limits) == (step, metric, drift, operator, limits)
    assert gates.parse(gate.text) == gate


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "'' is no gate; write it like silhouette >= 0.5"),
        ("silhouette", "'silhouette' is no gate"),
        ("silhouette 0.5", "'silhouette 0.5' is no gate"),
        ("silhouette >=", "is no gate"),
        ("silhouette => 0.5", "there is no operator =>; did you mean >=?"),
        ("silhouette ≥ 0.5", "there is no operator ≥; did you mean >=?"),
        ("silhouette = 0.5", "there is no operator =; did you mean ==?"),
        ("silhouette != 0.5", "there is no operator !=; "),
        ("share betwen 0.05 and 0.2", "there is no operator betwen; did you mean between?"),
        ("share between 0.2", "between wants two numbers"),
        ("share between 0.2 and 0.05", "the lower number comes first"),
        ("share between 0.1 and 0.2 and 0.3", "between wants two numbers"),
        ("silhouette >= high", "'high' is no number"),
        ("silhouette >= nan", "'nan' is no number"),
        ("silhouette >= 1e999", "'1e999' is no number"),
        ("silhouette >= 0.5 or 1", "'0.5 or 1' is no number"),
        ("silhouette >= __import__('os')", "is no number"),
        ("drfit(gross_revenue) <= 0.5", "there is no drfit(…); the one function is drift(METRIC)"),
        ("drift() <= 0.5", "'' is no name of a metric"),
        ("a.b.c.d <= 0.5", "'a.b.c.d' is no name of a metric"),
        ("2x <= 0.5", "'2x' is no name of a metric"),
    ],
)
def test_what_is_no_gate_is_refused(text: str, words: str) -> None:
    """Nothing is guessed and nothing executed: the message says what is wrong, and what was probably meant."""
    with pytest.raises(ValueError, match=re.escape(words)):
        gates.parse(text)


@pytest.mark.parametrize(
    ("text", "value", "holds"),
    [
        ("x >= 0.5", 0.5, True),
        ("x >= 0.5", 0.4999, False),
        ("x > 0.5", 0.5, False),
        ("x <= 0.3", 0.3, True),
        ("x <= 0.3", math.inf, False),
        ("x < 0.3", 0.3, False),
        ("x == 10", 10.0, True),
        ("x == 10", 10.1, False),
        ("x between 0.05 and 0.2", 0.05, True),
        ("x between 0.05 and 0.2", 0.2, True),
        ("x between 0.05 and 0.2", 0.21, False),
        *((f"x {word} 0", math.nan, False) for word in (">=", "<=", ">", "<", "==")),
        ("x between -1 and 1", math.nan, False),
    ],
)
def test_a_figure_passes_or_not(text: str, value: float, holds: bool) -> None:
    """Limits belong to what passes where the operator says so; what is no number never passes."""
    assert gates.parse(text).holds(value) is holds


@pytest.mark.parametrize(
    ("text", "value", "words"),
    [
        ("x >= 0.5", 0.41, "0.09 short"),
        ("x <= 0.3", 0.42, "0.12 over"),
        ("x between 0.05 and 0.2", 0.31, "0.11 over"),
        ("x between 0.05 and 0.2", 0.01, "0.04 short"),
        ("x > 5", 5, "the limit itself is not enough"),
        ("x >= 100000", 87_654.4, "12,346 short"),
        ("x <= 0.5", math.inf, "inf over"),
    ],
)
def test_how_far_a_figure_is_off_is_said(text: str, value: float, words: str) -> None:
    """By how much, and in which direction."""
    assert gates.parse(text).missed_by(value) == words


def test_a_pipeline_file_names_its_gates(bench: Bench) -> None:
    """Gates, approval and what a failed gate makes of the run stand in the file, with careful defaults."""
    asked = bench.read("gates: [values.x >= 1, membership_change <= 0.3]\napproval: required\n" + one("values"))
    assert (asked.gates, asked.approval, asked.failed_gate) == (
        ("values.x >= 1", "membership_change <= 0.3"),
        "required",
        "stage",
    )
    plain = bench.read(one("values"))
    assert (plain.gates, plain.approval, plain.promote) == ((), "automatic", "manual")


def test_every_wrong_gate_is_named_with_its_line(bench: Bench) -> None:
    """A gate that is none, on a step that is none, or that stands there twice is refused before anything is run."""
    text = "gates:\n  - x => 1\n  - valeus.x >= 1\n  - x >= 1\n  - x  >= 1\n" + one("values")
    with pytest.raises(PipelineError) as refused:
        bench.read(text)
    assert str(refused.value).splitlines()[1:] == [
        "  small.yml, line 3: 'x => 1': there is no operator =>; did you mean >=?",
        "  small.yml, line 4: 'valeus.x >= 1' names 'valeus', which is no step; did you mean values?",
        "  small.yml, line 6: 'x >= 1' stands there twice",
    ]


@pytest.mark.parametrize("text", ["gates: x >= 1", "gates: [1]", "gates: [{x: 1}]"])
def test_gates_are_a_list_of_texts(bench: Bench, text: str) -> None:
    """Anything else is refused with its line."""
    with pytest.raises(PipelineError, match=r"small\.yml, line 2: gates"):
        bench.read(f"{text}\n" + one("values"))


def test_an_item_of_a_step_may_have_a_gate_of_its_own(bench: Bench) -> None:
    """A step that runs for several values has its items' names too."""
    gates = "gates: [item.2.score >= 1, item.score >= 0]\n"
    text = f"{gates}steps: [{{name: item, notebook: item.ipynb, for_each: {{n: [1, 2]}}}}]"
    assert bench.read(text).gates == ("item.2.score >= 1", "item.score >= 0")
    with pytest.raises(PipelineError, match=r"names 'item\.3', which is no step"):
        bench.read(text.replace("item.2", "item.3"))
