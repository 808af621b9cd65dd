"""A line of the ledger: what happened, to which run, by whom, and the digest of the line before."""

from __future__ import annotations

import getpass
import hashlib
import json
import os
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from functools import cached_property
from typing import Any, Self

NOTHING = "0" * 64
"""What the first line has in place of the digest of the line before."""
_DIGEST = re.compile(r"[0-9a-f]{64}")
_SIGNATURE = re.compile(r"[0-9a-f]{128}")
_canonical = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode


class Event(StrEnum):
    """What a line tells of."""

    OPENED = "opened"
    """The ledger begins; its first line, and no other."""
    ADOPTED = "adopted"
    """The folder of a run from before there was a ledger."""
    STARTED = "started"
    FINISHED = "finished"
    APPROVED = "approved"
    REJECTED = "rejected"
    PROMOTED = "promoted"
    ROLLED_BACK = "rolled_back"
    PRUNED = "pruned"
    PINNED = "pinned"
    UNPINNED = "unpinned"
    QUARANTINED = "quarantined"


@dataclass(frozen=True)
class Line:
    """One line of a ledger."""

    number: int
    """From 1."""
    at: datetime
    """In UTC, to the millisecond."""
    event: Event
    ledger: str
    """Id of the ledger that it belongs to."""
    pipeline: str | None
    run_id: str | None
    digest: str | None
    """SHA-256 of the run's manifest."""
    who: str
    facts: Mapping[str, Any] = field(hash=False)
    """What else there is to say of the event, as JSON has it."""
    previous: str
    """SHA-256 of the text of the line before; zeros in the first one."""
    signature: str | None = None
    """Ed25519, in hexadecimal digits, over the SHA-256 of the line without it."""

    @classmethod
    def read(cls, text: bytes) -> Self:
        """The line that a text holds, or a `ValueError` that says why it is none, spelt as only this module does."""
        try:
            told = json.loads(text)
            line = cls(
                number=told["number"],
                at=datetime.fromisoformat(told["at"]),
                event=Event(told["event"]),
                ledger=told["ledger"],
                pipeline=told["pipeline"],
                run_id=told["run_id"],
                digest=told["digest"],
                who=told["who"],
                facts=told["facts"],
                previous=told["previous"],
                signature=told.get("signature"),
            )
            same = line.text == text
        except KeyError as fault:
            raise ValueError(f"has no {fault}") from None
        except (TypeError, AttributeError, RecursionError) as fault:
            raise ValueError(f"is no line of a ledger: {fault}") from None
        if not same:
            raise ValueError("is not spelt as lines are written")
        if faults := [name for name, right in line._forms() if not right]:
            raise ValueError(f"has no such {', '.join(faults)}")
        return line

    @cached_property
    def text(self) -> bytes:
        """The line as it stands in the file, without its end: JSON with sorted keys and no spaces, in UTF-8."""
        content = {
            "number": self.number,
            "at": self.at.isoformat(timespec="milliseconds"),
            "event": self.event.value,
            "ledger": self.ledger,
            "pipeline": self.pipeline,
            "run_id": self.run_id,
            "digest": self.digest,
            "who": self.who,
            "facts": self.facts,
            "previous": self.previous,
        }
        if self.signature is not None:
            content["signature"] = self.signature
        # Half a character has no bytes in UTF-8, but an escape in JSON.
        return _canonical(content).encode(errors="backslashreplace")

    @cached_property
    def sha256(self) -> str:
        """The digest of the text, which the next line holds."""
        return hashlib.sha256(self.text).hexdigest()

    @property
    def signed(self) -> bytes:
        """What the signature is over: the SHA-256 of the line without its signature."""
        bare = self if self.signature is None else replace(self, signature=None)
        return hashlib.sha256(bare.text).digest()

    def _forms(self) -> list[tuple[str, bool]]:
        """Each field whose form is not told by the spelling, and whether it is right."""
        return [
            ("number", type(self.number) is int and self.number > 0),
            ("at", self.at.tzinfo is UTC),
            ("ledger", isinstance(self.ledger, str)),
            ("pipeline", self.pipeline is None or isinstance(self.pipeline, str)),
            ("run_id", self.run_id is None or isinstance(self.run_id, str)),
            ("digest", self.digest is None or _is(self.digest, _DIGEST)),
            ("who", isinstance(self.who, str)),
            ("facts", isinstance(self.facts, dict)),
            ("previous", _is(self.previous, _DIGEST)),
            ("signature", self.signature is None or _is(self.signature, _SIGNATURE)),
        ]


def whoami() -> str:
    """The user and host of this process, as lines name them: `user@host`."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container may run under a number that has no name
        user = str(os.getuid())
    return f"{user}@{socket.gethostname()}"


def _is(text: object, form: re.Pattern[str]) -> bool:
    return isinstance(text, str) and form.fullmatch(text) is not None
