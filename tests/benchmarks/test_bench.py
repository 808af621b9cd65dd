"""The table of speeds, of sections that measure nothing."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest

from benchmarks import bench
from benchmarks.figures import Figure


def quick(_: Path) -> list[Figure]:
    """What is measured, in a sentence."""
    return [Figure("ours", 0.5, beside=2.0, against="theirs", aim="a quarter"), Figure("ours alone", 1234.5, "s")]


def broken(_: Path) -> list[Figure]:
    """It never comes to an end."""
    raise ValueError("no such file")


@pytest.fixture
def report(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where the sections `quick` and `broken` are written to."""
    stand_in = ModuleType("sections_of_a_test")
    vars(stand_in).update(quick=quick, broken=broken)
    monkeypatch.setitem(sys.modules, stand_in.__name__, stand_in)
    sections = {name: (stand_in.__name__, name) for name in ("quick", "broken")}
    monkeypatch.setattr(bench, "SECTIONS", sections)
    monkeypatch.setattr(bench, "REPORT", tmp_path / "results.md")
    return tmp_path / "results.md"


def test_a_section_is_a_table_with_ratios(report: Path, tmp_path: Path) -> None:
    """Its docstring stands above it, and the machine and the versions below."""
    assert bench.main([str(tmp_path), "quick"]) == 0
    text = report.read_text()
    assert "What is measured, in a sentence." in text
    assert "| ours | 0.5 CPU s | theirs | 2 CPU s | 4 | a quarter |" in text
    assert "| ours alone | 1,234 s |  |  |  |  |" in text
    assert "Python 3." in text
    assert "papermill" in text


def test_a_section_that_fails_takes_no_other_with_it(report: Path, tmp_path: Path) -> None:
    """It says why it was not measured, the others stand, and the exit status tells."""
    assert bench.main([str(tmp_path)]) == 1
    assert "Not measured: ValueError: no such file" in report.read_text()
    assert "| ours | 0.5 CPU s |" in report.read_text()


def test_what_was_measured_before_stays(report: Path, tmp_path: Path) -> None:
    """Measuring one section leaves the text of the others, in their order."""
    report.write_text("# Speed\n\n## broken\n\nas it was\n")
    assert bench.main([str(tmp_path), "quick"]) == 0
    text = report.read_text()
    assert text.index("## quick") < text.index("## broken")
    assert "as it was" in text


@pytest.mark.usefixtures("report")
def test_an_unknown_section_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The sections that there are stand in the message."""
    assert bench.main([str(tmp_path), "slow"]) == 2
    assert "slow; sections: quick, broken" in capsys.readouterr().err
