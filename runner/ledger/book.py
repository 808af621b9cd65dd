"""The ledger's file, `<output>/ledger.jsonl`: read from its beginning, appended to at its end, and never changed.

A line is in the file whole or not at all: it is written in one piece under a lock, and the disk has it before anyone
is told. What a power cut tore off is removed by the next writer, whose line says so; a full disk changes nothing.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

from runner.errors import RecordError, SettingsError
from runner.ledger import appending, tree
from runner.ledger.line import NOTHING, Event, Line, whoami
from runner.ledger.signing import Signer
from runner.ledger.turn import turn
from runner.settings import Settings

FILE = "ledger.jsonl"
LOCK = Path(".locks", "ledger.lock")


@dataclass(frozen=True)
class Head:
    """What stands for all lines up to one: none of them can change, and this stay as it is."""

    ledger: str
    size: int
    """How many lines."""
    digest: str
    """SHA-256 of the last of them."""
    root: str
    """Root of the Merkle tree over them."""
    signature: str | None
    """Signature of the last of them."""


@dataclass(frozen=True)
class Book:
    """A ledger that is written to and read from; several processes and threads may do both at once."""

    path: Path
    signer: Signer | None = None

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The ledger of the output folder; its lines are signed where the settings name a key."""
        return cls(settings.output / FILE, Signer.of(settings))

    def append(
        self,
        event: Event,
        *,
        pipeline: str | None = None,
        run_id: str | None = None,
        digest: str | None = None,
        who: str | None = None,
        facts: Mapping[str, Any] | None = None,
        unless: Callable[[Line], bool] | None = None,
    ) -> Line:
        """Append a line; the first one opens the ledger. `who` is the user and host of this process if not said.

        A line for which `unless` is true is returned instead of another one. It is asked of the lines of the same run,
        or of all where no run is named. Raises a `RecordError` where the line could not be written, and a
        `SettingsError` where it would have to be signed with a key that is not here.
        """
        with turn(self.path.parent / LOCK), appending.for_writing(self.path) as file:
            if unless is not None and (found := self._first(unless, run_id)) is not None:
                return found
            whole, text = appending.tail(file)
            torn = os.fstat(file).st_size - whole
            last = self._last(text)
            asked = Line(
                number=1,
                at=_now(),
                event=event,
                ledger=str(uuid4()),
                pipeline=pipeline,
                run_id=run_id,
                digest=digest,
                who=whoami() if who is None else who,
                facts={**(facts or {}), **({"healed_bytes": torn} if torn else {})},
                previous=NOTHING,
            )
            written = [] if last is not None else [self._after(None, _opening(asked))]
            written.append(self._after(written[0] if written else last, asked))
            appending.put(file, self.path, whole, b"".join(line.text + b"\n" for line in written))
            return written[-1]

    def lines(self) -> list[Line]:
        """All whole lines, or a `RecordError` that names the first that is none."""
        return [self._read(number, text) for number, text in enumerate(self.texts(), start=1)]

    def of_run(self, run_id: str) -> list[Line]:
        """The lines of a run. The others are not looked at, so a broken one among them is not found here."""
        sought = run_id.encode()
        texts = ((number, text) for number, text in enumerate(self.texts(), start=1) if sought in text)
        return [line for number, text in texts if (line := self._read(number, text)).run_id == run_id]

    def of_events(self, *events: Event) -> list[Line]:
        """The lines of these events. The others are not looked at, so a broken one among them is not found here."""
        sought = [event.encode() for event in events]
        texts = [text for text in enumerate(self.texts(), start=1) if any(event in text[1] for event in sought)]
        return [line for number, text in texts if (line := self._read(number, text)).event in events]

    def head(self, size: int | None = None) -> Head | None:
        """The head over the first lines, by default over all; None where there is no line yet."""
        texts = self.texts()
        if size is not None and not 0 < size <= len(texts):
            raise RecordError(f"{self.path}: has {len(texts)} lines, and none is {size}; runner verify looks closer")
        if not texts:
            return None
        texts = texts[:size]
        last = self._read(len(texts), texts[-1])
        return Head(last.ledger, len(texts), last.sha256, tree.root(texts), last.signature)

    def texts(self) -> list[bytes]:
        """The texts of all whole lines, as they stand in the file; none where there is no ledger yet."""
        return appending.content(self.path).split(b"\n")[:-1]

    def _first(self, fits: Callable[[Line], bool], run_id: str | None) -> Line | None:
        lines = self.lines() if run_id is None else self.of_run(run_id)
        return next((line for line in lines if fits(line)), None)

    def _read(self, number: int, text: bytes) -> Line:
        try:
            line = Line.read(text)
        except ValueError as fault:
            raise RecordError(f"{self.path}, line {number}: {fault}; runner verify looks closer") from None
        if line.number != number:
            said = f"says that it is line {line.number}"
            raise RecordError(f"{self.path}, line {number}: {said}; runner verify looks closer")
        return line

    def _last(self, text: bytes) -> Line | None:
        """The line to go on from; one that was not signed as the next would be is refused."""
        if not text:
            return None
        try:
            last = Line.read(text)
        except ValueError as fault:
            raise RecordError(f"{self.path}, last line: {fault}; runner verify looks closer") from None
        if last.signature is None:
            return last
        if self.signer is None:
            raise SettingsError(f"{self.path} is a signed ledger: name its key in INSIDERS_LEDGER_KEY")
        if not self.signer.verifier.accepts(last.signature, last.signed):
            raise SettingsError(
                f"{self.path}: line {last.number} was not signed with the key in INSIDERS_LEDGER_KEY; name the key "
                "that the ledger was begun with, or, if that is the one, let runner verify say which lines are forged"
            )
        return last

    def _after(self, last: Line | None, line: Line) -> Line:
        """The line, chained to the last one and signed."""
        if last is not None:
            line = replace(line, number=last.number + 1, ledger=last.ledger, previous=last.sha256)
        return line if self.signer is None else replace(line, signature=self.signer.sign(line.signed))


def _opening(line: Line) -> Line:
    """The line before the first one that somebody asks for."""
    return replace(line, event=Event.OPENED, pipeline=None, run_id=None, digest=None, facts={"format": 1})


def _now() -> datetime:
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)
