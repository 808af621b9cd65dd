"""Downloads from the web and from S3: written aside, begun again where the network failed, and never without an end."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

import requests
from botocore.exceptions import IncompleteReadError, ResponseStreamingError
from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from runner.errors import InputError

CONNECT_S, READ_S = 5, 30
STALL_S = 60
"""A download that brings less than one chunk in this time has stalled, however often a byte still comes."""
CHUNK_BYTES = 64 << 10
POLL_S = 0.1
_PASSES = {429, 500, 502, 503, 504}
_BROKEN_OFF = (
    requests.ConnectionError,
    requests.Timeout,
    requests.exceptions.ChunkedEncodingError,
    IncompleteReadError,
    ResponseStreamingError,
)
Stopped = Callable[[], bool]
"""Whether somebody wants the download to end."""


def never() -> bool:
    """Nobody stops it."""
    return False


@dataclass
class _Download:
    """One download under way, in a thread of its own, since a socket that drips cannot be hurried from within."""

    work: Callable[[_Download], str | None]
    answer: str | None = None
    fault: BaseException | None = None
    heard: float = field(default_factory=monotonic)
    given_up: bool = False

    def run(self) -> None:
        try:
            self.answer = _patiently(lambda: self.work(self))
        except BaseException as fault:  # noqa: BLE001 - it is raised again in the thread that waits
            self.fault = fault

    def save(self, chunks: Iterable[bytes], path: Path) -> None:
        """Write what comes aside, and move it into place when all is there."""
        aside = path.with_name(f".{path.name}")
        try:
            with aside.open("wb") as file:
                for chunk in chunks:
                    file.write(chunk)
                    self.heard = monotonic()
                    if self.given_up:
                        break
            if not self.given_up:
                aside.replace(path)
        finally:
            aside.unlink(missing_ok=True)


def page(url: str, path: Path, stopped: Stopped = never) -> str | None:
    """Download a web address to a file; its ETag or time of change."""

    def work(download: _Download) -> str | None:
        # Compressed on the way would be another file than the one that is named.
        headers = {"Accept-Encoding": "identity"}
        with requests.get(url, stream=True, timeout=(CONNECT_S, READ_S), headers=headers) as answer:
            answer.raise_for_status()
            download.save(answer.iter_content(CHUNK_BYTES), path)
            return answer.headers.get("ETag") or answer.headers.get("Last-Modified")

    return _watched(work, stopped)


def s3_object(client: Any, bucket: str, key: str, path: Path, stopped: Stopped = never) -> str | None:  # noqa: ANN401 - boto3's
    """Download an object to a file; its version id."""

    def work(download: _Download) -> str | None:
        answer = client.get_object(Bucket=bucket, Key=key)
        download.save(answer["Body"].iter_chunks(CHUNK_BYTES), path)
        version: str | None = answer.get("VersionId")
        return version

    return _watched(work, stopped)


def _watched(work: Callable[[_Download], str | None], stopped: Stopped) -> str | None:
    """What the download answers; an `InputError` when it stalls or somebody stops it."""
    download = _Download(work)
    thread = threading.Thread(target=download.run, name="download", daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(POLL_S)
        if stopped():
            download.given_up = True
            raise InputError("the download was stopped")
        if thread.is_alive() and monotonic() - download.heard > STALL_S:
            download.given_up = True
            raise InputError(f"nothing to speak of came for {STALL_S:g} seconds; try again, or download the file")
    if download.fault is not None:
        raise download.fault
    return download.answer


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
