"""Effective values of a run."""

import json
from datetime import date
from typing import Any

import pytest

from runner.errors import ParameterError
from runner.reading import notebooks
from runner.values import parameters
from runner.values.parameters import Plan, Value
from runner.values.texts import plain
from tests.runner.bench import Bench, one

TWO = """parameters: {number: 4}
steps:
  - {name: values, notebook: values.ipynb, parameters: {number: 5}}
  - {name: writes, notebook: writes.ipynb}
"""
EACH = """parameters: {number: 2}
steps:
  - name: values
    notebook: values.ipynb
    parameters: {word: fancy}
    for_each: {number: [5, 6]}
  - {name: writes, notebook: writes.ipynb, needs: [values]}
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
        (TWO, "values.1.number=3", "there is no step values.1"),
        (TWO, "word=env:MISSING", "word (str): 'env:MISSING' is not one of {plain | fancy}"),
        (SOURCE, "source=env:SHOP_URL", "an input is a public name, a path or a URL"),
        (EACH, "values.3.number=3", "there is no step values.3; did you mean values.2?"),
        (
            EACH.replace("{number: [5, 6]}", "{nmber: [5, 6]}"),
            None,
            "small.yml, line 7: no parameter nmber is declared",
        ),
        (EACH.replace("[5, 6]", "[5, 60]"), None, "small.yml, line 7: number (int): 60 is not within [1..10]"),
        (EACH.replace("{number: [5, 6]}", "{run_folder: [a]}"), None, "small.yml, line 7: run_folder is set by"),
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


def test_the_environment_gives_less_than_the_pipeline_file(bench: Bench) -> None:
    """Upper-case names, for all steps or for one; what the pipeline file says wins over both."""
    environment = {
        "INSIDERS_PARAMETER_SHARE": "0.25",
        "INSIDERS_PARAMETER_NUMBER": "9",
        "INSIDERS_PARAMETER_VALUES__FLAG": "yes",
        "INSIDERS_OUTPUT": "elsewhere",
    }
    values = bench.plan(TWO, environment=environment).values
    assert values["values"]["share"] == Value(0.25, "environment")
    assert values["values"]["flag"] == Value(True, "environment")
    assert values["writes"]["number"] == Value(4, "pipeline")
    own = environment | {"INSIDERS_PARAMETER_VALUES__SHARE": "0.75"}
    assert bench.plan(TWO, environment=own).values["values"]["share"].value == 0.75


@pytest.mark.parametrize(
    ("variable", "text", "words"),
    [
        ("INSIDERS_PARAMETER_SHAER", "1", "no parameter goes by that name; did you mean INSIDERS_PARAMETER_SHARE?"),
        ("INSIDERS_PARAMETER_share", "1", "no parameter goes by that name"),
        ("INSIDERS_PARAMETERS_SHARE", "1", "did you mean INSIDERS_PARAMETER_SHARE?"),
        ("INSIDERS_PARAMETER_WRITES__SHARE", "1", "no parameter goes by that name"),
        ("INSIDERS_PARAMETER_SHARE", "2", "INSIDERS_PARAMETER_SHARE: share (float): 2 is not within [0..1]"),
        ("INSIDERS_PARAMETER_SHARE", "", "'' is not a number"),
        ("INSIDERS_PARAMETER_RUN_FOLDER", "/etc", "run_folder is set by the runner"),
    ],
)
def test_a_wrong_variable_is_refused(bench: Bench, variable: str, text: str, words: str) -> None:
    """A name that means nothing and a value out of range are faults, like those of an option."""
    with pytest.raises(ParameterError) as refused:
        bench.plan(TWO, environment={variable: text})
    assert words in str(refused.value)


def test_items_have_a_value_of_their_own(bench: Bench) -> None:
    """The item's value wins over the file's others; `-p` for the step is for all items, and for one item wins."""
    plan = bench.plan(EACH)
    assert [plan.values[step]["number"] for step in ("values.1", "values.2", "writes")] == [
        Value(5, "for_each"),
        Value(6, "for_each"),
        Value(2, "pipeline"),
    ]
    assert plan.values["values.2"]["word"] == Value("fancy", "step")
    plan = bench.plan(EACH, "values.2.share=0.1", "values.share=0.2", "share=0.3")
    assert [plan.values[step]["share"].value for step in ("values.1", "values.2")] == [0.2, 0.1]
    assert bench.plan(EACH, "values.2.number=7").values["values.2"]["number"] == Value(7, "-p")
    file = bench.folder / "some.yml"
    file.write_text("values.1.number: 8\n")
    assert bench.plan(EACH, file=file).values["values.1"]["number"] == Value(8, "-f some.yml")
    environment = {"INSIDERS_PARAMETER_VALUES_1__SHARE": "0.125"}
    assert bench.plan(EACH, environment=environment).values["values.1"]["share"].value == 0.125


def test_a_reference_is_kept_and_checked(bench: Bench) -> None:
    """The plan says which variables its steps refer to; one that is not set is a fault."""
    told = {"SHOP_TOKEN": "abcd-1234-efgh"}
    plan = bench.plan(one("reads_source"), "source=env:SHOP_TOKEN", environment=told)
    assert plan.references == {"reads-source": {"source": "SHOP_TOKEN"}}
    assert plan.values["reads-source"]["source"].value == "env:SHOP_TOKEN"
    with pytest.raises(ParameterError, match=r"reads-source\.source \(-p\): env:OTHER_TOKEN: the environment does not"):
        bench.plan(one("reads_source"), "source=env:OTHER_TOKEN", environment=told)
    with pytest.raises(ParameterError, match=r"-p source: holds the value of SHOP_TOKEN; give env:SHOP_TOKEN$"):
        bench.plan(one("reads_source"), "source=abcd-1234-efgh", environment=told)


def test_equal_work_has_an_equal_digest(bench: Bench) -> None:
    """It matters what a value is, neither where it comes from nor where the run lies."""
    digest = bench.plan(TWO).digest
    assert bench.plan(TWO, "values.number=5", "share=0.50").digest == digest
    assert bench.plan(TWO, "share=0.51").digest != digest
    assert bench.plan(TWO, "flag=yes").digest != digest
    assert bench.plan(SOURCE).digest != bench.plan(SOURCE, "source=auto").digest
    assert len(digest) == 64


def test_recorded_values_come_back(bench: Bench) -> None:
    """What a manifest keeps in JSON becomes the plan it was made of."""
    plan = bench.plan(TWO, "day=2011-12-09", 'weights={"a": 1}', "names=a,b")
    again = restored(bench, TWO, told(plan))
    assert again.values["values"] == plan.values["values"]
    assert again.digest == plan.digest


def test_a_recorded_default_outlives_a_change_of_the_notebook(bench: Bench) -> None:
    """What was the default then is injected now that the default is another; a new parameter keeps its default."""
    record = told(bench.plan(TWO))
    record["values"]["share"] = {"value": 0.75, "from": "default"}
    del record["values"]["flag"]
    values = restored(bench, TWO, record).values["values"]
    assert values["share"] == Value(0.75, "recorded")
    assert values["flag"] == Value(False, "default")


def test_what_can_no_longer_be_restored_is_named_at_once(bench: Bench) -> None:
    """Steps and parameters that are gone, values that are no longer allowed, secrets that were not kept."""
    record = told(bench.plan(TWO))
    record["values"] |= {
        "number": {"value": 99, "from": "-p"},
        "shore": {"value": 1, "from": "-p"},
        "word": {"value": "https://me:***@host", "from": "-p"},
    }
    record["gone"] = {}
    del record["writes"]
    with pytest.raises(ParameterError) as refused:
        restored(bench, TWO, record)
    for words in (
        "step gone was recorded, and is no longer there",
        "step writes is new, and was not recorded",
        "step values: number (int): 99 is not within [1..10]",
        "step values: shore was recorded, and is no longer declared; did you mean share?",
        "step values: word was recorded without its secret",
    ):
        assert words in str(refused.value)


def test_sources_of_a_recorded_run_may_be_given(bench: Bench) -> None:
    """What was asked for then is fetched again."""
    asked = bench.read(SOURCE)
    books, _ = notebooks.read_all({step.name: asked.notebook(step) for step in asked.ordered()})
    record = told(bench.plan(SOURCE))
    again = parameters.restored(asked, books, record, inputs={"source": "s3://shop/2011.csv"})
    assert again.inputs == {"source": "s3://shop/2011.csv"}


def test_what_a_notebook_changed_is_told() -> None:
    """One line for each value that was another one at the notebook's end."""
    values = {"k": Value(8, "-p"), "share": Value(1.0, "default"), "word": Value("a", "step")}
    assert parameters.overridden(values, {"k": "10", "share": "1", "word": "'a'", "other": "1"}) == [
        "k: 8 was injected, the notebook ended with 10"
    ]
    assert parameters.overridden(values, {"share": "2"}) == ["share: 1.0 is the default, the notebook ended with 2"]
    assert len(parameters.overridden(values, {"word": "'" + "b" * 5000})[0]) < 200


def told(plan: Plan) -> dict[str, dict[str, dict[str, Any]]]:
    """The values of a plan as `run.json` keeps them."""
    return {
        step: {name: {"value": plain(one.value), "from": one.origin} for name, one in values.items()}
        for step, values in plan.values.items()
    }


def restored(bench: Bench, text: str, record: dict[str, Any]) -> Plan:
    asked = bench.read(text)
    books, _ = notebooks.read_all({step.name: asked.notebook(step) for step in asked.ordered()})
    return parameters.restored(asked, books, json.loads(json.dumps(record)))
