"""Tables as Parquet, of plain texts, numbers and days; read as if from a stranger.

What Parquet can carry beside its columns (types of other libraries, pandas' own notes) is neither written nor looked
at, and a file may hold no more rows than its limit: a few bytes can stand for billions of them.
"""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from insiders.errors import ModelError
from insiders.model_files import zips

MOST_ROWS = 50_000_000


def write(content: pd.DataFrame) -> bytes:
    """The table as a file, texts as dictionaries; equal tables give equal files. A `ModelError` for odd columns."""
    columns = {str(name): _column(str(name), values) for name, values in content.items()}
    target = pa.BufferOutputStream()
    pq.write_table(pa.table(columns), target, compression="zstd", store_schema=False)
    return bytes(target.getvalue())


def read(content: bytes) -> pd.DataFrame:
    """The table, texts as categories; a `ModelError` where the file is anything else."""
    try:
        with pq.ParquetFile(pa.BufferReader(content)) as file:
            told = file.metadata
            size = sum(told.row_group(group).total_byte_size for group in range(told.num_row_groups))
            if told.num_rows > MOST_ROWS or size > zips.MOST_BYTES * 8:
                raise ModelError(f"says that it holds {told.num_rows:,} rows of {size:,} bytes, more than any history")
            fields = {field.name: field.type for field in file.schema_arrow}
            texts = [name for name, kind in fields.items() if pa.types.is_string(kind)]
            if len(fields) < len(file.schema_arrow):
                raise ModelError("has two columns of one name")
            if odd := [name for name, kind in fields.items() if name not in texts and not _is_plain(kind)]:
                raise ModelError(
                    f"holds the column {odd[0]} of {fields[odd[0]]}: only texts, numbers and days are read"
                )
        table = pq.ParquetFile(pa.BufferReader(content), read_dictionary=texts).read()
        return pd.DataFrame({name: _values(table.column(name)) for name in fields})
    except (pa.ArrowException, OSError, ValueError, OverflowError, UnicodeDecodeError) as fault:
        raise ModelError(f"is no whole Parquet file: {fault}") from fault


def _is_plain(kind: pa.DataType) -> bool:
    return bool(pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_date32(kind))


def _column(name: str, values: pd.Series) -> pa.Array:
    if isinstance(values.dtype, pd.CategoricalDtype | pd.StringDtype):
        return pa.array(values.astype(object), pa.string())
    if values.dtype.kind == "M":
        return pa.array(values.to_numpy(dtype="datetime64[D]"), pa.date32())
    if values.dtype.kind not in "iuf":
        raise ModelError(f"the column {name} holds {values.dtype}: only texts, numbers and days are kept")
    return pa.array(values.to_numpy())


def _values(column: pa.ChunkedArray) -> pd.Series:
    if pa.types.is_date32(column.type):
        return pd.Series(column.to_numpy().astype("datetime64[ns]"))
    if pa.types.is_dictionary(column.type):
        return column.unify_dictionaries().to_pandas()
    return pd.Series(column.to_numpy())
