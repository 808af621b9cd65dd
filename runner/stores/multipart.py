"""A large file's way into a bucket: in parts, each with its checksum, put together if nothing lies there."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from runner.errors import RunnerError

CHECKSUM = "SHA256"
Ask = Callable[[Callable[[], Any]], Any]
"""How a request is made, and made again: `S3Store.ask`."""


class AlteredError(Exception):
    """The parts that were read do not add up to the digest that the file should have."""


def upload(
    client: Any,  # noqa: ANN401 - a boto3 client
    ask: Ask,
    place: dict[str, str],
    path: Path,
    sha256: str,
    part_bytes: int,
    options: dict[str, Any],
) -> dict[str, Any]:
    """Upload a file to a `place` (bucket and key), and return the bucket's answer.

    Raises an `AlteredError` where the file has another digest; then nothing lies there. Parts that were sent in vain
    are given back, as long as the bucket listens.
    """
    whole, parts = hashlib.sha256(), list[dict[str, Any]]()
    begun = ask(lambda: client.create_multipart_upload(**place, ChecksumAlgorithm=CHECKSUM, **options))
    place = {**place, "UploadId": begun["UploadId"]}
    try:
        for number, part in enumerate(_parts(path, part_bytes), start=1):
            whole.update(part)
            parts.append(_send(client, ask, place, number, part))
        if whole.hexdigest() != sha256:
            raise AlteredError
        together = {"MultipartUpload": {"Parts": parts}, "IfNoneMatch": "*"}
        answer: dict[str, Any] = ask(lambda: client.complete_multipart_upload(**place, **together))
    except (RunnerError, ClientError, AlteredError):
        _forget(client, place)
        raise
    return answer


def checksum_of(path: Path, part_bytes: int) -> bytes:
    """What S3 keeps as the checksum of a file that came in parts: the digest of the parts' digests."""
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in _parts(path, part_bytes))).digest()


def spelt(digest: bytes) -> str:
    """A digest as S3 spells it."""
    return base64.b64encode(digest).decode()


def is_spelt(told: str, digest: bytes) -> bool:
    """Whether a checksum as S3 tells it is that digest; behind a hyphen it tells the number of parts."""
    return told.partition("-")[0] == spelt(digest)


def _parts(path: Path, size: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from iter(lambda: file.read(size), b"")


def _send(client: Any, ask: Ask, place: dict[str, str], number: int, part: bytes) -> dict[str, Any]:  # noqa: ANN401
    checksum = spelt(hashlib.sha256(part).digest())
    options = {"PartNumber": number, "ChecksumAlgorithm": CHECKSUM, "ChecksumSHA256": checksum}
    sent = ask(lambda: client.upload_part(**place, Body=part, **options))
    return {"PartNumber": number, "ETag": sent["ETag"], "ChecksumSHA256": checksum}


def _forget(client: Any, place: dict[str, str]) -> None:  # noqa: ANN401 - a boto3 client
    try:
        client.abort_multipart_upload(**place)
    except (BotoCoreError, ClientError):
        return  # the fault that brought us here is the one to tell; the bucket's lifecycle rule removes the parts
