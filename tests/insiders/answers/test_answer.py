"""The form of an answer."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd

from insiders import handoff
from insiders.answers.answer import Answer, as_table

FIGURES = {
    "day": pd.Timestamp("2024-03-01 10:00"),
    "count": np.int64(3),
    "none": float("nan"),
    "inner": {"list": [np.float64(0.5), pd.NA]},
}


def test_answers_as_rows() -> None:
    """Answers stand in their order, their figures as JSON without NaN, NumPy's types or time stamps."""
    told = [Answer("a", "A?", "a."), Answer("b", "B?", "b.", "more.", FIGURES)]
    rows = handoff.check("answers", as_table(told, "en", "monthly"), handoff.RESULTS)
    assert rows[["position", "topic", "text"]].to_numpy().tolist() == [[1, "a", "a."], [2, "b", "b. more."]]
    assert json.loads(rows["figures"].iloc[1]) == {
        "day": "2024-03-01",
        "count": 3,
        "none": None,
        "inner": {"list": [0.5, None]},
    }


def test_every_figure_has_a_query() -> None:
    """Where no table gives the figure it is read from the row of the answer, by its kind; a quote ends no text."""
    own = "WITH answers AS (SELECT * FROM current_answers WHERE pipeline = 'p')"
    told = Answer("b", "B?", "b.", "", {**FIGURES, "it's": 1.5}, {"count": "SELECT 3"})
    assert told.queries("p") == {
        name: query.replace("SELECT figures", f"{own} SELECT figures").replace("SELECT CAST", f"{own} SELECT CAST")
        for name, query in {
            "day": "SELECT figures ->> 'day' FROM answers WHERE topic = 'b'",
            "count": "SELECT 3",
            "none": "SELECT figures ->> 'none' FROM answers WHERE topic = 'b'",
            "inner": "SELECT figures -> 'inner' FROM answers WHERE topic = 'b'",
            "it's": "SELECT CAST(figures ->> 'it''s' AS DOUBLE PRECISION) FROM answers WHERE topic = 'b'",
        }.items()
    }


def test_the_table_is_a_figure_as_it_is_printed() -> None:
    """Its cells stand in the answer's row, so that a query gives each of them."""
    told = Answer("b", "B?", "b.", figures={"count": 3}, table=pd.DataFrame({"a": ["1 %", "x"]}))
    assert told.plain == {"count": 3, "table": [{"a": "1 %"}, {"a": "x"}]}
    assert "figures -> 'table' FROM answers" in told.queries("p")["table"]
