"""The ledger's lines in the database, as a witness for those in the file. Nothing is written there, nor migrated."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from runner.errors import PlaceError
from runner.ledger.line import Event, Line
from runner.settings import Settings
from runner.tables import database
from runner.tables.ledger_rows import LEDGER
from runner.tables.run_rows import utc
from runner.verification.chain import Chain
from runner.verification.findings import Findings, Kind, runs_of, short, span

TABLE = "database, table ledger"
AT_ONCE = 2000


@dataclass
class Witness:
    """What the database holds of a ledger."""

    digests: dict[int, str] = field(default_factory=dict)
    """SHA-256 of each line, by its number; of rows that contradict themselves there is none."""
    broken: set[int] = field(default_factory=set)
    """Numbers of the rows that contradict themselves."""
    others: set[str] = field(default_factory=set)
    """Runs that began under another ledger."""
    asked: bool = False
    """Whether there is a table of lines at all."""

    @property
    def size(self) -> int:
        """The highest number that it knows."""
        return max(self.digests.keys() | self.broken, default=0)


def read(settings: Settings, ledger: str | None, findings: Findings) -> Witness:
    """The witness for a ledger. A database that does not answer is told of as away, and knows nothing."""
    witness = Witness()
    try:
        engine = _engine(settings.database_url)
        if engine is None:
            findings.remark("database", "there is none yet")
            return witness
        try:
            database.transact(engine, lambda connection: _read(connection, ledger, witness, findings))
        finally:
            engine.dispose()
    except PlaceError as fault:
        findings.away.append(str(fault))
        return Witness()
    return witness


def compare(chain: Chain, witness: Witness, findings: Findings) -> None:
    """Tell of lines that the two do not have alike; `chain.check` has told of those that contradict each other."""
    if not witness.asked:
        return
    findings.count(database_lines=len(witness.digests))
    _differing(chain, witness, findings)
    if witness.size == 0 and chain.size:
        findings.remark(TABLE, f"holds none of the {chain.size:,} lines yet; the next delivery brings them")
    missing = sorted(set(range(1, witness.size + 1)) - witness.digests.keys() - witness.broken)
    for first, last in runs_of([number for number in missing if number in chain.numbered]):
        findings.damage(Kind.MISSING, f"{TABLE}, {span(first, last)}")
    if 0 < witness.size < chain.size:
        findings.remark(TABLE, f"does not hold {span(witness.size + 1, chain.size)} yet; the next delivery brings them")


def _differing(chain: Chain, witness: Witness, findings: Findings) -> None:
    differing = [
        number
        for number, digest in sorted(witness.digests.items())
        if chain.numbered.get(number, digest) != digest and number not in chain.altered
    ]
    # The next line, which both have alike, holds the digest of the line as the file has it: so the row is wrong.
    rows = [number for number in differing if _vouched(number, chain, witness)]
    for number in rows:
        found = short(witness.digests[number])
        findings.damage(
            Kind.ALTERED, f"{TABLE}, line {number}", short(chain.numbered[number]), found, chain.run_of(number)
        )
    for first, last in runs_of([number for number in differing if number not in rows]):
        found = "another" if first == last else "others, computed anew"
        whose = chain.run_of(first) if first == last else None
        findings.damage(Kind.ALTERED, f"ledger, {span(first, last)}", "what the database holds", found, whose)
        chain.altered.update(range(first, last + 1))


def _vouched(number: int, chain: Chain, witness: Witness) -> bool:
    after = witness.digests.get(number + 1)
    return after is not None and after == chain.numbered.get(number + 1) and number + 1 not in chain.altered


def _engine(url: str) -> sa.Engine | None:
    """An engine that only reads; None where the file of an SQLite database is not there."""
    address = sa.make_url(url)
    if address.get_backend_name() != "sqlite":
        return database.engine(url, "insiders-verify")
    if not address.database or not Path(address.database).is_file():
        return None
    path = str(Path(address.database).resolve()).replace("%", "%25").replace("?", "%3F").replace("#", "%23")
    timeout = {"timeout": database.SQLITE_BUSY_S}
    return sa.create_engine(f"sqlite:///file:{path}?mode=ro&uri=true", connect_args=timeout, poolclass=sa.NullPool)


def _read(connection: sa.Connection, ledger: str | None, witness: Witness, findings: Findings) -> None:
    if not sa.inspect(connection).has_table(LEDGER.name):
        findings.remark("database", "has no table of the ledger yet")
        return
    witness.asked = True
    witness.digests.clear()  # the transaction may be made again
    rows = connection.execution_options(yield_per=AT_ONCE).execute(
        sa.select(LEDGER).where(LEDGER.c.ledger == ledger).order_by(LEDGER.c.number)
    )
    own = Findings()
    for row in rows:
        if fault := _fault(row._asdict()):
            own.damage(Kind.ALTERED, f"{TABLE}, line {row.number}", *fault, run=row.run_id)
            witness.broken.add(row.number)
        else:
            witness.digests[row.number] = row.sha256
    begun = LEDGER.c.event.in_((Event.STARTED.value, Event.FINISHED.value))
    others = sa.select(LEDGER.c.run_id).where(LEDGER.c.ledger != ledger, begun).distinct()
    witness.others = set(connection.execute(others).scalars()) if ledger is not None else set()
    findings += own


def _fault(row: Mapping[str, object]) -> tuple[str, str] | None:
    """What a row should say by its own line, and what it says; None where they agree."""
    text = str(row["line"]).encode()
    try:
        line = Line.read(text)
    except ValueError as fault:
        return "a line", f"a text that {fault}"
    said = {
        "ledger": line.ledger,
        "number": line.number,
        "at": utc(line.at),
        "event": line.event.value,
        "pipeline": line.pipeline,
        "run_id": line.run_id,
        "digest": line.digest,
        "who": line.who,
        "sha256": hashlib.sha256(text).hexdigest(),
    }
    wrong = [name for name, value in said.items() if row[name] != value]
    if not wrong:
        return None
    return tuple("; ".join(f"{name} {one[name]}" for name in wrong) for one in (said, row))  # type: ignore[return-value]
