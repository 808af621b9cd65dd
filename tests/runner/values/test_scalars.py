"""Plain values from text."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest

from runner.values.literals import same
from runner.values.scalars import LONGEST, READERS, shown


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (str, "007", "007"),
        (str, " a, b ", " a, b "),
        (int, "-7", -7),
        (int, "+1", 1),
        (int, "9" * LONGEST, int("9" * LONGEST)),
        (float, "1e3", 1000.0),
        (float, "2", 2.0),
        (float, "-0", -0.0),
        (float, ".5", 0.5),
        (float, "inf", float("inf")),
        (Decimal, "1.10", Decimal("1.10")),
        (Decimal, "1E+5", Decimal("1E+5")),
        (bool, "Yes", True),
        (bool, "off", False),
        (date, "2011-12-09", date(2011, 12, 9)),
        (datetime, "2011-12-09T08:00", datetime.fromisoformat("2011-12-09T08:00")),
        (datetime, "2011-12-09 08:00:01.5", datetime.fromisoformat("2011-12-09T08:00:01.5")),
        (datetime, "2011-12-09T08:00Z", datetime(2011, 12, 9, 8, tzinfo=UTC)),
        (datetime, "2011-12-09T08:00+01:00", datetime(2011, 12, 9, 8, tzinfo=timezone(timedelta(hours=1)))),
        (Path, "~/a", Path("~/a")),
        (Path, "../$HOME", Path("../$HOME")),
    ],
)
def test_a_text_that_spells_a_value_is_read_as_it(kind: type, text: str, value: object) -> None:
    """Type and value are those that the text spells, to the last digit."""
    assert same(READERS[kind](text), value)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        *((int, text) for text in ("007", "1.0", "1_000", "١", "１", " 1", "1 ", "", "1e3", "0x1f", "--1", "1\n")),
        *(
            (float, text)
            for text in ("1e999", "1e-999", "1,5", "1_0", "007", "00.5", " 1", "１", "infinity", "NaN", "")
        ),
        *((float, text) for text in ("9007199254740993", "1e", ".", "0x1p3", "1e" + "9" * 30)),
        *((Decimal, text) for text in ("1_0", " 1", "１", "sNaN", "Infinity", "1e" + "9" * 19, "01.10", "")),
        *((bool, text) for text in ("1", "", "t", "truе")),
        *((date, text) for text in ("20111209", "2011-12-32", "2011-12-09T00:00", "２011-12-09", "2011-W01-1", "")),
        *((datetime, text) for text in ("2011-12-09", "2011-12-09T24:00", "2011-12-09T08", "2011-12-09T08:00 Z")),
        *((datetime, text) for text in ("2011-12-09T08:00:00.1234567", "20111209T0800", "2011-12-09T08:00+25:00")),
        *((Path, text) for text in ("", "a\0b")),
        (int, "1" * (LONGEST + 1)),
    ],
)
def test_other_text_is_refused(kind: type, text: str) -> None:
    """A text that would have to be bent to fit the type is refused, in one line."""
    with pytest.raises(ValueError, match=r"not|neither|beyond|no path|more than") as refused:
        READERS[kind](text)
    assert "\n" not in str(refused.value)


def test_what_is_shown_is_short() -> None:
    """A value in a message is cut, and one that Python cannot write is named by its type."""
    assert len(shown("x" * 1000)) < 110
    assert shown(10**5000) == "a value of type int that is too large to be shown"
