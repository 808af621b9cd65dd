"""What a boto3 client asks of its server: every request that leaves, counted and weighed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Requests:
    """The requests of a client, by HTTP method."""

    methods: Counter[str] = field(default_factory=Counter)
    sent: int = 0
    """Bytes of their bodies."""

    @classmethod
    def of(cls, client: Any) -> Requests:
        """Count from now on."""
        counted = cls()
        client.meta.events.register("before-send.s3", counted._note)
        return counted

    def clear(self) -> None:
        """Begin anew."""
        self.methods.clear()
        self.sent = 0

    def _note(self, request: Any, **_: Any) -> None:
        self.methods[request.method] += 1
        length = request.headers.get("X-Amz-Decoded-Content-Length") or request.headers.get("Content-Length") or 0
        self.sent += int(length)


@dataclass
class Lossy:
    """A client that loses answers: the request goes through, and then the connection breaks."""

    client: Any
    fault: Callable[[], Exception]
    operation: str
    losses: int = 1
    """So many answers of that operation are lost."""
    lost: int = 0

    def __getattr__(self, name: str) -> Any:
        real = getattr(self.client, name)
        if name != self.operation:
            return real

        def call(**asked: Any) -> Any:
            answer = real(**asked)
            if self.lost < self.losses:
                self.lost += 1
                raise self.fault()
            return answer

        return call
