"""What we may do in the bucket: each act of a delivery is tried on what is not there, so that none leaves anything.

S3 asks whether somebody may do a thing before it looks for what it is to be done to ("How Amazon S3 authorizes a
request" in its guide). So an act on a name or an upload that does not exist is answered with 403 where the right is
missing, and otherwise with 404 or another refusal. Whether we may write is asked by the request that would put parts of
an upload together: it has the condition that policies of the archive ask for, and an upload that was never begun
cannot come to anything, not even where a store knows no conditions. Nothing is kept, and no right is needed that a
delivery does not use.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from runner.stores import multipart
from runner.stores.objects import OBJECTS, QUARANTINE
from runner.stores.patience import code_of, status_of
from runner.stores.s3 import S3Store

NOTHING = "preflight"
"""A name that no file has, and the number of an upload that nobody has begun."""
PARTS = {"Parts": [{"PartNumber": 1, "ETag": NOTHING}]}
AT_ONCE = 8
DENIALS = ("AccessDenied", "AccessForbidden", "AllAccessDisabled", "Forbidden", "403")
LIST, LOCK = "s3:ListBucket", "s3:GetBucketObjectLockConfiguration"
READ, WRITE, ABORT = "s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"
KEEP, SEE_KEPT = "s3:PutObjectRetention", "s3:GetObjectRetention"
_WHO = re.compile(r"User: (?P<who>\S+) is not authorized")


@dataclass(frozen=True)
class Denial:
    """An act that the bucket does not let us do."""

    action: str
    """As IAM calls it."""
    place: str
    """The bucket, or the beginning of names below which we may not."""
    who: str = ""
    """Who we are to the bucket, where it says so."""


@dataclass(frozen=True)
class Target:
    """A kind of file that a delivery writes, and a key at which one would lie."""

    shown: str
    """The key as a person knows it, such as `objects/` or `monthly/*/run.json`."""
    key: str
    anew: bool = False
    """Whether it is written again and again, and never locked."""
    again: bool = False
    """Whether it is found there by later runs, and then kept for longer."""
    large: bool = False
    """Whether it may travel in parts."""


ROOMS = tuple(Target(f"{room}/", f"{room}/{NOTHING}", again=True, large=True) for room in (OBJECTS, QUARANTINE))


@dataclass(frozen=True)
class _Attempt:
    action: str
    place: str
    request: Callable[[], Any]


def denied(store: S3Store, named: Iterable[Target]) -> list[Denial]:
    """What we may not do; a `PlaceError` where the bucket does not answer, or does not know us at all.

    `named` are the files that go by a name; nothing needs to lie there. While we may not list, nobody can tell whether
    we may read: S3 then says 403 of all that is missing.
    """
    first = _of_bucket(store)
    lists = not any(one.action == LIST for one in first)
    attempts = [one for one in _of_keys(store, named) if lists or one.action not in (READ, SEE_KEPT)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return [*first, *(one for one in pool.map(_tried, attempts) if one is not None)]


def _of_bucket(store: S3Store) -> list[Denial]:
    """What is asked of the bucket as a whole, and patiently, for all else makes sense only when it answers."""
    place = {"Bucket": store.bucket}
    found = []
    for action, request in {
        LIST: lambda: store.client.list_objects_v2(**place, Prefix=store.name(""), MaxKeys=1),
        LOCK: lambda: store.client.get_object_lock_configuration(**place),
    }.items():
        try:
            store.ask(request)
        except ClientError as fault:
            if _is_denial(fault):
                found.append(_denial(action, store.bucket, fault))
            elif action == LIST:
                raise store.away(fault) from fault
    return found


def _of_keys(store: S3Store, named: Iterable[Target]) -> Iterator[_Attempt]:
    client, retention = store.client, store.retention
    for target in (*ROOMS, *named):
        place = {"Bucket": store.bucket, "Key": store.name(target.key)}
        upload = {**place, "UploadId": NOTHING}
        calls: dict[str, Callable[[], Any]] = {
            READ: partial(client.get_object, **place),
            WRITE: partial(client.complete_multipart_upload, **upload, MultipartUpload=PARTS, IfNoneMatch="*"),
        }
        if target.large:
            calls[ABORT] = partial(client.abort_multipart_upload, **upload)
        if retention is not None and (target.again or (retention.asked and not target.anew)):
            longer = {"Mode": retention.mode, "RetainUntilDate": retention.until()}
            calls[KEEP] = partial(
                client.put_object_retention, **place, Retention=longer, ChecksumAlgorithm=multipart.CHECKSUM
            )
        if retention is not None and target.again:
            calls[SEE_KEPT] = partial(client.get_object_retention, **place)
        for action, call in calls.items():
            yield _Attempt(action, store.name(target.shown), call)


def _tried(attempt: _Attempt) -> Denial | None:
    """What became of an attempt: whatever is said but that it is denied says that it is not."""
    try:
        attempt.request()
    except ClientError as fault:
        return _denial(attempt.action, attempt.place, fault) if _is_denial(fault) else None
    except BotoCoreError:
        return None  # the bucket has answered a moment ago; a delivery tries again, and we need not
    return None


def _is_denial(fault: ClientError) -> bool:
    """Whether it is this act that is denied, and not who we are that is doubted."""
    return status_of(fault) == 403 and code_of(fault) in DENIALS


def _denial(action: str, place: str, fault: ClientError) -> Denial:
    match = _WHO.search(str(fault.response.get("Error", {}).get("Message", "")))
    return Denial(action, place, match["who"] if match else "")
