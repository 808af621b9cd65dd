"""Findings: shown, told to the runner, written down."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from matplotlib.figure import Figure

from insiders.errors import AnalysisError
from insiders.findings import finding
from insiders.findings.finding import Finding


def found() -> Finding:
    """A finding with one of everything."""
    figure = Figure()
    figure.subplots().plot([1, 2])
    table = pd.DataFrame({"policy": ["revenue"], "captured": [0.5]})
    return Finding("**Found.**", {"A table": table}, {"chart": figure}, {"table": table}, {"share": (0.5, "of all")})


def test_shows_text_tables_and_charts(capsys: pytest.CaptureFixture[str]) -> None:
    """All parts are displayed, the text first, no index in the tables."""
    found()._ipython_display_()
    shown = capsys.readouterr().out
    assert shown.index("Markdown") < shown.index("policy")
    assert "revenue" in shown
    assert "Figure" in shown


def test_what_cannot_be_told_says_why() -> None:
    """A part for which the history is too short is a sentence with the reason, and nothing else."""
    missing = finding.unknown("The future", AnalysisError("two years are needed"))
    assert missing.text == "**The future cannot be told from this source**: two years are needed."
    assert (missing.tables, missing.charts, missing.data, missing.metrics) == ({}, {}, {}, {})


def test_writes_charts_and_data(tmp_path: Path) -> None:
    """Figures become PNG files and tables CSV files of the same name, in the order of the findings."""
    paths = finding.write(tmp_path / "new", found(), finding.unknown("x", AnalysisError("y")))
    assert [path.name for path in paths] == ["chart.png", "table.csv"]
    assert pd.read_csv(paths[1]).to_dict("records") == [{"policy": "revenue", "captured": 0.5}]


def test_metrics_reach_the_runner(capsys: pytest.CaptureFixture[str]) -> None:
    """Every metric is shown once, with its unit."""
    finding.tell(finding.metrics(found(), finding.unknown("x", AnalysisError("y"))))
    assert "share: 0.5 of all" in capsys.readouterr().out


def test_bounds_in_words() -> None:
    """Shares become points with signs, numbers keep their bounds."""
    row = {"lost": -0.001, "lost_lower": -0.02, "lost_upper": 0.03}
    assert finding.points(row, "lost") == "-0.10 (-2.00 to +3.00)"
    assert finding.bounded({"exits": 3.0, "exits_lower": 2.5, "exits_upper": 4.0}, "exits") == "3.0 (2.5 to 4.0)"
