"""Bad notebooks and pipelines: each is refused before anything starts, in one line that says how to mend it.

Every case goes through `runner run` and `runner check`, which must write nothing at all.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from runner import cli

Make = Callable[[Path], None]
ONE = "steps: [{name: a, notebook: a.ipynb}]"


@dataclass(frozen=True)
class Case:
    """One bad thing, and what has to be said of it."""

    make: Make
    """Writes the notebook (or whatever should be one) to the path given."""
    what: str
    fix: str
    pipeline: str = ONE
    runs: bool = False
    """A habit that a run survives, and only `runner check` calls wrong."""


def code(source: object = "1", **facts: object) -> dict[str, Any]:
    """A code cell; None for a fact takes it out."""
    cell = {"cell_type": "code", "metadata": {}, "source": source, "outputs": [], "execution_count": None, **facts}
    return {name: value for name, value in cell.items() if value != "absent"}


def tagged(source: str = "k: int = 8", *tags: str) -> dict[str, Any]:
    """A code cell with tags, `parameters` unless others are named."""
    return code(source, metadata={"tags": list(tags or ("parameters",))})


def said(content: str | bytes) -> Make:
    """A file of these bytes."""

    def make(path: Path) -> None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())

    return make


def book(*cells: object, **facts: object) -> Make:
    """A notebook of these cells; facts replace what every notebook has."""
    content = {"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": list(cells), **facts}
    text = json.dumps({name: value for name, value in content.items() if value != "absent"})
    return said(text)


def good(*names: str) -> Make:
    """Good notebooks of these names."""

    def make(path: Path) -> None:
        for name in names or ("a.ipynb",):
            book(tagged(), code("k"))(path.parent / name)

    return make


def huge(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(200 << 20)


def circle(path: Path) -> None:
    path.symlink_to(path.parent / "b.ipynb")
    (path.parent / "b.ipynb").symlink_to(path)


def another_kernel(path: Path) -> None:
    """A notebook whose kernel is installed, and runs R."""
    spec = path.parent / "kernels" / "ir"
    spec.mkdir(parents=True)
    (spec / "kernel.json").write_text(json.dumps({"argv": ["R"], "display_name": "R", "language": "R"}))
    book(code(), metadata={"kernelspec": {"name": "ir"}})(path)


NEW_FORMAT = {"nbformat_minor": 5}
JUPYTERLAB = "JupyterLab"
UNREADABLE = {
    "not JSON": Case(said("plain words\n"), "line 1 is no JSON", "restore it"),
    "truncated": Case(said('{"nbformat": 4, "cells": [{"cell_'), "breaks off in line 1", "restore it"),
    "truncated between": Case(said('{"nbformat": 4, "cells": [\n'), "breaks off", "restore it"),
    "empty": Case(said(""), "is empty", "restore it"),
    "a merge unsettled": Case(said('{\n<<<<<<< HEAD\n "a": 1\n=======\n>>>>>>> b\n}'), "line 2", "choose one side"),
    "nested too deep": Case(said("[" * 100_000), "nested too deep", "restore it"),
    "a number without end": Case(said('{"nbformat": ' + "4" * 5000 + "}"), "thousands of digits", "restore it"),
    "a folder": Case(lambda path: path.mkdir(), "it is a folder", "name an .ipynb file"),
    "a pipe": Case(lambda path: os.mkfifo(path), "a device or a pipe", "name an .ipynb file"),
    "an endless device": Case(lambda path: path.symlink_to("/dev/zero"), "a device", "name an .ipynb file"),
    "unreadable": Case(lambda path: path.symlink_to("/proc/self/mem"), "cannot be read", "Input/output error"),
    "a circle of links": Case(circle, "cannot be read", "levels of symbolic links"),
    "a link to nothing": Case(lambda path: path.symlink_to("gone.ipynb"), "is a link to nothing", "there are: none"),
    "huge": Case(huge, "it has 200 MiB", "clear the outputs"),
    "UTF-16": Case(said('{"nbformat": 4}'.encode("utf-16")), "UTF-16", "save it as UTF-8"),
    "Latin-1": Case(said('{"nbformat": "Käse"}'.encode("latin-1")), "byte 15 is no UTF-8", "save it as UTF-8"),
    "a byte-order mark": Case(said(b'\xef\xbb\xbf{"nbformat": 4}'), "byte-order mark", "without one"),
    "a list": Case(said("[1]"), "no object with cells", "restore it"),
    "missing": Case(lambda path: None, "there is no such notebook", "there are: none"),
    "missing, but nearly there": Case(
        lambda path: good("01_eda.ipynb")(path),
        "there is no such notebook",
        "did you mean 01_eda.ipynb?",
        "steps: [{name: a, notebook: 01_ead.ipynb}]",
    ),
}
FORM = {
    "format 3": Case(said('{"nbformat": 3, "worksheets": []}'), "format 3", JUPYTERLAB),
    "format 5": Case(book(nbformat=5), "format 5", "save it in format 4"),
    "no format": Case(book(nbformat="absent"), "format None", JUPYTERLAB),
    "a format in words": Case(book(nbformat="4"), "format 4;", JUPYTERLAB),
    "a minor format in words": Case(book(code(), nbformat_minor="x"), "nbformat_minor", JUPYTERLAB),
    "no cells": Case(book(cells="absent"), "no list of cells", "restore it"),
    "cells of another type": Case(book(cells={"a": 1}), "no list of cells", "restore it"),
    "no cell at all": Case(book(), "no cell with code", "write one"),
    "only prose": Case(book(code("x", cell_type="markdown")), "no cell with code", "write one"),
    "a cell that is none": Case(book(3), "cell 1 of the file", "take the cell out"),
    "an unknown type of cell": Case(book(code(), code(cell_type="heading")), "'heading'", "take the cell out"),
    "a cell without source": Case(book(code("absent")), "has no source", "take the cell out"),
    "a source of a wrong type": Case(book(code(3)), "has no source", "take the cell out"),
    "a source of wrong lines": Case(book(code(["1", 2])), "has no source", "take the cell out"),
    "a cell without metadata": Case(book(code(metadata="absent")), "cell 1 of the file has no metadata", JUPYTERLAB),
    "tags that are a text": Case(book(code(metadata={"tags": "parameters"})), "tags that are no list", JUPYTERLAB),
    "tags of numbers": Case(book(code(metadata={"tags": [1]})), "tags that are no list", JUPYTERLAB),
    "outputs of a wrong type": Case(book(code(outputs={"a": 1})), "outputs that are none", "clear the outputs"),
    "an output of a wrong type": Case(book(code(outputs=[3])), "outputs that are none", "clear the outputs"),
    "attachments of a wrong type": Case(book(code(attachments=[1])), "attachments that are none", JUPYTERLAB),
    "equal ids": Case(book(code(id="a"), code(id="a"), **NEW_FORMAT), "cells 1 and 2 of the file", "another"),
    "an id with a space": Case(book(code(id="a b"), **NEW_FORMAT), "the id 'a b'", "letters, digits"),
    "an id too long": Case(book(code(id="a" * 65), **NEW_FORMAT), "has the id", "1 to 64"),
    "an id of a wrong type": Case(book(code(id=3), **NEW_FORMAT), "the id 3", "letters, digits"),
    "no id": Case(book(code(), **NEW_FORMAT), "cell 1 of the file has no id", JUPYTERLAB),
    "no metadata": Case(book(code(), metadata="absent"), "it has no metadata", JUPYTERLAB),
    "metadata of a wrong type": Case(book(code(), metadata=[]), "it has no metadata", JUPYTERLAB),
    "papermill's metadata of a wrong type": Case(book(code(), metadata={"papermill": 1}), "papermill", "kernel"),
}
KERNELS = {
    "a kernel of a wrong type": Case(
        book(code(), metadata={"kernelspec": "python3"}), "kernelspec", "choose its kernel"
    ),
    "a kernel that is null": Case(book(code(), metadata={"kernelspec": None}), "kernelspec", "choose its kernel"),
    "a kernel without name": Case(
        book(code(), metadata={"kernelspec": {"display_name": "Python"}}), "no name", "choose its kernel"
    ),
    "an unknown kernel": Case(
        book(code(), metadata={"kernelspec": {"name": "pyhton3"}}), "kernel pyhton3: is not installed", "mean python3?"
    ),
    "another language": Case(
        book(code(), metadata={"kernelspec": {"name": "ir", "language": "R"}}), "written in R", "in Python"
    ),
    "a kernel of another language": Case(another_kernel, "kernel ir: runs R", "choose a Python kernel"),
}
CODE = {
    "a syntax error": Case(book(code("1"), code("x = 1\ny = = 2")), "cell 2, line 2: invalid syntax", "`y = = 2`"),
    "a syntax error behind magics": Case(book(code("%matplotlib inline\n!ls\nf(")), "cell 1, line 3", "`f(`"),
    "a syntax error in a timed cell": Case(book(code("%%time\nf(")), "cell 1, line 2", "mend it"),
    "a return outside": Case(book(code("return 1")), "'return' outside function", "mend it"),
    "half a character": Case(book(code("'\ud800'")), "cell 1", "mend it"),
    "a null character": Case(book(code("a\0b")), "null byte", "mend it"),
    "an expression without end": Case(book(code("x = " + "-" * 100_000 + "1")), "cell 1", "mend it"),
    "a relative import": Case(book(code("from .near import x")), "cell 1, line 1: `from .near", "without the dots"),
    "a missing package": Case(book(code("import nowhere_at_all")), "not installed: nowhere_at_all", "make run"),
    "two parameters cells": Case(book(tagged(), tagged("m: int = 1")), "cells 1 and 2", "one of them"),
    "parameters that are prose": Case(
        book(tagged() | {"cell_type": "markdown"}, code()), "is markdown", "tag the code cell"
    ),
    "parameters used above": Case(
        book(code("print(k)"), tagged()), "cell 1, line 1: k is used above cell 2", "move the parameters up"
    ),
    "parameters that cannot be read": Case(book(tagged("k: int = ")), "cell 1, line 1: invalid syntax", ""),
    "a parameter without type": Case(book(tagged("k = 8")), "cell 1, line 1", "name: type = default"),
    "a parameter given to no cell": Case(
        book(code()), "no parameter k", "is declared by", f"parameters: {{k: 1}}\n{ONE}"
    ),
}
HABITS = {
    "an empty parameters cell": Case(book(tagged(""), code()), "is empty", "declare", runs=True),
    "an injected cell": Case(
        book(tagged(), tagged("k = 9", "injected-parameters")), "cell 2 is tagged", "delete this cell", runs=True
    ),
    "a parameter assigned again": Case(
        book(tagged(), code("1\nk = 9")), "cell 2, line 2: the parameter k is assigned again", "another name", runs=True
    ),
    "outputs": Case(
        book(code(outputs=[{"output_type": "stream", "name": "stdout", "text": "1"}])), "of cell 1", "clear", runs=True
    ),
    "execution counts": Case(book(code(execution_count=3)), "execution counts", "clear them", runs=True),
    "packages installed on the way": Case(
        book(code("if False:\n    %pip install nothing")), "cell 1, line 2: installs", "pyproject.toml", runs=True
    ),
}
TWO = good("a.ipynb", "b.ipynb")
PIPELINES = {
    "a circle": Case(
        TWO,
        "in a circle",
        "a → b → a",
        "steps: [{name: a, notebook: a.ipynb, needs: [b]}, {name: b, notebook: b.ipynb, needs: [a]}]",
    ),
    "a step that needs itself": Case(TWO, "in a circle", "a → a", "steps: [{name: a, notebook: a.ipynb, needs: [a]}]"),
    "an unknown key": Case(TWO, "line 2", "did you mean steps?", "stesp: []\n" + ONE),
    "an unknown key of a step": Case(
        TWO, "line 2", "did you mean notebook?", "steps: [{name: a, notebook: a.ipynb, notebok: a.ipynb}]"
    ),
    "two steps of one name": Case(
        TWO, "there are two steps a", "line 2", "steps: [{name: a, notebook: a.ipynb}, {name: a, notebook: b.ipynb}]"
    ),
    "one notebook twice": Case(
        TWO, "a.ipynb is run by two steps", "", "steps: [{name: a, notebook: a.ipynb}, {name: b, notebook: a.ipynb}]"
    ),
    "an unknown need": Case(
        TWO,
        "which is no step",
        "did you mean one?",
        "steps: [{name: one, notebook: a.ipynb}, {name: b, notebook: b.ipynb, needs: [noe]}]",
    ),
    "no steps": Case(TWO, "line 2", "steps", "steps: []"),
    "steps missing": Case(TWO, "steps is missing", "line 1", "title: x"),
    "steps of a wrong type": Case(TWO, "line 2", "steps", "steps: a.ipynb"),
    "a step of a wrong type": Case(TWO, "line 2", "steps.0", "steps: [a.ipynb]"),
    "a title of a wrong type": Case(TWO, "line 2", "title", f"title: [1]\n{ONE}"),
    "a step without notebook": Case(TWO, "notebook is missing", "line 2", "steps: [{name: a}]"),
    "a notebook elsewhere": Case(
        TWO, "../a.ipynb", "beside the pipeline file", "steps: [{name: a, notebook: ../a.ipynb}]"
    ),
    "a name in capitals": Case(TWO, "'A B'", "lower case", "steps: [{name: A B, notebook: a.ipynb}]"),
    "an unknown parameter": Case(TWO, "no parameter kk", "did you mean k?", f"parameters: {{kk: 1}}\n{ONE}"),
    "a parameter of a wrong type": Case(TWO, "k (int)", "line 2", f"parameters: {{k: many}}\n{ONE}"),
    "an unknown parameter of a step": Case(
        TWO, "no parameter kk", "did you mean k?", "steps: [{name: a, notebook: a.ipynb, parameters: {kk: 1}}]"
    ),
    "no time at all": Case(
        TWO, "timeout_minutes", "greater than 0", "steps: [{name: a, notebook: a.ipynb, timeout_minutes: 0}]"
    ),
    "time in words": Case(
        TWO, "timeout_minutes", "number", "steps: [{name: a, notebook: a.ipynb, timeout_minutes: long}]"
    ),
    "a schedule of four fields": Case(TWO, "schedule", "five fields", f"schedule: '0 4 15 *'\n{ONE}"),
    "a schedule at 25 o'clock": Case(TWO, "schedule", "five fields", f"schedule: '0 25 15 * *'\n{ONE}"),
    "for_each of nothing": Case(
        TWO, "for_each.k", "line 2", "steps: [{name: a, notebook: a.ipynb, for_each: {k: []}}]"
    ),
    "for_each of two parameters": Case(
        TWO, "for_each", "line 2", "steps: [{name: a, notebook: a.ipynb, for_each: {k: [1], m: [2]}}]"
    ),
    "for_each of no list": Case(TWO, "for_each.k", "line 2", "steps: [{name: a, notebook: a.ipynb, for_each: {k: 3}}]"),
    "for_each of an unknown parameter": Case(
        TWO, "no parameter kk", "did you mean k?", "steps: [{name: a, notebook: a.ipynb, for_each: {kk: [1, 2]}}]"
    ),
    "for_each of a wrong type": Case(
        TWO, "k (int)", "'two'", "steps: [{name: a, notebook: a.ipynb, for_each: {k: [1, two]}}]"
    ),
    "for_each of one value twice": Case(
        TWO, "line 2: 1 stands there twice", "", "steps: [{name: a, notebook: a.ipynb, for_each: {k: [1, 1]}}]"
    ),
    "for_each that is a parameter too": Case(
        TWO,
        "stands in the step's parameters too",
        "leave it out",
        "steps: [{name: a, notebook: a.ipynb, parameters: {k: 2}, for_each: {k: [1]}}]",
    ),
    "YAML with a tag": Case(TWO, "line 2: tags such as", "not known here", f"title: !!python/name:os.system\n{ONE}"),
    "YAML that breaks off": Case(TWO, "line", "expected", "steps: [{name: a"),
    "a name that stands twice": Case(TWO, "stands twice", "line 3", f"title: a\ntitle: b\n{ONE}"),
}
CASES = {**UNREADABLE, **FORM, **KERNELS, **CODE, **HABITS, **PIPELINES}


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for a pipeline; runs would go into another one beside it, which does not exist."""
    monkeypatch.setenv("INSIDERS_OUTPUT", str(tmp_path / "output"))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "pipeline"))
    for name in ("INSIDERS_DATABASE_URL", "INSIDERS_BUCKET", "INSIDERS_SOURCE"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "pipeline").mkdir()
    return tmp_path / "pipeline"


def lying(folder: Path) -> dict[str, tuple[int, int]]:
    """All that lies below a folder, with size and time of change."""
    return {
        path.relative_to(folder).as_posix(): (path.lstat().st_size, path.lstat().st_mtime_ns)
        for path in folder.rglob("*")
    }


def prepared(case: Case, folder: Path) -> str:
    """The pipeline of a case, made in a folder."""
    case.make(folder / "a.ipynb")
    path = folder / "small.yml"
    path.write_text(f"name: small\n{case.pipeline}\n", encoding="utf-8")
    return str(path)


def test_there_are_more_than_thirty() -> None:
    """The corpus is as large as was promised."""
    assert len(CASES) > 30


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if not case.runs])
def test_a_run_is_refused_in_one_line(name: str, bench: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`runner run` says what is wrong and what to do, exits 2 or 3, and leaves nothing behind."""
    case = CASES[name]
    path = prepared(case, bench)
    before = lying(bench.parent)
    status = cli.main(["run", path])
    shown = capsys.readouterr()
    assert lying(bench.parent) == before
    assert status in (2, 3), shown
    assert "Traceback" not in shown.out + shown.err
    assert shown.out == ""
    lines = shown.err.splitlines()
    faults = [line for line in lines[1:] if not line.endswith(":")] or lines  # the others are titles
    assert len(faults) == 1, shown.err
    assert case.what in faults[0]
    assert case.fix in faults[0]


@pytest.mark.parametrize("name", CASES)
def test_check_calls_it_wrong(name: str, bench: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`runner check` finds the one thing that is wrong, exits 3, and leaves nothing behind."""
    case = CASES[name]
    path = prepared(case, bench)
    before = lying(bench.parent)
    assert cli.main(["check", path, "--json"]) == 3
    shown = capsys.readouterr()
    assert lying(bench.parent) == before
    assert "Traceback" not in shown.out + shown.err
    (wrong,) = [one for one in json.loads(shown.out) if not one["good"]]
    told = f"{wrong['subject']}: {wrong['fault'] or wrong['remark']}"
    assert case.what in told
    assert case.fix in told
    assert (wrong["fault"] is None) is case.runs


def test_check_prints_what_is_wrong(bench: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In words for a person: the notebook, the cell, the line, and what to do."""
    path = prepared(CASES["a syntax error"], bench)
    assert cli.main(["check", path]) == 3
    line = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("wrong"))
    assert "a.ipynb" in line
    assert "cell 2, line 2: invalid syntax" in line


def test_every_fault_of_a_pipeline_is_told_at_once(bench: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody mends one fault to meet the next."""
    for name, case in (("a", CASES["a syntax error"]), ("b", CASES["a relative import"])):
        case.make(bench / f"{name}.ipynb")
    path = bench / "small.yml"
    path.write_text("name: small\nsteps: [{name: a, notebook: a.ipynb}, {name: b, notebook: b.ipynb}]")
    assert cli.main(["run", str(path)]) == 3
    shown = capsys.readouterr().err
    assert "a.ipynb: cell 2, line 2" in shown
    assert "b.ipynb: cell 1, line 1" in shown


def test_a_good_notebook_passes(bench: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is not wrong is not called wrong: magics, awaits, comprehensions, functions with variables of their own."""
    sources = [
        "%matplotlib inline\nimport json",
        "[k for k in range(3)]",
        "def f(k):\n    k = k + 1\n    return k",
        "class A:\n    k = 3",
        "await __import__('asyncio').sleep(k)",
        "%%bash\nk=3",
        "x = {'k': k}",
    ]
    book(tagged(), *(code(source) for source in sources))(bench / "a.ipynb")
    (bench / "small.yml").write_text(f"name: small\nschedule: '0 4 15 * *'\n{ONE}")
    assert cli.main(["check", str(bench / "small.yml"), "--json"]) == 0
    found = {one["subject"]: one for one in json.loads(capsys.readouterr().out) if not one["advice"]}
    assert found["schedule of small"]["detail"] == "04:00 on day 15 of every month"
    assert found["a.ipynb"]["detail"] == "8 cells with code"
