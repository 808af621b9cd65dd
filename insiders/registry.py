"""The models of a run: saved and loaded as plain data, with an index that says what each was made of.

    FOLDER/models.json    for each file: format, SHA-256, bytes, library versions, what it was trained on, its errors
    FOLDER/NAME.npz       arrays
    FOLDER/NAME.json      facts
    FOLDER/NAME.safetensors   the weights of a network
    FOLDER/NAME.txt       trees in LightGBM's own text
    FOLDER/NAME.parquet   a table, such as the sales that a champion goes on from
    FOLDER/NAME.skops     an estimator of scikit-learn, of the types that `model_files.estimators` names

The format goes by the name's ending, and there is none that could carry code: no pickle, joblib or torch file is
loaded, whoever wrote it. The index tells a damaged or mixed-up file, but who can write the one can write the other. So
a file is read as if it came from a stranger even where its digest is right; and who needs to know that it is the very
file of a run hands in the digest that the run's record has.
"""

from __future__ import annotations

import errno
import hashlib
import importlib
import os
import re
import stat
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

from insiders.errors import ModelError
from insiders.model_files import documents, zips

INDEX = "models.json"
FORMAT = 1
FORMATS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    ".npz": ("insiders.model_files.arrays", ("numpy",)),
    ".json": ("insiders.model_files.documents", ()),
    ".safetensors": ("insiders.model_files.tensors", ("numpy", "safetensors")),
    ".txt": ("insiders.model_files.boosters", ("lightgbm",)),
    ".parquet": ("insiders.model_files.frames", ("pandas", "pyarrow")),
    ".skops": ("insiders.model_files.estimators", ("numpy", "scikit-learn", "skops")),
}
"""By ending: the module that writes and reads the format, and the libraries whose versions count."""
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*(?P<ending>\.[a-z0-9]+)")


@dataclass(frozen=True)
class Training:
    """What a model was trained on."""

    tables: Mapping[str, str]
    """SHA-256 of each hand-off table that it was made of."""
    first_day: str
    last_day: str
    """The days it learnt from, as ISO dates."""


@dataclass(frozen=True)
class Entry:
    """What the index says of one file."""

    format: str
    sha256: str
    bytes: int
    libraries: Mapping[str, str]
    training: Mapping[str, Any] | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)


def trained_on(run_folder: str | os.PathLike[str], tables: Iterable[str], first_day: date, last_day: date) -> Training:
    """What a model is trained on that learns from these hand-off tables of the run."""
    places = {name: Path(run_folder) / "tables" / f"{name}.parquet" for name in tables}
    digests = {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in places.items()}
    return Training(digests, f"{first_day:%Y-%m-%d}", f"{last_day:%Y-%m-%d}")


def save(
    folder: Path,
    name: str,
    content: Any,  # noqa: ANN401 - what the format of the name can hold
    *,
    training: Training | None = None,
    metrics: Mapping[str, float] | None = None,
    libraries: Iterable[str] = (),
) -> list[Path]:
    """Write a model and its entry in the index; the paths of both. Equal models leave equal files.

    `libraries` are those that the model needs beside its format's own. A `ModelError` where the format cannot hold it.
    """
    ending = _ending(name)
    module, own = FORMATS[ending]
    try:
        written: bytes = importlib.import_module(module).write(content)
    except ModelError as fault:
        raise ModelError(f"{name} was not saved: {fault}") from fault
    entry = Entry(
        format=ending[1:],
        sha256=hashlib.sha256(written).hexdigest(),
        bytes=len(written),
        libraries={library: version(library) for library in sorted({*own, *libraries})},
        training=None if training is None else asdict(training),
        metrics=dict(metrics or {}),
    )
    folder.mkdir(parents=True, exist_ok=True)
    index = {**(_index(folder) if (folder / INDEX).exists() else {}), name: asdict(entry)}
    listed = documents.write({"format": FORMAT, "models": dict(sorted(index.items()))})
    return [_write(folder / name, written), _write(folder / INDEX, listed)]


def load(folder: Path, name: str, *, sha256: str | None = None) -> Any:  # noqa: ANN401 - as the name's format has it
    """Read a model that `save` wrote. Every doubt is a `ModelError`, and nothing in the file is ever run.

    With `sha256`, the digest in a run's record, it is that very file or an error.
    """
    # Loading an estimator's reader takes seconds, which no other model waits for.
    module = FORMATS[_ending(name)][0]
    entry = entries(folder).get(name)
    if entry is None:
        raise ModelError(f"{folder / INDEX} knows no model {name}")
    content = _read(folder / name)
    found = hashlib.sha256(content).hexdigest()
    if found != entry.sha256 or len(content) != entry.bytes:
        raise ModelError(f"{folder / name} is not the file that {INDEX} describes: train the model again")
    if sha256 not in (None, found):
        raise ModelError(f"{folder / name} is not the file of the run: its digest is {found}, not {sha256}")
    try:
        return importlib.import_module(module).read(content)
    except ModelError as fault:
        raise ModelError(f"{folder / name} {fault}") from fault


def entries(folder: Path) -> dict[str, Entry]:
    """What the index of a folder says of each model."""
    found = {}
    for name, told in _index(folder).items():
        try:
            entry = Entry(**told)
            good = isinstance(entry.sha256, str) and type(entry.bytes) is int
        except TypeError:
            good = False
        if not good:
            raise ModelError(f"{folder / INDEX}: the entry {name!r} is none of this registry")
        found[name] = entry
    return found


def _index(folder: Path) -> dict[str, Any]:
    try:
        told = documents.read(_read(folder / INDEX))
    except ModelError as fault:
        raise ModelError(f"{folder / INDEX} {fault}") from fault
    if not isinstance(told, dict) or told.get("format") != FORMAT or not isinstance(told.get("models"), dict):
        raise ModelError(f"{folder / INDEX} is no index of format {FORMAT}")
    return told["models"]


def _ending(name: str) -> str:
    found = _NAME.fullmatch(name)
    if found is None or name == INDEX or found["ending"] not in FORMATS:
        raise ModelError(f"{name!r}: a model is called NAME{', NAME'.join(FORMATS)}; no other format is safe to load")
    return found["ending"]


def _read(path: Path) -> bytes:
    """The bytes of a plain file that is not reached through a link; they are read once, and nothing is read twice."""
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode) or found.st_size > zips.MOST_BYTES:
                raise ModelError(f"{path} is no plain file of at most {zips.MOST_BYTES:,} bytes")
            return file.read(zips.MOST_BYTES + 1)
    except OSError as fault:
        why = "it is a link" if fault.errno == errno.ELOOP else fault.strerror
        raise ModelError(f"{path} cannot be read: {why}") from fault


def _write(path: Path, content: bytes) -> Path:
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    aside.write_bytes(content)
    aside.replace(path)
    return path
