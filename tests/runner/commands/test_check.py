"""`runner check`."""

import json
import re
import shlex
from pathlib import Path

import nbformat
import pytest
import yaml

from runner import cli
from tests.runner.bench import Bench, one
from tests.runner.conftest import GOOD
from tests.runner.notices.receiving import web_server

pytestmark = pytest.mark.usefixtures("output")


@pytest.fixture
def output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A place for runs, of which a check needs none."""
    monkeypatch.setenv("INSIDERS_OUTPUT", str(tmp_path / "output"))
    monkeypatch.delenv("INSIDERS_DATABASE_URL", raising=False)
    monkeypatch.delenv("INSIDERS_BUCKET", raising=False)
    monkeypatch.setenv("COLUMNS", "200")


def test_a_pipeline_that_is_right_is_good(shared_bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    """Everything that was looked at is told, and the exit status is 0."""
    assert cli.main(["check", str(shared_bench.write(GOOD)), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert all(finding["good"] for finding in found)
    assert {"parameters", "kernel python3", "database", "archive", "input source"} <= {one["subject"] for one in found}


def test_everything_that_is_wrong_is_told(shared_bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    """A wrong parameter and a missing notebook are each a line; the exit status is 3."""
    assert cli.main(["check", str(shared_bench.write("parameters: {nmber: 1}\n" + one("values")))]) == 3
    assert "did you mean number?" in capsys.readouterr().out
    assert cli.main(["check", str(shared_bench.write("steps: [{name: a, notebook: nowhere.ipynb}]"))]) == 3
    assert "nowhere.ipynb" in capsys.readouterr().out


def test_a_pipeline_file_that_is_wrong_is_told(shared_bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    """The line of the file is named."""
    assert cli.main(["check", str(shared_bench.write("steps: []"))]) == 3
    assert "small.yml, line 2" in capsys.readouterr().out


def test_a_schedule_that_never_comes_is_told(shared_bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    """The 30th of February is a slip of the pen, though cron takes it."""
    assert cli.main(["check", str(shared_bench.write(f"schedule: 0 4 30 2 *\n{one('values')}"))]) == 3
    assert "04:00 on day 30 of February never comes" in capsys.readouterr().out
    assert cli.main(["check", str(shared_bench.write(f"schedule: 0 4 15 * *\n{one('values')}"))]) == 0
    assert "04:00 on day 15 of every month" in capsys.readouterr().out


def test_without_a_name_all_pipelines_are_checked(capsys: pytest.CaptureFixture[str]) -> None:
    """Those of the checkout, which are good; one whose input nobody has set is not for this host."""
    assert cli.main(["check", "--json"]) == 0
    found = {one["subject"]: one["detail"] for one in json.loads(capsys.readouterr().out)}
    assert {"pipeline monthly", "schedule of monthly", "04_report.ipynb"} <= set(found)
    assert found["pipeline stores"] == "not for this host: INSIDERS_PANEL is not set"


def test_a_pipeline_without_its_input_is_told_what_to_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Asked for by name that is a fault; with the input all of it is good."""
    assert cli.main(["check", "stores"]) == 3
    assert "INSIDERS_PANEL is not set" in capsys.readouterr().out
    panel = tmp_path / "panel.parquet"
    panel.write_bytes(b"read by the notebook alone")
    monkeypatch.setenv("INSIDERS_PANEL", str(panel))
    assert cli.main(["check", "stores"]) == 0


def test_a_gate_on_a_metric_that_nobody_shows_is_told(shared_bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    """It would never hold; where a notebook computes its metrics' names, nobody can tell before the run."""
    path = shared_bench.write(f"gates: [values.sum >= 1, smu >= 1, membership_change <= 1]\n{one('values')}")
    book = path.with_name("values.ipynb")
    plain = book.read_text(encoding="utf-8")
    shows: dict[str, object] = {"cell_type": "code", "execution_count": None, "id": "m", "metadata": {}, "outputs": []}

    def checked(source: str) -> tuple[int, str]:
        content = json.loads(plain)
        content["cells"].append({**shows, "source": source})
        book.write_text(json.dumps(content), encoding="utf-8")
        return cli.main(["check", str(path)]), capsys.readouterr().out

    status, said = checked("from insiders.publish import metric\nmetric('sum', 5)")
    assert (status, "small.yml, line 2: no notebook shows a metric smu; did you mean sum?" in said) == (3, True)
    assert "no notebook shows a metric sum" not in said
    status, said = checked("from insiders.publish import metric\nfor name in ('sum',):\n    metric(name, 5)")
    assert (status, "3 gates" in said) == (0, True)


def test_a_gate_that_is_none_is_told(shared_bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    """Like any other fault of the file, with its line."""
    assert cli.main(["check", str(shared_bench.write(f"gates: [sum => 1]\n{one('values')}"))]) == 3
    assert "there is no operator =>; did you mean >=?" in capsys.readouterr().out


def test_habits_are_told_and_count_where_they_are_asked_to(
    shared_bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    """Advice keeps no run from starting, so the exit status is 3 with --strict only."""
    path = str(shared_bench.write(one("flaky")))
    assert cli.main(["check", path]) == 0
    said = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("habit"))
    assert "flaky.ipynb" in said
    assert "cell 2, line 6: `if` makes the story branch" in said
    assert cli.main(["check", path, "--strict", "--json"]) == 3
    found = [one for one in json.loads(capsys.readouterr().out) if one["advice"]]
    assert [(one["subject"], one["good"]) for one in found] == [("flaky.ipynb", True)]


def test_notebooks_are_looked_at_by_themselves(
    shared_bench: Bench, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without kernel, packages and places: what is wrong, what cannot be read, what is declared wrongly."""
    books = shared_bench.write(one("values")).parent
    wrong = json.loads((books / "values.ipynb").read_text())
    wrong["cells"][1]["source"] = "k = 8"
    wrong["cells"][2]["source"] = "print(nobody)"
    (tmp_path / "wrong.ipynb").write_text(json.dumps(wrong))
    assert cli.main(["check", "--notebooks", str(books / "values.ipynb"), "--json"]) == 0
    assert {one["subject"] for one in json.loads(capsys.readouterr().out)} == {"values.ipynb"}
    assert cli.main(["check", "--notebooks", str(tmp_path / "wrong.ipynb"), str(tmp_path / "no.ipynb")]) == 3
    said = capsys.readouterr().out
    assert "cell 2, line 1: nobody is used, and no cell gives it" in said
    assert "`k = 8` is not of the form" in said
    assert "there is no such notebook" in said
    assert cli.main(["check", "monthly", "--notebooks", "a.ipynb"]) == 2


def test_the_hook_before_a_commit_takes_the_notebooks_of_the_checkout(
    checkout: Path, shared_bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its entry, called as pre-commit calls it, passes them all, and refuses one with a habit."""
    (hook,) = yaml.safe_load((checkout / ".pre-commit-config.yaml").read_text())["repos"][0]["hooks"]
    program, *arguments = shlex.split(hook["entry"])
    assert program == ".venv/bin/runner"
    books = sorted(str(path.relative_to(checkout)) for path in (checkout / "notebooks").glob("*.ipynb"))
    assert books
    assert all(re.search(hook["files"], book) for book in books)
    assert cli.main([*arguments, *(str(checkout / book) for book in books)]) == 0
    capsys.readouterr()
    assert cli.main([*arguments, str(shared_bench.write(one("flaky")).with_name("flaky.ipynb"))]) == 3


FORM = "AKIA" + "Q" * 16
"""Of an access key; in two parts, so that nobody who looks for keys finds one here."""
GOOD_CELLS: dict[str, str | None] = {
    "title": "# How many?",
    "parameters": "k: int = 9  # how many",
    "imports": "from math import sqrt",
    "work": "root = sqrt(k)",
}
WRONG: dict[str, tuple[dict[str, str | None], str]] = {
    "no tag": ({"parameters": None, "first": "k: int = 9  # how many"}, "no cell is tagged `parameters`"),
    "two tags": ({"parameters again": "more: int = 1  # more"}, "cells 1 and 4 are tagged `parameters`"),
    "outputs": ({"shown": "root"}, "outputs or execution counts of cell 4 are in the file"),
    "order": ({"first": "start = 1"}, "cell 2: the parameters stand below code"),
    "late import": ({"late": "from math import pi"}, "cell 4, line 1: imports something; all imports stand together"),
    "a name from below": ({"use": "print(later)", "give": "later = 1"}, "cell 4, line 1: later is used above cell 5"),
    "undefined": ({"use": "\nprint(nobody)"}, "cell 4, line 2: nobody is used, and no cell gives it"),
    "unused": ({"parameters": "k: int = 9  # how many\nm: int = 1  # more"}, "cell 1, line 2: no cell reads the para"),
    "unexplained": ({"parameters": "k: int = 9"}, "cell 1, line 1: k has no meaning"),
    "long": ({"long": "\n".join(f"print({n})" for n in range(16))}, "cell 4: 16 lines, and 15 are a cell's budget"),
    "a definition": ({"def": "def half(x):\n    return x / 2"}, "cell 4, line 1: defines half; move it to a module"),
    "a branch": ({"if": "if root:\n    print(root)"}, "cell 4, line 1: `if` makes the story branch"),
    "assigned again": ({"again": "k = 10"}, "cell 4, line 1: the parameter k is assigned again"),
    "a secret": ({"key": f"print('{FORM}')"}, "cell 4, line 1: holds an AWS access key"),
    "unreadable": ({"half": "print("}, "cell 4, line 1: '(' was never closed"),
}
"""What is wrong with a notebook, the cells that make it so (None takes one away), and how that is told."""


def book_of(place: Path, cells: dict[str, str | None]) -> str:
    """A notebook of these cells; the one called `first` stands above the parameters, and `shown` has an output."""
    made = []
    for name, source in sorted(cells.items(), key=lambda one: one[0] != "first"):
        if source is None:
            continue
        cell = (nbformat.v4.new_markdown_cell if name == "title" else nbformat.v4.new_code_cell)(source)
        cell.metadata = {"tags": ["parameters"]} if name.startswith("parameters") else {}
        if name == "shown":
            cell.outputs = [nbformat.v4.new_output("stream", text="3")]
        made.append(cell)
    nbformat.write(nbformat.v4.new_notebook(cells=made), place / "book.ipynb")
    return str(place / "book.ipynb")


def found_in(place: Path, cells: dict[str, str | None], capsys: pytest.CaptureFixture[str]) -> tuple[int, list[str]]:
    """The exit status of the hook's check of a notebook, and what is told of it but good."""
    status = cli.main(["check", "--strict", "--json", "--notebooks", book_of(place, cells)])
    told = json.loads(capsys.readouterr().out)
    return status, [said for one in told if (said := one["fault"] or one["remark"] or one["advice"])]


@pytest.mark.parametrize("name", WRONG)
def test_a_notebook_that_is_wrong_in_one_way_is_told_that_alone(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the cell, its line where it has one, and what to do; without that fault nothing is told."""
    cells, said = WRONG[name]
    status, found = found_in(tmp_path, {**GOOD_CELLS, **cells}, capsys)
    assert (status, len(found)) == (3, 1), found
    assert said in found[0]
    assert FORM not in found[0]
    assert found_in(tmp_path, {**GOOD_CELLS}, capsys) == (0, [])


def test_everything_that_is_wrong_with_a_notebook_is_told_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each with its cell: nobody mends one fault to be shown the next."""
    wanted = ["late import", "undefined", "long", "a definition", "assigned again", "a secret", "outputs"]
    cells = {
        f"{name} {one}" if one != "shown" else one: WRONG[name][0][one] for name in wanted for one in WRONG[name][0]
    }
    status, found = found_in(tmp_path, {**GOOD_CELLS, **cells}, capsys)
    assert status == 3
    assert [int(re.findall(r"cell (\d+)", one)[0]) for one in found] == [8, 5, 9, 10, 4, 6, 7]
    for name in wanted:
        told = WRONG[name][1].partition(": ")[2] or "outputs or execution counts"
        assert any(told in one for one in found), (name, found)


def test_a_run_that_was_expected_and_is_not_there(
    shared_bench: Bench, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line, exit status 3, and one notice however often it is asked; before the first expected day all is well."""
    path = str(shared_bench.write(f"schedule: 0 4 * * *\n{one('values')}"))
    with web_server() as received:
        monkeypatch.setenv("INSIDERS_NOTICE_WEBHOOK", f"http://127.0.0.1:{received.port}/hook")
        for _ in range(2):
            assert cli.main(["check", "--expect", path, "--grace-minutes", "1"]) == 3
            [line] = capsys.readouterr().out.splitlines()
            assert line.startswith("small: there is no run for ")
            assert line.endswith("it was missed")
        [post] = received.posts
        assert post["event"]["kind"] == "missed"
        assert cli.main(["check", "--expect", path, "--since", "2999-01-01", "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["good"]
        assert len(received.posts) == 1


def test_channels_can_be_tried(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A notice by each; exit status 3 where one did not take it, or where there is none."""
    assert cli.main(["check", "--notice"]) == 3
    assert "no channel is set up" in capsys.readouterr().out
    with web_server() as received:
        monkeypatch.setenv("INSIDERS_NOTICE_WEBHOOK", f"http://127.0.0.1:{received.port}/hook")
        assert cli.main(["check", "--notice"]) == 0
        assert "notice by webhook" in capsys.readouterr().out
        assert [post["event"]["kind"] for post in received.posts] == ["trial"]
        received.answer = 403
        assert cli.main(["check", "--notice"]) == 3
        assert "answered 403" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["monthly", "--expect", "monthly"], "--expect names the pipeline itself"),
        (["--expect", "nothing"], "there is no pipeline"),
        (["--expect", "monthly", "--zone", "Mars"], "no time zone"),
        (["--expect", "monthly", "--schedule", "soon"], "five fields"),
    ],
)
def test_an_expectation_that_is_none_is_refused(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit status 2."""
    assert cli.main(["check", *words]) == 2
    assert said in capsys.readouterr().err
