"""Inputs: what a pipeline names is fetched by the runner, digested, and handed to the notebook as a local path."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import requests
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    IncompleteReadError,
    NoCredentialsError,
    ResponseStreamingError,
)
from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from runner import digests, extracts
from runner.delivery.stores import s3_client
from runner.errors import InputError
from runner.settings import Settings, masked

CONNECT_S, READ_S = 5, 30
CHUNK_BYTES = 1 << 20
_NAME = re.compile(r"[a-z][a-z0-9_-]*(:[a-z0-9_-]+)*")
"""A name that the notebook understands by itself, such as `auto` or `uci:online-retail`: no path, no address."""
_SECRET = re.compile(r"(?i)([?&][^=&#]*(?:sig|token|key|secret|password|credential)[^=&#]*)=[^&#]*")
_PASSES = {429, 500, 502, 503, 504}
_BROKEN_OFF = (
    requests.ConnectionError,
    requests.Timeout,
    requests.exceptions.ChunkedEncodingError,
    IncompleteReadError,
    ResponseStreamingError,
)


@dataclass(frozen=True)
class Input:
    """One input of a run, as its record keeps it."""

    value: str
    """What was asked for, with every password and signature masked."""
    injected: str
    """What the notebook's parameter gets: an absolute path, or the name that was asked for."""
    sha256: str | None = None
    """Digest of the file, or of the list of files and digests of a folder; None for a name."""
    version: str | None = None
    """The object's version id, or the web server's ETag or time of change."""
    bytes: int | None = None
    rows: int | None = None
    """Rows read from a database; files are counted by who reads them."""


def fetch(value: str, folder: Path, settings: Settings) -> Input:
    """Bring an input near: S3 objects, web addresses and SQL tables are copied below `folder`, paths are digested.

    A name stays as it is. Raises an `InputError` of one line that says what to do.
    """
    scheme = value.partition("://")[0].split("+")[0].lower() if "://" in value else ""
    if not scheme:
        return Input(value, value) if _NAME.fullmatch(value) else _local(value)
    if scheme not in _WAYS:
        known = ", ".join(f"{way}://" for way in _WAYS)
        raise InputError(f"{shown(value)}: the runner fetches {known}, and takes paths and names as they are")
    place = folder / hashlib.sha256(value.encode()).hexdigest()[:8]
    place.mkdir(parents=True, exist_ok=True)
    try:
        return _WAYS[scheme](value, place, settings)
    except InputError as fault:
        raise InputError(f"{shown(value)}: {shown(str(fault))}") from fault


def shown(value: str) -> str:
    """The text with the passwords and signatures of addresses replaced by `***`."""
    return _SECRET.sub(r"\1=***", masked(value))


def _local(value: str) -> Input:
    path = Path(value).expanduser().resolve()
    if path.is_dir():
        sizes = [file.stat().st_size for file in path.rglob("*") if file.is_file()]
        if not sizes:
            raise InputError(f"{path}: the folder holds no file")
        return Input(value, str(path), digests.of_folder(path), bytes=sum(sizes))
    if not path.is_file():
        raise InputError(f"{path}: there is no such file or folder (relative paths start from where runner was called)")
    try:
        return Input(value, str(path), digests.of_file(path), bytes=path.stat().st_size)
    except OSError as fault:
        raise InputError(f"{path}: cannot be read: {fault.strerror}") from fault


def _from_s3(value: str, place: Path, settings: Settings) -> Input:
    bucket, _, key = value.removeprefix("s3://").partition("/")
    client = s3_client(settings.endpoint_url)
    try:
        if key and not key.endswith("/"):
            path = place / _plain(key.rpartition("/")[2])
            version = _patiently(partial(_download_object, client, bucket, key, path))
            return _copied(value, path, version=version)
        pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=key)
        objects = [found["Key"] for page in pages for found in page.get("Contents", []) if found["Size"]]
        for name in objects:
            path = place.joinpath(*(_plain(part) for part in name.removeprefix(key).split("/")))
            path.parent.mkdir(parents=True, exist_ok=True)
            _patiently(partial(_download_object, client, bucket, name, path))
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
    return Input(shown(value), str(place), digests.of_folder(place), bytes=size)


def _from_web(value: str, place: Path, _: Settings) -> Input:
    path = place / _plain(unquote(urlsplit(value).path.rpartition("/")[2]))
    try:
        version = _patiently(partial(_download_page, value, path))
    except requests.HTTPError as fault:
        raise InputError(f"the server refused: {fault.response.status_code} {fault.response.reason}") from fault
    except requests.RequestException as fault:
        raise InputError(
            f"the server did not answer: {type(fault).__name__}; try again, or download the file"
        ) from fault
    return _copied(value, path, version=version)


def _from_database(value: str, place: Path, _: Settings) -> Input:
    path = place / "table.parquet"
    return _copied(value, path, rows=extracts.extract(value, path))


_WAYS: dict[str, Callable[[str, Path, Settings], Input]] = {
    "s3": _from_s3,
    "http": _from_web,
    "https": _from_web,
    **dict.fromkeys(extracts.SCHEMES, _from_database),
}


def _copied(value: str, path: Path, *, version: str | None = None, rows: int | None = None) -> Input:
    return Input(shown(value), str(path.resolve()), digests.of_file(path), version, path.stat().st_size, rows)


def _download_object(client: Any, bucket: str, key: str, path: Path) -> str | None:  # noqa: ANN401 - boto3's client
    answer = client.get_object(Bucket=bucket, Key=key)
    _save(answer["Body"].iter_chunks(CHUNK_BYTES), path)
    return answer.get("VersionId")


def _download_page(url: str, path: Path) -> str | None:
    # Compressed on the way would be another file than the one that is named.
    headers = {"Accept-Encoding": "identity"}
    with requests.get(url, stream=True, timeout=(CONNECT_S, READ_S), headers=headers) as answer:
        answer.raise_for_status()
        _save(answer.iter_content(CHUNK_BYTES), path)
        return answer.headers.get("ETag") or answer.headers.get("Last-Modified")


def _save(chunks: Iterable[bytes], path: Path) -> None:
    aside = path.with_name(f".{path.name}")
    with aside.open("wb") as file:
        for chunk in chunks:
            file.write(chunk)
    aside.replace(path)


def _patiently(download: Callable[[], str | None]) -> str | None:
    """The download, begun again after faults of the network that pass by themselves."""
    attempts = Retrying(
        retry=retry_if_exception(_passes_by_itself),
        wait=wait_random_exponential(multiplier=0.3, max=5),
        stop=stop_after_attempt(3),
        reraise=True,
    )
    return attempts(download)


def _passes_by_itself(fault: BaseException) -> bool:
    if isinstance(fault, requests.HTTPError):
        return fault.response.status_code in _PASSES
    # boto3 has its own attempts for whole requests; what is left to us is a body that breaks off.
    return isinstance(fault, _BROKEN_OFF)


def _plain(name: str) -> str:
    """A file name made safe: nothing hidden, nothing that climbs, no odd characters."""
    return re.sub(r"[^A-Za-z0-9._-]", "_", name).lstrip(".") or "input"
