"""Parquet files of transactions as an engine reads them, and whether it can."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from insiders.columns import claim
from insiders.engines.duck import MEMORY, duck
from insiders.engines.engine import Engine
from insiders.engines.statements import statement
from insiders.errors import SourceError
from insiders.sources.loading import is_named
from insiders.sources.readers import READERS
from insiders.transactions.from_files import read_files

SUFFIXES = frozenset({".parquet", ".pq"})
PACKED = frozenset({".zip", ".gz"})


@dataclass(frozen=True)
class Files:
    """Where transactions lie, and how they are to be read."""

    paths: list[Path]
    mapping: Mapping[str, str] | None = None
    """For columns with other names, ``{"invoice": "order number"}``."""
    today: date | None = None
    """Nothing is sold after it."""

    @property
    def names(self) -> list[str]:
        """The paths as text."""
        return [str(path) for path in self.paths]

    @property
    def ends(self) -> npt.NDArray[np.int64]:
        """The rows up to the end of each file."""
        return np.cumsum([pq.read_metadata(path).num_rows for path in self.paths])

    @contextmanager
    def read(self) -> Iterator[tuple[Engine, int, int]]:
        """An engine that has read them, their rows, and how many of them repeat an invoice of an earlier file.

        The relation ``raw`` has the transactions, ``checked`` and ``once`` those of `transactions.from_files` too.
        """
        with duck(memory=MEMORY) as engine:
            rows, repeated = read_files(engine, self.names, mapping=self.mapping, today=self.today)
            engine.keep("raw", statement("intake", "raw"), computed=False)
            yield engine, rows, repeated


def fitting(source: str, mapping: Mapping[str, str] | None, most: int) -> list[Path]:
    """The files behind a source of more than ``most`` rows that an engine reads exactly as pandas would; else none.

    Where text has to be read as numbers or times, or a file cannot be read, pandas knows more ways, and more to say.
    """
    path = Path(source).expanduser()
    if is_named(source) or not path.exists():
        return []
    inside = sorted(entry for entry in path.iterdir() if entry.is_file()) if path.is_dir() else [path]
    seen = [entry for entry in inside if not entry.name.startswith(".")]
    found = [entry for entry in seen if entry.suffix.lower() in READERS.keys() | PACKED]
    if not found or any(entry.suffix.lower() not in SUFFIXES for entry in found):
        return []
    try:
        sizes, kinds = zip(*(_opened(entry, mapping) for entry in found), strict=True)
    except (SourceError, pa.ArrowException, OSError):
        return []
    alike = min(sizes) > 0 and all(kind == kinds[0] and _plain(kind) for kind in kinds)
    return found if alike and sum(sizes) > most else []


def _opened(path: Path, mapping: Mapping[str, str] | None) -> tuple[int, dict[str, tuple[str, pa.DataType]]]:
    """The rows of a file, and which column of which type serves as each of the contract's."""
    metadata = pq.read_metadata(path)
    schema = metadata.schema.to_arrow_schema()
    claimed = claim(schema.names, mapping)
    return metadata.num_rows, {column: (name, schema.field(name).type) for column, name in claimed.items()}


def _plain(kinds: Mapping[str, tuple[str, pa.DataType]]) -> bool:
    """Whether times are kept as times on the shop's clock and numbers as numbers."""
    time = kinds["time"][1]
    numbers = [kinds[column][1] for column in ("quantity", "unit_price")]
    local = pa.types.is_date(time) or (pa.types.is_timestamp(time) and time.tz is None)
    return bool(local and all(pa.types.is_integer(kind) or pa.types.is_floating(kind) for kind in numbers))
