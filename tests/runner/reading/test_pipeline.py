"""Pipeline files."""

from pathlib import Path

import pytest

from runner.errors import PipelineError
from runner.reading import pipeline
from tests.runner.bench import Bench, one


def test_the_monthly_pipeline_is_right(bench: Bench) -> None:
    """The project's pipeline reads, runs its notebooks in order, the forecast at three levels, and goes live."""
    monthly = pipeline.read(pipeline.find("monthly", bench.settings), bench.settings)
    assert [step.name for step in monthly.ordered()] == [
        *("eda", "clustering", "forecast.1", "forecast.2", "forecast.3", "report")
    ]
    assert monthly.inputs == {"source": "auto", "previous": "run:accepted"}
    assert monthly.promote == "automatic"


def test_steps_follow_what_they_need(bench: Bench) -> None:
    """A step comes after those it needs, and otherwise the order is that of the file."""
    text = """steps:
  - {name: c, notebook: reads.ipynb, needs: [b]}
  - {name: a, notebook: values.ipynb}
  - {name: b, notebook: writes.ipynb}
  - {name: d, notebook: fails.ipynb}"""
    assert [step.name for step in bench.read(text).ordered()] == ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("steps: []", "line 2: steps: "),
        ("title: x", "steps is missing"),
        (one("values") + "\nstep: 1", "line 5: step is not known here"),
        (one("values", "    need: [x]"), "line 5: steps.0.need is not known here"),
        (one("values", "    needs: [x]"), "line 5: values needs 'x', which is no step"),
        (one("values", "    needs: [values]"), "in a circle: values → values"),
        (one("values", "    timeout_minutes: 0"), "line 5: steps.0.timeout_minutes: "),
        (one("values", "    timeout_minutes: '5'"), "line 5: steps.0.timeout_minutes: "),
        ("inputs: {source: '${HOME}'}\n" + one("values"), "line 2: ${HOME} is not known here"),
        ("promote: maybe\n" + one("values"), "line 2: promote: "),
        ("steps: [{name: Up, notebook: values.ipynb}]", "steps.0.name: 'Up' is no name"),
        ("steps: [{name: a, notebook: ../values.ipynb}]", "'../values.ipynb' is not the name of an .ipynb file"),
        ("steps: [{name: a, notebook: fails.ipynb}, {name: a, notebook: dies.ipynb}]", "two steps a"),
        ("steps: [{name: a, notebook: fails.ipynb}, {name: b, notebook: fails.ipynb}]", "is run by two steps"),
    ],
)
def test_a_fault_is_named_with_its_line(bench: Bench, text: str, words: str) -> None:
    """What contradicts the form of a pipeline file is refused, with file and line."""
    with pytest.raises(PipelineError, match=r"small\.yml, line \d+") as refused:
        bench.read(text)
    assert words in str(refused.value)


def test_all_faults_are_named_at_once(bench: Bench) -> None:
    """One message names every fault of the form."""
    with pytest.raises(PipelineError) as refused:
        bench.read(one("values") + "\nstep: 1\npromote: maybe")
    assert str(refused.value).count("small.yml, line") == 2


def test_an_input_may_name_the_source_of_the_settings(bench: Bench) -> None:
    """`${INSIDERS_SOURCE}` becomes what the settings say, whatever characters it has."""
    settings = bench.settings.__class__(**{**vars(bench.settings), "source": r"C:\shop\1.csv"})
    path = bench.write("inputs: {source: '${INSIDERS_SOURCE}'}\n" + one("reads_source"))
    assert pipeline.read(path, settings).inputs == {"source": r"C:\shop\1.csv"}


def test_a_setting_that_nobody_has_set_stays_as_it_is_written(bench: Bench) -> None:
    """A pipeline whose input has no default can be read all the same, and says which setting it lacks."""
    path = bench.write("inputs: {source: '${INSIDERS_PANEL}'}\n" + one("reads_source"))
    asked = pipeline.read(path, bench.settings)
    assert (asked.inputs, asked.unset) == ({"source": "${INSIDERS_PANEL}"}, ("INSIDERS_PANEL",))
    settings = bench.settings.__class__(**{**vars(bench.settings), "panel": "/shop/panel.parquet"})
    assert pipeline.read(path, settings).inputs == {"source": "/shop/panel.parquet"}


def test_a_name_that_nobody_has_is_refused_with_the_nearest(bench: Bench) -> None:
    """A misspelt pipeline is refused with the one that was probably meant."""
    with pytest.raises(PipelineError, match="did you mean monthly"):
        pipeline.find("montly", bench.settings)
    with pytest.raises(PipelineError, match="no pipeline file"):
        pipeline.find("../none.yml", bench.settings)


def test_a_path_is_found_wherever_it_lies(bench: Bench) -> None:
    """A pipeline outside notebooks/ is given by its path."""
    path = bench.write(one("values"))
    assert pipeline.find(str(path), bench.settings) == path
    assert pipeline.read(path, bench.settings).notebook(bench.read(one("values")).steps[0]) == Path(
        path.parent, "values.ipynb"
    )
