"""Why a run stays, whatever its age: a person wants it, marketing sees what came of it, or it is not done yet."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

import sqlalchemy as sa

from runner.errors import DamageError, PreflightError, RunnerError
from runner.ledger.line import Event, Line
from runner.promotion import promote, rollback, verdicts
from runner.records.paths import SPOOL
from runner.settings import Settings
from runner.tables import database
from runner.tables.ledger_rows import LEDGER

HOLDS = (Event.PINNED, Event.APPROVED, Event.PROMOTED, Event.ROLLED_BACK)
"""Lines after which a run must not be removed any more."""
_MOVES = (Event.PROMOTED, Event.ROLLED_BACK)
_PINS = (Event.PINNED, Event.UNPINNED)


def in_ledger(lines: Iterable[Line]) -> dict[str, str]:
    """The runs that are pinned or approved, as the newest line of each kind has it."""
    newest: dict[tuple[str, bool], Line] = {}
    for line in lines:
        if line.run_id is not None and line.event in (*_PINS, *verdicts.VERDICTS):
            newest[line.run_id, line.event in _PINS] = line
    found: dict[str, str] = {}
    for (run_id, _), line in newest.items():
        if line.event in HOLDS:
            why = line.facts.get("why")
            said = f"{line.event} by {line.who} on {line.at:%Y-%m-%d}{f': {why}' if why else ''}"
            found[run_id] = f"{found[run_id]}; {said}" if run_id in found else said
    return found


def in_spool(output: Path, run_ids: Collection[str]) -> dict[str, str]:
    """The runs of which something is still to be delivered."""
    waiting = [path.name for path in (output / SPOOL).glob("*")]
    return {
        run_id: "its delivery is pending; runner sync delivers it"
        for run_id in run_ids
        if any(name.startswith(run_id) for name in waiting)
    }


def in_database(settings: Settings, runs: Mapping[str, str], lines: Sequence[Line]) -> dict[str, str]:
    """Those of the runs (given with their pipelines) that are current, were so before, or were approved elsewhere.

    A database that does not answer, or knows of no current run where the ledger's lines do, is a `PreflightError`:
    nothing is guessed. One that has more lines of the ledger than there are is a `DamageError`.
    """
    moves = [line.pipeline for line in lines if line.event in _MOVES and line.pipeline in runs.values()]
    promoted = {pipeline for pipeline in moves if pipeline is not None}
    engine = database.engine(settings.database_url)
    file = engine.url.database if engine.dialect.name == "sqlite" else None
    found: dict[str, str] = {}
    try:
        # SQLite makes the file that it is asked for, and it may never have been needed.
        if file is None or Path(file).exists():
            found = database.transact(engine, lambda connection: _asked(connection, runs, promoted, lines))
        elif promoted:
            raise PreflightError(_knows_less(min(promoted)))
    except (PreflightError, DamageError):
        raise
    except RunnerError as fault:
        raise PreflightError(f"nothing was removed, since it is not known which runs are current: {fault}") from fault
    finally:
        engine.dispose()
    return found


def _asked(
    connection: sa.Connection, runs: Mapping[str, str], promoted: Collection[str], lines: Sequence[Line]
) -> dict[str, str]:
    tables = set(sa.inspect(connection).get_table_names())
    found: dict[str, str] = {}
    for pipeline in sorted({*runs.values(), *promoted}):
        rows = promote.history(connection, pipeline) if "promotions" in tables else []
        live = rollback.live(rows)
        if pipeline in promoted and not live:
            raise PreflightError(_knows_less(pipeline))
        if live:
            before = [*live[-2:-1], *([rows[-1].previous_run_id] if rows[-1].previous_run_id else [])]
            found |= dict.fromkeys(before, f"was current for {pipeline} before")
            found[live[-1]] = f"is current for {pipeline}"
    if LEDGER.name in tables:
        _check_whole(connection, lines)
        found |= {run_id: why for run_id, why in _approved(connection).items() if run_id not in found}
    return {run_id: why for run_id, why in found.items() if run_id in runs}


def _check_whole(connection: sa.Connection, lines: Sequence[Line]) -> None:
    newest = sa.select(sa.func.max(LEDGER.c.number)).where(LEDGER.c.ledger == (lines[0].ledger if lines else ""))
    if (connection.execute(newest).scalar_one() or 0) > len(lines):
        raise DamageError(
            f"nothing was removed: the ledger ends with line {len(lines)}, and the database has later ones; it was cut "
            "off, and runner verify says more"
        )


def _approved(connection: sa.Connection) -> dict[str, str]:
    """The runs that were approved, on whichever host."""
    query = sa.select(LEDGER.c.run_id, LEDGER.c.event, LEDGER.c.who, LEDGER.c.at)
    rows = connection.execute(query.where(LEDGER.c.event.in_(verdicts.VERDICTS)).order_by(LEDGER.c.at, LEDGER.c.number))
    newest = {row.run_id: row for row in rows}
    return {
        run_id: f"{row.event} by {row.who} on {row.at:%Y-%m-%d}"
        for run_id, row in newest.items()
        if row.event == Event.APPROVED
    }


def _knows_less(pipeline: str) -> str:
    return (
        f"nothing was removed: the ledger tells of a current run of {pipeline}, and the database knows none; "
        "is INSIDERS_DATABASE_URL the database that the runs were delivered to?"
    )
