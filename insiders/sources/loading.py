"""Where transactions come from: a file, a folder, a public data set or the generated shop.

Every source ends in the same raw columns (`insiders.columns.RAW`), whole rows in the order they were written; rows
that break the contract of a transaction are in the quarantine with the reason.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa

from insiders.columns import RAW, SHEET
from insiders.demo_shop import shop as demo_shop
from insiders.errors import SourceError
from insiders.sources import overlap, readers, uci
from insiders.sources.files import Part, digest
from insiders.sources.raw import Raw, Reading, transcribe

AUTO = "auto"
FIRST_CHOICE = "uci:online-retail"
"""What ``auto`` takes where it can be had."""

UNKNOWN_CURRENCY = "¤"
"""The sign for a currency that nobody named."""


@dataclass(frozen=True)
class Source:
    """Transactions as their source has them, and what is to be known about it."""

    name: str
    """The source as resolved: the name of a data set, ``demo:1000``, or a path."""
    transactions: pd.DataFrame
    """The raw columns: text, whole quantities, times, prices; every row meets the contract of a transaction."""
    quarantine: pd.DataFrame
    """Rows that do not, as they were written, with place, row (from 1) and reason; hand-off table ``quarantine``."""
    sha256: str
    """Digest of the file read, or of the generated rows."""
    currency: str
    synthetic: bool
    citation: str | None
    rows_read: int
    """Rows of the source: transactions, quarantine and repeated ones."""
    rows_repeated: int
    """Rows left out, because their invoice stands in a later sheet or file again, row by row."""
    note: str
    """What a reader of the analysis has to know; empty where there is nothing."""

    def table(self) -> pd.DataFrame:
        """The one row of the hand-off table ``source``."""
        return pd.DataFrame(
            {
                "name": [self.name],
                "sha256": [self.sha256],
                "rows": [self.rows_read],
                "first_day": [self.transactions["time"].min()],
                "last_day": [self.transactions["time"].max()],
                "currency": [self.currency],
                "synthetic": [self.synthetic],
                "citation": [self.citation],
                "note": [self.note or None],
            }
        )


def load(
    source: str,
    *,
    mapping: Mapping[str, str] | None = None,
    decimal: str = ".",
    day_first: bool | None = None,
    currency: str = UNKNOWN_CURRENCY,
    seed: int = 42,
    today: date | None = None,
    places: Sequence[Path] | None = None,
    datasets: Mapping[str, uci.Dataset] = uci.DATASETS,
) -> Source:
    """Read transactions.

    ``source``: the path of a file (CSV, XLSX, Parquet, also as .gz or .zip) or of a folder of such files;
    ``uci:online-retail`` or ``uci:online-retail-ii`` (kept, or downloaded); ``demo`` or ``demo:CUSTOMERS`` (generated
    with ``seed``); ``auto``: uci:online-retail where it can be had, else the demo shop, which the note then says.

    ``mapping``: for columns with other names, ``{"invoice": "order number"}``. ``decimal``: the decimal sign in text.
    ``day_first``: for times such as 1/2/2011, where the data do not decide. ``currency``: of a file's prices.
    ``today``: nothing is sold after it. ``places``: where data sets are kept, the last one takes downloads.
    A `SourceError` names everything that is wrong, and what to do.
    """
    reading = Reading(decimal, day_first, today)
    where = uci.folders() if places is None else list(places)
    if source == AUTO:
        return _first_choice(datasets[FIRST_CHOICE], where, seed)
    if source in datasets:
        return _public(datasets[source], where)
    if _is_demo(source):
        return _generated(source, seed)
    if re.match(r"[a-z0-9+]+://", source):
        raise SourceError(f"{source}: addresses are fetched by the runner; here, give the path of a file")
    path = Path(source).expanduser()
    if not path.exists():
        names = ", ".join([AUTO, *datasets, "demo", "demo:CUSTOMERS"])
        raise SourceError(f"{source!r} is neither a file or folder that is there nor one of {names}")
    try:
        parts = readers.read(path, mapping)
        return _source(source, transcribe(parts, reading), sha256=digest(path), currency=currency, notes=_notes(parts))
    except SourceError as fault:
        raise SourceError(f"{source} cannot be read as transactions:\n{fault}") from fault


def is_named(source: str) -> bool:
    """Whether it names a data set or a generated shop, and no path."""
    return source == AUTO or source in uci.DATASETS or _is_demo(source)


def _is_demo(source: str) -> bool:
    return source == "demo" or source.startswith("demo:")


def _first_choice(dataset: uci.Dataset, places: Sequence[Path], seed: int) -> Source:
    """The real data where they can be had, else the demo shop, said loudly."""
    try:
        return _public(dataset, places)
    except SourceError as missing:
        demo = _generated("demo", seed)
        return replace(demo, note=f"{demo.note} The real data could not be had: {missing}.")


def _public(dataset: uci.Dataset, places: Sequence[Path]) -> Source:
    path = uci.kept(dataset, places) or _fetched(dataset, places[-1])
    try:
        parts = readers.read(path)
        raw = transcribe(parts, Reading())
        uci.check(dataset, raw.rows, set_aside=len(raw.quarantine))
    except SourceError as fault:
        raise SourceError(f"{path} cannot serve as {dataset.name}; remove or replace it:\n{fault}") from fault
    return _source(
        dataset.name,
        raw,
        sha256=digest(path),
        currency=dataset.currency,
        citation=dataset.citation,
        notes=_notes(parts),
    )


def _fetched(dataset: uci.Dataset, cache: Path) -> Path:
    """Download, check and keep a data set as Parquet; nothing is kept that is not as published."""
    kept = cache / f"{dataset.stem}.parquet"
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache, prefix=".download-") as aside:
            archive = Path(aside, "archive.zip")
            uci.download(dataset, archive)
            raw = transcribe(readers.read(archive), Reading())
            uci.check(dataset, raw.rows, set_aside=len(raw.quarantine))
            raw.rows.to_parquet(Path(aside, kept.name), index=False, compression="zstd")
            Path(aside, kept.name).replace(kept)
    except OSError as failure:
        raise SourceError(f"{dataset.name} cannot be kept in {cache} ({failure})") from failure
    return kept


def _generated(name: str, seed: int) -> Source:
    size = name.removeprefix("demo").removeprefix(":") or str(demo_shop.CUSTOMERS)
    if not size.isdecimal() or int(size) < 1:
        raise SourceError(f"{name!r}: after the colon stands the number of customers, for example demo:1000")
    rows = demo_shop.generate(customers=int(size), seed=seed)
    prints = pd.util.hash_pandas_object(rows, index=False)
    return _source(
        f"demo:{size}",
        transcribe([Part("demo shop", pa.Table.from_pandas(rows, preserve_index=False))], Reading()),
        sha256=hashlib.sha256(prints.to_numpy().tobytes()).hexdigest(),
        currency=demo_shop.CURRENCY,
        synthetic=True,
        notes=["GENERATED DATA: this is the demo shop; no customer in it is real."],
    )


def _source(
    name: str,
    raw: Raw,
    *,
    sha256: str,
    currency: str,
    synthetic: bool = False,
    citation: str | None = None,
    notes: Sequence[str] = (),
) -> Source:
    sheet = pd.Series(pd.factorize(raw.rows[SHEET])[0], index=raw.rows.index)
    again = overlap.repeated(raw.rows[list(RAW)], sheet)
    times = raw.rows.loc[again, "time"]
    told = [*notes, repeated_note(len(times), times.min(), times.max())] if len(times) else notes
    return Source(
        name=name,
        transactions=raw.rows.loc[~again, list(RAW)].reset_index(drop=True),
        quarantine=raw.quarantine,
        sha256=sha256,
        currency=currency,
        synthetic=synthetic,
        citation=citation,
        rows_read=len(raw.rows) + len(raw.quarantine),
        rows_repeated=int(again.sum()),
        note=" ".join(told),
    )


def repeated_note(rows: int, first: datetime, last: datetime) -> str:
    """What a reader has to know where two files overlap."""
    days = f"{first:%Y-%m-%d} to {last:%Y-%m-%d}"
    return f"{rows:,} rows from {days} stand in two sheets or files with the same invoices; they count once."


def _notes(parts: Sequence[Part]) -> list[str]:
    return list(dict.fromkeys(f"{note}." for part in parts for note in part.notes))
