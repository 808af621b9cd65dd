"""Inputs: what a pipeline names is fetched by the runner, digested, and handed to the notebook as a local path."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pyarrow as pa
import pyarrow.parquet as pq
import requests
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

from runner.errors import InputError
from runner.intake import downloads, extracts
from runner.intake.downloads import Stopped, never
from runner.records import digests
from runner.settings import Settings
from runner.stores.s3 import s3_client
from runner.values.shown import shown

_NAME = re.compile(r"[a-z][a-z0-9_-]*(:[a-z0-9_-]+)*")
"""A name that the notebook understands by itself, such as `auto` or `uci:online-retail`: no path, no address."""
_UNSET = re.compile(r"\$\{(?P<name>[A-Z_]+)\}")
"""A setting that the pipeline file names and nobody has set."""


@dataclass(frozen=True)
class Input:
    """One input of a run, as its record keeps it."""

    value: str
    """What was asked for, with every password and signature masked."""
    injected: str | None
    """What the notebook's parameter gets: an absolute path, or the name that was asked for; None where nothing is."""
    sha256: str | None = None
    """Digest of the file, or of the list of files and digests of a folder; None for a name."""
    version: str | None = None
    """The object's version id, or the web server's ETag or time of change."""
    bytes: int | None = None
    rows: int | None = None
    """Rows of a SQL table, or of Parquet files; other files are counted by who reads them."""


def fetch(value: str, folder: Path, settings: Settings, stopped: Stopped = never) -> Input:
    """Bring an input near: S3 objects, web addresses and SQL tables are copied below `folder`, paths are digested.

    A name stays as it is. Raises an `InputError` of one line that says what to do; also when a download stalls, or
    `stopped` says that somebody wants it to end.
    """
    if unset := _UNSET.search(value):
        raise InputError(f"{unset['name']} is not set; set it to a path or a URL, or give the input with -p")
    scheme = value.partition("://")[0].split("+")[0].lower() if "://" in value else ""
    if not scheme:
        return Input(value, value) if _NAME.fullmatch(value) else _local(value)
    if scheme not in _WAYS:
        known = ", ".join(f"{way}://" for way in _WAYS)
        raise InputError(f"{shown(value)}: the runner fetches {known}, and takes paths and names as they are")
    place = folder / hashlib.sha256(value.encode()).hexdigest()[:8]
    try:
        place.mkdir(parents=True, exist_ok=True)
        return _WAYS[scheme](value, place, settings, stopped)
    except InputError as fault:
        raise InputError(f"{shown(value)}: {shown(str(fault))}") from fault
    except OSError as fault:
        raise InputError(f"{shown(value)}: the copy could not be kept: {fault.strerror or fault}") from fault


def _local(value: str) -> Input:
    try:
        path = Path(value).expanduser().resolve()
        if path.is_dir():
            sizes = [file.stat().st_size for file in path.rglob("*") if file.is_file()]
            if not sizes:
                raise InputError(f"{path}: the folder holds no file")
            return Input(value, str(path), digests.of_folder(path), bytes=sum(sizes), rows=_rows(path))
        if not path.is_file():
            raise InputError(
                f"{path}: there is no such file or folder (relative paths start from where runner was called)"
            )
        return Input(value, str(path), digests.of_file(path), bytes=path.stat().st_size, rows=_rows(path))
    except (OSError, ValueError, RuntimeError) as fault:
        raise InputError(f"{value}: cannot be read: {getattr(fault, 'strerror', None) or fault}") from fault


def _from_s3(value: str, place: Path, settings: Settings, stopped: Stopped) -> Input:
    bucket, _, key = value.removeprefix("s3://").partition("/")
    client = s3_client(settings.endpoint_url, attempts=3)
    try:
        if key and not key.endswith("/"):
            path = place / _plain(key.rpartition("/")[2])
            version = downloads.s3_object(client, bucket, key, path, stopped)
            return _copied(value, path, version=version)
        pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=key)
        objects = [found["Key"] for page in pages for found in page.get("Contents", []) if found["Size"]]
        for name in objects:
            path = place.joinpath(*(_plain(part) for part in name.removeprefix(key).split("/")))
            path.parent.mkdir(parents=True, exist_ok=True)
            downloads.s3_object(client, bucket, name, path, stopped)
    except NoCredentialsError as fault:
        raise InputError("there are no AWS credentials; see `aws configure`, or AWS_PROFILE") from fault
    except ClientError as fault:
        said = fault.response["Error"]
        raise InputError(f"the bucket refused: {said.get('Code')}, {said.get('Message')}") from fault
    except BotoCoreError as fault:
        raise InputError(f"the bucket did not answer: {fault}") from fault
    if not objects:
        raise InputError("there is no object below this prefix")
    size = sum(file.stat().st_size for file in place.rglob("*") if file.is_file())
    return Input(shown(value), str(place), digests.of_folder(place), bytes=size, rows=_rows(place))


def _from_web(value: str, place: Path, _: Settings, stopped: Stopped) -> Input:
    path = place / _plain(unquote(urlsplit(value).path.rpartition("/")[2]))
    try:
        version = downloads.page(value, path, stopped)
    except requests.HTTPError as fault:
        raise InputError(f"the server refused: {fault.response.status_code} {fault.response.reason}") from fault
    except requests.RequestException as fault:
        raise InputError(
            f"the server did not answer: {type(fault).__name__}; try again, or download the file"
        ) from fault
    return _copied(value, path, version=version)


def _from_database(value: str, place: Path, _: Settings, __: Stopped) -> Input:
    path = place / "table.parquet"
    return _copied(value, path, rows=extracts.extract(value, path))


_WAYS: dict[str, Callable[[str, Path, Settings, Stopped], Input]] = {
    "s3": _from_s3,
    "http": _from_web,
    "https": _from_web,
    **dict.fromkeys(extracts.SCHEMES, _from_database),
}


def _copied(value: str, path: Path, *, version: str | None = None, rows: int | None = None) -> Input:
    rows = _rows(path) if rows is None else rows
    return Input(shown(value), str(path.resolve()), digests.of_file(path), version, path.stat().st_size, rows)


def _rows(path: Path) -> int | None:
    """Rows of a Parquet file or of a folder of them, as their ends say; None for everything else."""
    files = [one for one in path.rglob("*") if one.is_file()] if path.is_dir() else [path]
    if not all(one.suffix == ".parquet" for one in files):
        return None
    try:
        return sum(pq.read_metadata(one).num_rows for one in files)
    except (pa.ArrowException, OSError):
        return None  # whoever reads it will say what is wrong with it


def _plain(name: str) -> str:
    """A file name made safe: nothing hidden, nothing that climbs, no odd characters."""
    return re.sub(r"[^A-Za-z0-9._-]", "_", name).lstrip(".") or "input"
