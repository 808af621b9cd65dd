"""What was told already: one file per event in `<output>/notices/`, written aside and moved into place.

A channel is crossed off in the file before the next one is tried, so that a kill repeats one message at most.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from runner.files import write_aside
from runner.notices.event import Event
from runner.settings import Settings

ROOM = "notices"
BEGUN = "begun.json"
LOOK_BACK = timedelta(days=1)
"""Where notices are new, what is older than this is nobody's news."""
LONGEST_MEMORY = timedelta(days=45)
"""Runs that began longer ago are not looked at any more."""


class Note(BaseModel):
    """An event and who was told of it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    event: Event
    channels: tuple[str, ...]
    """Those that were set up when it happened."""
    sent: dict[str, AwareDatetime] = {}

    @property
    def left(self) -> tuple[str, ...]:
        """The channels that do not have it yet."""
        return tuple(name for name in self.channels if name not in self.sent)


class _Begun(BaseModel):
    since: AwareDatetime


@dataclass(frozen=True)
class Memory:
    """The folder of notices."""

    folder: Path

    @classmethod
    def of(cls, settings: Settings) -> Memory:
        """That of an installation."""
        return cls(settings.output / ROOM)

    def begin(self, now: datetime) -> datetime:
        """The moment since which events are told; written down at the first use."""
        try:
            since = _Begun.model_validate_json((self.folder / BEGUN).read_bytes()).since
        except (OSError, ValidationError):
            since = now - LOOK_BACK
            self.folder.mkdir(parents=True, exist_ok=True)
            write_aside(self.folder / BEGUN, _Begun(since=since).model_dump_json(indent=1).encode())
        return max(since, now - LONGEST_MEMORY)

    def knows(self, key: str) -> bool:
        """Whether the event was noted before."""
        return self._path(key).exists()

    def note(self, event: Event, channels: tuple[str, ...]) -> None:
        """Note an event that is to be told; one that was noted before stays as it is."""
        if not self.knows(event.key):
            self._write(Note(event=event, channels=channels))

    def cross_off(self, note: Note, channel: str) -> Note:
        """The note, once a channel has it."""
        note = note.model_copy(update={"sent": {**note.sent, channel: datetime.now(UTC)}})
        self._write(note)
        return note

    def waiting(self) -> list[Note]:
        """The notes that some channel does not have yet, the oldest first; a file that cannot be read is none."""
        found = []
        for path in sorted(self.folder.glob("*.note.json")):
            try:
                found.append(Note.model_validate_json(path.read_bytes()))
            except (OSError, ValidationError):
                continue
        return sorted((note for note in found if note.left), key=lambda note: note.event.at)

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}.note.json"

    def _write(self, note: Note) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        write_aside(self._path(note.event.key), note.model_dump_json(indent=1).encode())
