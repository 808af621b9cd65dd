"""An event that somebody has to hear of, and its words."""

from __future__ import annotations

import re
import socket
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, StringConstraints

from runner.desk.addresses import Addresses
from runner.settings import Settings

Kind = Literal[
    "failed", "lost", "missed", "late", "refused", "stopped", "pending", "staged", "damaged", "skipped", "trial"
]
_WORDS: dict[str, str] = {
    "failed": "failed",
    "lost": "was lost",
    "missed": "did not run",
    "late": "is still running",
    "refused": "was refused",
    "stopped": "was stopped",
    "pending": "is not delivered",
    "staged": "did not go live",
    "damaged": "found damage",
    "skipped": "was skipped",
    "trial": "tries its notices",
}
LONGEST_LINE = 500


class Event(BaseModel):
    """What happened, to which run of which pipeline."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    key: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-][A-Za-z0-9_.+-]{0,199}$")]
    """The same event has the same key, whoever meets it; also the name of its file."""
    kind: Kind
    pipeline: str
    run_id: str | None = None
    at: AwareDatetime
    line: str
    """The line that matters."""
    link: str | None = None
    """Where its record is read."""
    host: str = ""

    @property
    def subject(self) -> str:
        """`Insiders: monthly failed on shop-1`, in one line of ASCII, which mail and SNS take."""
        text = f"Insiders: {self.pipeline} {_WORDS[self.kind]} on {self.host}"
        return re.sub(r"[^ -~]", "?", text)[:99]

    @property
    def text(self) -> str:
        """The whole notice."""
        told = [f"{self.pipeline} {_WORDS[self.kind]} on {self.host}", self.line]
        if self.run_id:
            told.append(f"run: {self.run_id} (runner show {self.run_id})")
        if self.link:
            told.append(f"record: {self.link}")
        return "\n".join([*told, f"noticed: {self.at:%Y-%m-%d %H:%M %Z}"])


def made(
    settings: Settings, key: str, kind: Kind, pipeline: str, line: str, at: datetime, run_id: str | None = None
) -> Event:
    """An event of this host; what is wrong is told in one line, the record by a link where reviewers read."""
    plain = " ".join(line.split())
    return Event(
        key=re.sub(r"[^A-Za-z0-9_.+-]", "-", key).lstrip(".")[:200],
        kind=kind,
        pipeline=pipeline,
        run_id=run_id,
        at=at,
        line=plain if len(plain) <= LONGEST_LINE else f"{plain[: LONGEST_LINE - 1]}…",
        link=_link(settings, pipeline, run_id),
        host=socket.gethostname(),
    )


def _link(settings: Settings, pipeline: str, run_id: str | None) -> str | None:
    if settings.history_url is None:
        return None
    pages = Addresses(root=f"{settings.history_url.rstrip('/')}/")
    return pages.run(pipeline, run_id) if run_id else pages.runs
