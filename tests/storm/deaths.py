"""How a process of the storm dies: at its n-th effect of a kind, at a moment by the clock, or not at all."""

from __future__ import annotations

import os
import random
import re
import signal
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.storm import effects

LIVES = 0.12
"""Share of the processes that nobody kills."""
BY_THE_CLOCK = 0.2
"""Share of those that are killed at a random moment."""
TOO_FAR = 1.15
"""A number is drawn up to so many times what an undisturbed process does; a disturbed one does more."""
_NAMES = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f-]{21}|[0-9a-f]{8}(?:-\w+){1,2}(?=\.aside)|[0-9a-f]{11,}|(?<=objects/).."
)


@dataclass(frozen=True)
class Death:
    """What is planned for one process."""

    kind: str | None = None
    """The kind of effect; None for a death by the clock, or none."""
    number: int = 0
    """It dies right before the n-th effect of that kind."""
    seconds: float | None = None
    """So long it lives."""


def draw(chance: random.Random, usual: Counter[str], seconds: float, by_the_clock: float = BY_THE_CLOCK) -> Death:
    """A death for a process that usually has these effects and lives so long; each kind comes as often as any."""
    way = chance.random()
    if way < LIVES:
        return Death()
    if way < LIVES + by_the_clock:
        return Death(seconds=chance.uniform(0, TOO_FAR * seconds))
    kind = chance.choice(sorted(usual))
    return Death(kind, chance.randint(1, int(TOO_FAR * usual[kind]) + 1))


@dataclass
class Doom:
    """What is to become of this process, and what it has done so far."""

    death: Death
    folder: Path
    """Of files, only those below are counted."""
    said: int
    """A file that it tells at which point it dies."""
    done: Counter[str] = field(default_factory=Counter)

    def await_it(self) -> None:
        """Count this process's effects from now on, and die as planned."""
        effects.tell(self.folder, self.turn)

    def turn(self, kind: str, what: str) -> None:
        """One more effect is about to happen."""
        self.done[kind] += 1
        if kind == self.death.kind and self.done[kind] == self.death.number:
            effects.REAL_WRITE(self.said, named(kind, what, self.folder).encode())
            os.kill(os.getpid(), signal.SIGKILL)


def named(kind: str, what: str, folder: Path) -> str:
    """A point by its name, without what differs from run to run."""
    return f"{kind} {_NAMES.sub('*', what.removeprefix(str(folder)))}".strip()
