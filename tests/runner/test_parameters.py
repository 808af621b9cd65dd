"""Effective values of a run."""

from datetime import date

import pytest

from runner.errors import ParameterError
from runner.parameters import Value
from tests.runner.bench import Bench, one

TWO = """parameters: {number: 4}
steps:
  - {name: values, notebook: values.ipynb, parameters: {number: 5}}
  - {name: writes, notebook: writes.ipynb}
"""
SOURCE = "inputs: {source: demo}\n" + one("reads_source")


def test_a_later_layer_wins(bench: Bench) -> None:
    """Default, pipeline, step, file, -p, -p with a step: each overlays the one before, and the origin is kept."""
    plan = bench.plan(TWO)
    assert plan.values["values"]["share"] == Value(0.5, "default")
    assert plan.values["writes"]["number"] == Value(4, "pipeline")
    assert plan.values["values"]["number"] == Value(5, "step")
    file = bench.folder / "some.yml"
    file.write_text("writes.number: 8\nnumber: 7\n")
    plan = bench.plan(TWO, file=file)
    assert plan.values["values"]["number"] == Value(7, "-f some.yml")
    assert plan.values["writes"]["number"] == Value(8, "-f some.yml")
    plan = bench.plan(TWO, "writes.number=10", "number=9", file=file)
    assert plan.values["values"]["number"] == Value(9, "-p")
    assert plan.values["writes"]["number"] == Value(10, "-p")


def test_an_input_is_fetched_and_not_set(bench: Bench) -> None:
    """What is given for an input changes where it is fetched from."""
    assert bench.plan(SOURCE).inputs == {"source": "demo"}
    assert bench.plan(SOURCE, "source=s3://shop/2011.csv").inputs == {"source": "s3://shop/2011.csv"}


def test_the_as_of_date_is_typed_and_goes_to_those_who_declare_it(bench: Bench) -> None:
    """`--as-of` is a date, and is refused where it is none or nobody would use it."""
    assert bench.plan(one("as_of"), as_of="2011-09-30").as_of == date(2011, 9, 30)
    assert bench.plan(one("as_of")).as_of is None
    with pytest.raises(ParameterError, match=r"--as-of: as_of \(date \| None\): 'soon' is not a date"):
        bench.plan(one("as_of"), as_of="soon")
    with pytest.raises(ParameterError, match="give one of them"):
        bench.plan(one("as_of"), "as_of=2011-09-30", as_of="2011-09-30")
    with pytest.raises(ParameterError, match="--as-of: no parameter as_of is declared"):
        bench.plan(TWO, as_of="2011-09-30")


@pytest.mark.parametrize(
    ("text", "given", "words"),
    [
        (TWO, "nmber=3", "did you mean number?"),
        (TWO, "valus.number=3", "there is no step valus; did you mean values?"),
        (TWO, "writes.word=fancy", "no parameter word is declared by step writes"),
        (TWO, "number=11", "number (int): 11 is not within [1..10]"),
        (TWO, "number=007", "'007' is not a whole number"),
        (TWO, "word=grand", "'grand' is not one of {plain | fancy}"),
        (TWO, "number", "is not of the form name=value"),
        (TWO, "a b=3", "is not of the form name=value"),
        (TWO, "run_folder=/etc", "run_folder is set by the runner"),
        (SOURCE, "reads-source.source=x", "source is an input of the whole pipeline"),
        ("parameters: {nmber: 3}\n" + TWO.partition("\n")[2], None, "small.yml, line 2: no parameter nmber"),
        ("parameters: {number: '3'}\n" + TWO.partition("\n")[2], None, "small.yml, line 2: number (int): '3'"),
        ("inputs: {sauce: demo}\n" + one("reads_source"), None, "no parameter sauce is declared"),
    ],
)
def test_what_is_not_right_is_refused(bench: Bench, text: str, given: str | None, words: str) -> None:
    """A name that nobody declares, a wrong type or a value out of range is refused, with its place."""
    with pytest.raises(ParameterError) as refused:
        bench.plan(text, *([given] if given else []))
    assert words in str(refused.value)


def test_all_faults_are_named_at_once(bench: Bench) -> None:
    """One message names every fault, each once."""
    with pytest.raises(ParameterError) as refused:
        bench.plan(TWO, "nmber=3", "number=99", "flag=maybe", "number=98")
    text = str(refused.value)
    assert text.count("-p nmber:") == 1
    assert text.count("99 is not within") == 1
    assert "flag (bool): 'maybe' is neither true nor false" in text
    assert "number: is given twice" in text


def test_a_later_value_does_not_hide_a_wrong_one(bench: Bench) -> None:
    """A wrong value in the pipeline file is refused even where -p overrides it."""
    with pytest.raises(ParameterError, match="99 is not within"):
        bench.plan(TWO.replace("number: 4", "number: 99"), "number=3")
