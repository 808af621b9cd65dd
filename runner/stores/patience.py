"""Patience with S3: a request is made again after faults that pass by themselves, and after no others.

The pauses are drawn anew each time (full jitter), so that hosts which failed together do not come back together. Who
makes a request again must not mind that the first one may have gone through: all that we write is conditional.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import botocore.exceptions as faults
from tenacity import Retrying, retry_if_exception, stop_after_attempt, stop_before_delay, wait_random_exponential

ATTEMPTS = 8
DEADLINE_S = 10.0
"""No request is begun later than this after the first; a run of eight refused connections takes some four seconds."""
FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 2.0
_CODES = {
    "ConditionalRequestConflict",
    "InternalError",
    "RequestTimeout",
    "RequestTimeoutException",
    "RequestLimitExceeded",
    "ServiceUnavailable",
    "SlowDown",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
}
"""What S3 answers where the same request may well succeed in a moment."""
_STATUSES = (429, 500, 502, 503, 504)
_LOST = (faults.ConnectionError, faults.HTTPClientError, faults.IncompleteReadError)
_FINAL = (faults.SSLError, faults.ProxyConnectionError)

T = TypeVar("T")


def patiently(action: Callable[[], T]) -> T:
    """The answer of a request, asked for again as long as that may help; else the last fault."""
    attempts = Retrying(
        retry=retry_if_exception(passes_by_itself),
        wait=wait_random_exponential(multiplier=FIRST_PAUSE_S, max=LONGEST_PAUSE_S),
        stop=stop_after_attempt(ATTEMPTS) | stop_before_delay(DEADLINE_S),
        reraise=True,
    )
    return attempts(action)


def passes_by_itself(fault: BaseException) -> bool:
    """Whether the same request may well succeed in a moment."""
    if isinstance(fault, faults.ClientError):
        return code_of(fault) in _CODES or status_of(fault) in _STATUSES
    return isinstance(fault, _LOST) and not isinstance(fault, _FINAL)


def status_of(fault: faults.ClientError) -> int:
    """The HTTP status of an answer."""
    return int(fault.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def code_of(fault: faults.ClientError) -> str:
    """The word that S3 has for a fault."""
    return str(fault.response.get("Error", {}).get("Code", ""))
