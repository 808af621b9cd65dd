"""YAML files."""

from datetime import date
from pathlib import Path

import pytest

from runner.errors import PipelineError
from runner.reading.yamlfile import read


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
        ("2011-12-09T10:00:00+01:00", "2011-12-09T10:00:00+01:00"),
        (".inf", float("inf")),
        ("-.INF", float("-inf")),
        (".nan", float("nan")),
        ("inf", "inf"),
        ("010.5", "010.5"),
        ("-010.5", "-010.5"),
        ("1_000", "1_000"),
        ("0o17", "0o17"),
        ("on", "on"),
        ("'a\u202eb'", "a\u202eb"),
        ('"\\u2028"', "\u2028"),
        ("'!!x'", "!!x"),
        ("'&x'", "&x"),
        ("1.2.3", "1.2.3"),
    ],
)
def test_scalars_are_what_they_look_like(tmp_path: Path, text: str, value: object) -> None:
    """A plain word stays a text; numbers, true, false, null and dates are read as such."""
    found = content(tmp_path, f"x: {text}")
    assert repr(found) == repr({"x": value})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: 1\nb: 2\na: 3", "line 3: a stands twice"),
        ("a: [1, 2", "line "),
        ("a: !!python/object/apply:os.system [true]", "line 1: tags"),
        ("a: !!python/name:os.system", "line 1: tags"),
        ("a: !!str 1", "line 1: tags"),
        ("a: ! 1", "line 1: tags"),
        ("!!map {a: 1}", "line 1: tags"),
        ("%TAG ! tag:yaml.org,2002:python/\n---\na: !name:os.system 1", "line 3: tags"),
        ("a: &x [*x]", "line 1: anchors"),
        ("a: *x", "line 1: anchors"),
        ("a: &x 1", "line 1: anchors"),
        ("b: 1\n<<: {a: 1}", "line 2: merge keys"),
        ("1: a", "line 1: 1 is no text"),
        ("2011-12-09: a", "line 1: 2011-12-09 is no text"),
        ("~: a", "line 1: ~ is no text"),
        ("? [a]\n: b", "line 1: a list or a dict is no text"),
        ("a: 2011-13-45", "line 1: '2011-13-45' is not a date"),
        ("a: 1e999", "line 1: '1e999' is beyond"),
        ("a: " + "9" * 5000, "more than 4,300 digits"),
        ("a: " + "[" * 100_000, "line 1: more than 20 levels"),
        ("a: " + "{a: " * 50_000, "line 1: more than 20 levels"),
        ("a: 1\n---\nb: 2", "line 2: "),
        ("a: x\n\u2028b: 1", "line 2: holds an unseen line end"),
        ("a: x\x85y", "line 1: holds an unseen line end"),
        ("a: \0", "U+0000"),
        ("a: \x1b[31m", "U+001B"),
        ("\tx: 1", "line 1"),
        ("a: @b", "line 1"),
        ("#" + "x" * (1 << 18), "larger than 256 KiB"),
    ],
)
def test_faults_name_the_line(tmp_path: Path, text: str, words: str) -> None:
    """A file that cannot be read, says a name twice or would build objects is refused."""
    with pytest.raises(PipelineError, match=r"file\.yml") as refused:
        content(tmp_path, text)
    assert words in str(refused.value)


def test_a_billion_laughs_take_no_time(tmp_path: Path) -> None:
    """Anchors that would unfold to a billion values are refused at the first one."""
    laughs = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10))
    with pytest.raises(PipelineError, match=r"file\.yml, line 1: anchors"):
        content(tmp_path, laughs)


@pytest.mark.parametrize("start", [b"\xef\xbb\xbf", b""])
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_line_ends_and_marks_of_other_systems_are_taken(tmp_path: Path, start: bytes, end: bytes) -> None:
    """A file from another editor says the same."""
    path = tmp_path / "file.yml"
    path.write_bytes(start + end.join([b"a: 1", b"b: 2", b""]))
    assert read(path).content == {"a": 1, "b": 2}


@pytest.mark.parametrize("name", ["/dev/zero", "/", "a\0b"])
def test_what_is_no_text_file_is_refused(name: str) -> None:
    """A device, a folder and an impossible name are one line each."""
    with pytest.raises(PipelineError, match=r"larger than|cannot be read"):
        read(Path(name))


def test_other_encodings_are_refused(tmp_path: Path) -> None:
    """A file that is not UTF-8 is not guessed at."""
    path = tmp_path / "file.yml"
    path.write_bytes("a: é".encode("latin-1"))
    with pytest.raises(PipelineError, match="not a text file in UTF-8"):
        read(path)


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
