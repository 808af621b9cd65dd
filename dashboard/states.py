"""What a reader has to know before any number: no run yet, an old one, one that failed, generated data, no database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd

from dashboard.memory import Silence
from dashboard.wording import ago, counted, day, moment, naive, plain

STALE = timedelta(days=40)
"""A month, and the days that a repair may take."""
RUNNING, SUCCEEDED = "running", "succeeded"
WHAT_CAME_OF_IT = {
    "failed": "a step failed",
    "timed_out": "it took longer than its limit",
    "kernel_died": "the kernel of a notebook died",
    "out_of_memory": "it needed more memory than it may have",
    "cancelled": "it was stopped",
    "lost": "its process vanished",
}


@dataclass(frozen=True)
class Live:
    """The live run of a pipeline: the one whose results the pages show."""

    run_id: str
    pipeline: str
    logical_date: date
    finished_at: datetime | None
    live_since: datetime
    source: str
    synthetic: bool

    @classmethod
    def of(cls, row: pd.Series) -> Live:
        """From a row of `run_history`."""
        ended = row["finished_at"]
        return cls(
            str(row["run_id"]),
            str(row["pipeline"]),
            row["logical_date"],
            None if pd.isna(ended) else pd.Timestamp(ended).to_pydatetime(),
            pd.Timestamp(row["live_since"]).to_pydatetime(),
            str(row["source"]),
            row["synthetic"] is not None and bool(row["synthetic"]),
        )


@dataclass(frozen=True)
class State:
    """Something to say above the page; `kind` is error, warning or info. The text is Markdown, data in it escaped."""

    kind: str
    text: str


def told(
    live: Live | None,
    newest: pd.DataFrame,
    silence: Silence | None,
    now: datetime | None = None,
    *,
    any_live: bool = False,
) -> list[State]:
    """All that is to be said of a pipeline, the gravest first; `newest` is its newest run, if there is any."""
    last: Any = None if newest.empty else newest.iloc[0]
    said = [_away(silence), _generated(live), _failed(last, live), _stale(live, now)]
    said.append(_empty(live, last) if silence is None and not any_live else None)
    return [state for state in said if state]


def _away(silence: Silence | None) -> State | None:
    if silence is None:
        return None
    kept = f" What you see is the last view, of {moment(naive(silence.last_good))}." if silence.last_good else ""
    return State("error", f"**The database is away** since {moment(naive(silence.since))}. {plain(silence.why)}{kept}")


def _generated(live: Live | None) -> State | None:
    if live is None or not live.synthetic:
        return None
    return State(
        "error",
        "**Generated data.** These are the customers of an invented shop, made to try things out. No number on this "
        "page says anything about a real shop. Set INSIDERS_SOURCE to your own transactions.",
    )


def _failed(last: Any, live: Live | None) -> State | None:  # noqa: ANN401 - a row
    if last is None or last["status"] in (RUNNING, SUCCEEDED):
        return None
    why = WHAT_CAME_OF_IT.get(str(last["status"]), "it did not succeed")
    shown = "The numbers below are those of the run before it." if live else "There is no good run to show yet."
    return State(
        "warning",
        f"**The last run did not succeed**: {plain(why)} ({plain(last['status'])}, begun "
        f"{moment(pd.Timestamp(last['started_at']))}). {shown} The operator sees why with `runner show latest`.",
    )


def _stale(live: Live | None, now: datetime | None) -> State | None:
    made = None if live is None else live.finished_at or live.live_since
    if made is None or naive(now) - made <= STALE:
        return None
    return State(
        "warning",
        f"**Old numbers.** The run shown here was made {ago(made, now)}, on {day(made)}; a run is due every month, "
        f"and older than {counted(STALE.days, 'day')} is old. Ask the operator why none has come since.",
    )


def _empty(live: Live | None, last: Any) -> State | None:  # noqa: ANN401 - a row
    if live is not None:
        return None
    if last is None:
        return State("info", "**No run yet.** The pages fill by themselves after the first run: `make run`.")
    if last["status"] == RUNNING:
        return State("info", "**The first run is under way.** The pages fill by themselves when it has succeeded.")
    return State(
        "info",
        "**No run is live.** A run goes live when all its steps have succeeded and its gates hold; the operator sees "
        "what holds it back with `runner show latest`, and takes it live with `runner promote latest-good`.",
    )
