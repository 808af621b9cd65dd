"""Tables as Parquet."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from insiders.errors import ModelError
from insiders.model_files import frames

TABLE = pd.DataFrame(
    {
        "date": pd.to_datetime(["2024-01-01", "2024-01-02"]),
        "store": pd.Categorical(["north", "south"]),
        "units": [1.0, 2.5],
    }
)


def parquet(table: pa.Table) -> bytes:
    """A table as another program would write it."""
    target = pa.BufferOutputStream()
    pq.write_table(table, target)
    return bytes(target.getvalue())


def test_a_table_comes_back_as_it_was() -> None:
    """Days, texts as categories, numbers; and equal tables give equal files."""
    pd.testing.assert_frame_equal(frames.read(frames.write(TABLE)), TABLE, check_categorical=False)
    assert frames.write(TABLE) == frames.write(TABLE.copy())


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PAR1", "no whole Parquet file"),
        (frames.write(TABLE)[:-20] + b"PAR1", "no whole Parquet file"),
        (parquet(pa.table({"a": pa.array([b"x"])})), "only texts, numbers and days"),
        (parquet(pa.table({"a": pa.array([[1]])})), "only texts, numbers and days"),
    ],
)
def test_anything_else_is_refused(content: bytes, said: str) -> None:
    """A file that is cut off, or holds other kinds of columns, is a `ModelError`."""
    with pytest.raises(ModelError, match=said):
        frames.read(content)


def test_a_file_of_too_many_rows_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the end of the file says is looked at first: a few bytes can stand for billions of rows."""
    monkeypatch.setattr(frames, "MOST_ROWS", 1)
    with pytest.raises(ModelError, match="more than any history"):
        frames.read(frames.write(TABLE))


def test_objects_are_not_written() -> None:
    """A column that is neither text nor number has no safe form."""
    with pytest.raises(ModelError, match="column odd"):
        frames.write(pd.DataFrame({"odd": [object()]}))
