"""Retention: how long a bucket with Object Lock keeps each object from everyone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from runner.stores.patience import patiently, status_of

MODE = "GOVERNANCE"
"""Where the bucket names no mode of its own: nobody deletes by accident, and an administrator who may can end it."""
WORTH_A_REQUEST = timedelta(days=1)
"""An object that is kept almost as long as it should be is left alone."""


@dataclass(frozen=True)
class Retention:
    """What a bucket with Object Lock does with what is put there now."""

    mode: str
    days: int
    asked: bool
    """Whether we say it with each object; otherwise the bucket does so by itself."""

    def until(self) -> datetime:
        """The end of the time, for what is put there now."""
        return datetime.now(UTC) + timedelta(days=self.days)

    def options(self) -> dict[str, Any]:
        """What a request says that makes an object."""
        if not self.asked:
            return {}
        return {"ObjectLockMode": self.mode, "ObjectLockRetainUntilDate": self.until()}

    def extension(self, head: dict[str, Any]) -> dict[str, Any] | None:
        """What to ask of an object that is used again, so that it is kept as long as a new one; None where it is."""
        until, kept = self.until(), head.get("ObjectLockRetainUntilDate")
        if kept is not None and kept > until - WORTH_A_REQUEST:
            return None
        # A mode is never made weaker, nor changed where it is not ours to say.
        return {"Mode": head.get("ObjectLockMode") or self.mode, "RetainUntilDate": until}


def of_bucket(client: Any, bucket: str, days: int | None) -> Retention | None:  # noqa: ANN401 - a boto3 client
    """What the bucket keeps, or is asked to keep: `days`, or else its own default; None where nothing is locked.

    A bucket that has no Object Lock, or does not let us ask, keeps nothing that we could count on.
    """
    try:
        answer = patiently(lambda: client.get_object_lock_configuration(Bucket=bucket))
    except ClientError as fault:
        if status_of(fault) in (400, 403, 404, 405, 501):
            return None
        raise
    lock = answer.get("ObjectLockConfiguration", {})
    if lock.get("ObjectLockEnabled") != "Enabled":
        return None
    default = lock.get("Rule", {}).get("DefaultRetention", {})
    if days is not None:
        return Retention(default.get("Mode") or MODE, days, asked=True)
    own = int(default.get("Days") or 0) or 365 * int(default.get("Years") or 0)
    return Retention(default.get("Mode") or MODE, own, asked=False) if own else None
