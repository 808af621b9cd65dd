"""Attacks by parameters: each is refused in one clear line before anything starts, or arrives exactly as given.

None runs code (nobody makes the canary), none writes anywhere but in a run's own folder, and none changes a value.
"""

from __future__ import annotations

import os
import pickle
from pathlib import Path

import nbformat
import pytest

from runner import cli, settings
from runner.execute import execute
from runner.kernel.supervision import Supervision
from runner.outcomes import ExitStatus, Status
from runner.reading import notebooks, pipeline
from runner.values import parameters
from runner.values.literals import literal, same
from tests.faults.attacks import ATTACKS, CELL, PIPELINE, Attack

REFUSED = [attack for attack in ATTACKS if attack.is_refused]
ARRIVING = [attack for attack in ATTACKS if not attack.is_refused]
LONGEST_LINE = 500


class Target:
    """A folder with a pipeline that is attacked, and a canary that must not come to life in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.canary = folder / "canary"
        self.output = folder / "output"
        self.pipeline = folder / "target.yml"

    def laid(self, attack: Attack) -> list[str]:
        """Lay out the files of an attack; the options that begin it."""
        self.pipeline.write_text(self.aimed(attack.pipeline), encoding="utf-8")
        cell = nbformat.v4.new_code_cell(self.aimed(attack.cell), metadata={"tags": ["parameters"]})
        nbformat.write(nbformat.v4.new_notebook(cells=[cell]), self.folder / "target.ipynb")
        options = [self.aimed(option) for option in attack.options]
        if attack.file is not None:
            (self.folder / "given.yml").write_bytes(attack.file.replace(b"CANARY", str(self.canary).encode()))
            options += ["-f", str(self.folder / "given.yml")]
        return options

    def aimed(self, text: str) -> str:
        """The text of an attack with the path of the canary in it."""
        return text.replace("CANARY", str(self.canary))

    def files(self) -> set[Path]:
        """Everything that lies in the folder."""
        return set(self.folder.rglob("*"))


@pytest.fixture
def target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Target:
    """A target in a folder of its own, which is where the command runs too."""
    made = Target(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INSIDERS_OUTPUT", str(made.output))
    for name in [name for name in os.environ if name.startswith("INSIDERS_") and name != "INSIDERS_OUTPUT"]:
        monkeypatch.delenv(name)
    return made


def test_there_are_a_hundred_attacks() -> None:
    """Each has a name of its own."""
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS) >= 100


@pytest.mark.parametrize("attack", REFUSED, ids=lambda attack: attack.name)
def test_it_is_refused_before_anything_starts(
    attack: Attack, target: Target, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit status 2, a title and one line of words that a terminal can show, nothing written, nothing run."""
    options = target.laid(attack)
    for name, text in attack.environment.items():
        monkeypatch.setenv(name, target.aimed(text))
    before = target.files()
    assert cli.main(["run", str(target.pipeline), *options]) in (ExitStatus.USAGE, ExitStatus.REFUSED)
    said = capsys.readouterr()
    lines = said.err.splitlines()
    assert not said.out
    assert 1 <= len(lines) <= 2, said.err
    assert all(line.isprintable() and 20 < len(line) < LONGEST_LINE for line in lines), said.err
    assert target.files() == before


def test_the_others_arrive_as_they_were_given(target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the plan, and all together in a real kernel: exactly the values, and no canary."""
    arriving = {}
    for number, attack in enumerate(ARRIVING):
        options = target.laid(attack)
        environment = {name: target.aimed(text) for name, text in attack.environment.items()}
        value = planned(target, options, environment)[attack.parameter]
        expected = attack.value if not isinstance(attack.value, str) else target.aimed(attack.value)
        assert same(value, expected), attack.name
        assert literal(value).isprintable()
        arriving[f"attack_{number}"] = value
    path = target.folder / "arrivals.ipynb"
    keep = "import pickle\nPath('arrived').write_bytes(pickle.dumps({n: globals()[n] for n in names}))"
    cells = [nbformat.v4.new_code_cell(CELL, metadata={"tags": ["parameters"]}), nbformat.v4.new_code_cell(keep)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    before = target.files()
    values = {**arriving, "names": list(arriving)}
    done = execute(path, target.folder / "copy.ipynb", values, Supervision(folder=target.folder))
    assert done.status is Status.SUCCEEDED, done.reason
    assert {file.name for file in target.files() - before} == {"arrived", "copy.ipynb"}
    arrived = pickle.loads((target.folder / "arrived").read_bytes())
    assert [name for name, value in arriving.items() if not same(arrived[name], value)] == []


def test_a_harmless_run_is_not_refused(target: Target) -> None:
    """The same target takes ordinary values: what is refused above is refused for what it is."""
    target.laid(Attack("nothing at all", pipeline=PIPELINE))
    values = planned(target, ["-p", "number=7", "-p", "target.text=x"], {})
    assert (values["number"], values["text"]) == (7, "x")


def planned(target: Target, options: list[str], environment: dict[str, str]) -> dict[str, object]:
    """The values that the command would start with."""
    asked = pipeline.read(target.pipeline, settings.load())
    books, faults = notebooks.read_all({step.name: asked.notebook(step) for step in asked.ordered()})
    assert not faults
    pairs = list(zip(options[::2], options[1::2], strict=True))
    plan = parameters.plan(
        asked,
        books,
        given=[text for option, text in pairs if option == "-p"],
        file=next((Path(text) for option, text in pairs if option == "-f"), None),
        environment=environment,
    )
    return {name: one.value for name, one in plan.values["target"].items()}
