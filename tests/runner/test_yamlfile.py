"""YAML files."""

from datetime import date
from pathlib import Path

import pytest

from runner.errors import PipelineError
from runner.yamlfile import read


def content(tmp_path: Path, text: str) -> object:
    path = tmp_path / "file.yml"
    path.write_text(text, encoding="utf-8")
    return read(path).content


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("yes", "yes"),
        ("010", "010"),
        ("007", "007"),
        ("0x1f", "0x1f"),
        ("12:30:45", "12:30:45"),
        ("true", True),
        ("null", None),
        ("", None),
        ("-12", -12),
        ("0", 0),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        ("0.5", 0.5),
        (".5", 0.5),
        ("2011-12-09", date(2011, 12, 9)),
        ("'2011-12-09'", "2011-12-09"),
        ("2011-12-09 10:00:00", "2011-12-09 10:00:00"),
        ("1.2.3", "1.2.3"),
    ],
)
def test_scalars_are_what_they_look_like(tmp_path: Path, text: str, value: object) -> None:
    """A plain word stays a text; numbers, true, false, null and dates are read as such."""
    found = content(tmp_path, f"x: {text}")
    assert found == {"x": value}
    assert repr(found) == repr({"x": value})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: 1\nb: 2\na: 3", "line 3: a stands twice"),
        ("a: [1, 2", "line "),
        ("a: !!python/object/apply:os.system [true]", "line 1"),
        ("a: &x [*x]", "deep"),
        ("a: 2011-13-45", "month"),
        ("\tx: 1", "line 1"),
    ],
)
def test_faults_name_the_line(tmp_path: Path, text: str, words: str) -> None:
    """A file that cannot be read, says a name twice or would build objects is refused."""
    with pytest.raises(PipelineError, match=r"file\.yml") as refused:
        content(tmp_path, text)
    assert words in str(refused.value)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    """The message names the file."""
    with pytest.raises(PipelineError, match=r"none\.yml"):
        read(tmp_path / "none.yml")


def test_values_know_their_lines(tmp_path: Path) -> None:
    """The line of a value, or of what holds it, is known."""
    path = tmp_path / "file.yml"
    path.write_text("a: 1\nb:\n  - c: 2\n    d: 3\n")
    document = read(path)
    assert document.where(("b", 0, "d")) == "file.yml, line 4"
    assert document.where(("b", 0, "missing")) == "file.yml, line 3"
