"""Telling: events are noted, then told on every channel that is set up, once; what fails is tried by the next command.

Nothing here changes what becomes of a run or a command: each fault is a line for the person, and no more.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from runner.errors import RecordError, RunnerError
from runner.ledger.turn import turn
from runner.notices import channels, event, failures
from runner.notices.channels import NotSentError, Send
from runner.notices.event import Event
from runner.notices.memory import Memory
from runner.settings import Settings

LOCK = Path(".locks", "notices.lock")
TURN_S = 2.0
"""Who tells at this moment tells all of it; the next command looks again."""
TRIES = 2
"""So many notices a channel may refuse before it is left alone: one of them may be at fault, two are an outage."""
log = logging.getLogger(__name__)


def tell(settings: Settings, events: Iterable[Event] = ()) -> list[str]:
    """Tell of the events, of runs that ended badly, and of what could not be told before; what could not be, in lines.

    Without a channel nothing is noted, so that whoever sets one up is not told of the past.
    """
    ways = channels.of(settings)
    if not ways:
        return []
    try:
        with turn(settings.output / LOCK, TURN_S):
            return _told(settings, list(events), ways)
    except RecordError:
        return ["notices: another process is sending them; the next command looks whether all were sent"]
    except (OSError, RunnerError) as fault:
        return [f"notices cannot be written down, and are not sent: {fault}"]
    except Exception as fault:  # a notice is worth no run
        log.exception("notices could not be sent")
        return [f"notices could not be sent: {type(fault).__name__}"]


def trial(settings: Settings) -> list[tuple[str, str | None]]:
    """Send a notice by every channel, to see whether it arrives: each with what it said where it was not taken."""
    now = datetime.now(UTC)
    line = "nothing is wrong: somebody tries whether notices arrive (runner check --notice)"
    made = event.made(settings, f"trial-{now:%Y%m%dT%H%M%S%f}", "trial", "every pipeline", line, now)
    answers: list[tuple[str, str | None]] = []
    for name, send in channels.of(settings).items():
        try:
            send(made)
        except NotSentError as fault:
            answers.append((name, str(fault)))
        else:
            answers.append((name, None))
    return answers


def _told(settings: Settings, events: list[Event], ways: dict[str, Send]) -> list[str]:
    memory = Memory.of(settings)
    since = memory.begin(datetime.now(UTC))
    for one in [*failures.of_records(settings, since, memory), *events]:
        memory.note(one, tuple(ways))
    faults: dict[str, list[str]] = {name: [] for name in ways}
    for note in memory.waiting():
        for name in note.left:
            # A channel may be taken away since, or be away at this moment.
            if name not in ways or len(faults[name]) == TRIES:
                continue
            try:
                ways[name](note.event)
            except NotSentError as fault:
                faults[name].append(f"notice not sent by {name}: {fault}; the next command tries again")
            else:
                note = memory.cross_off(note, name)
    return [said for own in faults.values() for said in dict.fromkeys(own)]
