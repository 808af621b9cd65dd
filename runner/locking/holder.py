"""Who holds a lock: the facts that a person needs to find the run, or the process, that is in the way."""

from __future__ import annotations

import getpass
import json
import os
import socket
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Self


@dataclass(frozen=True)
class Holder:
    """A process that holds, or asks for, the lock of a pipeline."""

    run_id: str
    host: str
    pid: int
    username: str
    since: datetime
    """When it asked, in UTC."""

    @classmethod
    def here(cls, run_id: str) -> Self:
        """The process that asks."""
        return cls(run_id, socket.gethostname(), os.getpid(), getpass.getuser(), datetime.now(UTC))

    @classmethod
    def read(cls, text: bytes) -> Self | None:
        """The holder that a text tells of; None where it tells of none."""
        try:
            facts = json.loads(text)
            return cls(
                str(facts["run_id"]),
                str(facts["host"]),
                int(facts["pid"]),
                str(facts["username"]),
                datetime.fromisoformat(facts["since"]).astimezone(UTC),
            )
        except (ValueError, TypeError, LookupError, RecursionError, OverflowError):
            return None

    def text(self) -> bytes:
        """The holder as a line of JSON."""
        return (json.dumps({**asdict(self), "since": self.since.isoformat()}) + "\n").encode()

    def __str__(self) -> str:
        return f"run {self.run_id} on {self.host} (process {self.pid} of {self.username}), since {moment(self.since)}"


def moment(time: datetime) -> str:
    """A time in UTC as a message says it."""
    return f"{time:%Y-%m-%d %H:%M} UTC"
