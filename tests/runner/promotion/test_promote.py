"""Promotion: one pointer per pipeline, moved whole, and who entered and left."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from runner.errors import DeliveryError, UsageError
from runner.locking.holder import Holder
from runner.promotion.policy import Policy
from runner.promotion.promote import Hand, promote
from runner.promotion.rollback import rollback
from runner.settings import CHECKOUT, Settings
from runner.tables import database, fences
from runner.tables.fences import TakenOverError
from tests.relay import Relay
from tests.runner import runs
from tests.runner.promotion.staged import finished, read, word
from tests.servers import Server

HOST = """
import sys
from runner.tables import database
from runner.promotion.promote import promote
for run in sys.argv[2:]:
    promote(database.engine(sys.argv[1]), run, "monthly", "cron")
"""
GATES = Policy(gates=("silhouette >= 0.5", "membership_change <= 0.3"))


def test_the_first_promotion_makes_a_run_current(engine: sa.Engine, settings: Settings) -> None:
    """Staged rows are not current; promoted ones are, with their pipeline; and a first run has no changes."""
    run = finished(engine, settings)
    assert read(engine, "SELECT * FROM current_customers") == []
    assert promote(engine, run, "monthly", "cron").promoted
    assert read(engine, "SELECT run_id, customer_id, pipeline FROM current_customers ORDER BY customer_id") == [
        (run, "1", "monthly"),
        (run, "2", "monthly"),
    ]
    assert read(engine, "SELECT pipeline, run_id, published_by FROM published_runs") == [("monthly", run, "cron")]
    assert read(engine, "SELECT run_id, status FROM current_runs") == [(run, "succeeded")]
    assert read(engine, "SELECT * FROM membership_changes") == []


def test_the_next_promotion_says_who_entered_and_who_left(engine: sa.Engine, settings: Settings) -> None:
    """Customers that become or cease to be Insiders are listed with the reason, those that stay are not."""
    before = finished(engine, settings, {"stays": True, "out": True, "gone": True, "in": False, "never": False})
    promote(engine, before, "monthly", "cron")
    after = finished(engine, settings, {"stays": True, "out": False, "in": True, "new": True, "never": False}, hour=5)
    assert promote(engine, after, "monthly", "cron").text.endswith("2 entered, 2 left")
    query = "SELECT run_id, customer_id, change, why, previous_run_id FROM current_membership_changes ORDER BY 2"
    assert read(engine, query) == [
        (after, "gone", "left", "not among the customers of this run", before),
        (after, "in", "entered", "why 2", before),
        (after, "new", "entered", "why 3", before),
        (after, "out", "left", "why 1", before),
    ]
    assert {row[0] for row in read(engine, "SELECT run_id FROM current_customers")} == {after}


def test_promoting_twice_changes_nothing(engine: sa.Engine, settings: Settings) -> None:
    """A promotion that is repeated is done already: pointer, time and changes stay."""
    first, second = finished(engine, settings), finished(engine, settings, {"1": False, "2": True}, hour=5)
    promote(engine, first, "monthly", "cron")
    promote(engine, second, "monthly", "cron")
    tables = [read(engine, f"SELECT * FROM {name}") for name in ("published_runs", "membership_changes")]
    again = promote(engine, second, "monthly", "somebody else")
    assert (again.promoted, again.text) == (True, f"{second} is current for monthly already")
    assert [read(engine, f"SELECT * FROM {name}") for name in ("published_runs", "membership_changes")] == tables


@pytest.mark.parametrize("status", ["running", "failed", "lost"])
def test_only_a_run_that_succeeded_is_promoted(engine: sa.Engine, settings: Settings, status: str) -> None:
    """A run of any other status stays staged, and the outcome says why."""
    outcome = promote(engine, finished(engine, settings, status=status), "monthly", "cron")
    assert (outcome.promoted, outcome.text) == (False, f"staged, not promoted: the run's status is {status}")
    assert read(engine, "SELECT * FROM published_runs") == []


def test_an_unknown_run_is_not_promoted(engine: sa.Engine, settings: Settings) -> None:
    """Neither a run that the database does not know, nor one of another pipeline."""
    run = finished(engine, settings, pipeline="weekly")
    assert "knows no run" in promote(engine, run, "monthly", "cron").text
    assert "knows no run" in promote(engine, "0", "monthly", "cron").text


def test_generated_data_stay_staged_on_postgres(engine: sa.Engine, settings: Settings) -> None:
    """The demo shop is current on the SQLite of a laptop, and never in a production database."""
    outcome = promote(engine, finished(engine, settings, synthetic=True), "monthly", "cron")
    if engine.dialect.name == "postgresql":
        assert (outcome.promoted, outcome.text) == (False, "staged, not promoted: generated data")
    else:
        assert outcome.promoted


def test_a_part_of_the_results_does_not_replace_the_whole(engine: sa.Engine, settings: Settings) -> None:
    """A run without tables, or without one that the current run has, would blank it for readers, and stays staged."""
    nothing = finished(engine, settings, tables=())
    assert "the run published no table" in promote(engine, nothing, "monthly", "cron").text
    whole = finished(engine, settings, tables=("customers", "segments"))
    promote(engine, whole, "monthly", "cron")
    part = finished(engine, settings, tables=("customers",), hour=5)
    assert "the run published no segments, which" in promote(engine, part, "monthly", "cron").text
    assert read(engine, "SELECT DISTINCT run_id FROM current_segments") == [(whole,)]


def test_a_late_delivery_does_not_turn_time_back(engine: sa.Engine, settings: Settings) -> None:
    """A run that started before the current one, delivered after an outage, stays staged."""
    late, newer = finished(engine, settings, hour=4), finished(engine, settings, hour=5)
    promote(engine, newer, "monthly", "cron")
    assert f"the current run {newer} started later" in promote(engine, late, "monthly", "cron").text


def test_a_run_for_an_earlier_date_does_not_turn_time_back(engine: sa.Engine, settings: Settings) -> None:
    """A backfilled run, started later but for an earlier date, stays staged; one for a later date goes live."""
    current = finished(engine, settings, hour=4, logical_date=date(2011, 11, 30))
    promote(engine, current, "monthly", "cron")
    old = finished(engine, settings, hour=5, logical_date=date(2011, 10, 31))
    told = promote(engine, old, "monthly", "cron").text
    assert f"the current run {current} is for a later date, 2011-11-30" in told
    new = finished(engine, settings, hour=3, logical_date=date(2011, 12, 9))
    assert promote(engine, new, "monthly", "cron").promoted


def test_a_run_that_was_taken_over_is_not_promoted(engine: sa.Engine, settings: Settings) -> None:
    """The look at the fence and the move of the pointer are one transaction."""
    run = finished(engine, settings)
    fence, _ = (
        database.transact(engine, lambda connection: fences.take(connection, "monthly", Holder.here(name)))  # noqa: B023
        for name in (run, "the next")
    )
    with pytest.raises(TakenOverError, match="run the next took over monthly"):
        promote(engine, run, "monthly", "cron", fence)
    assert read(engine, "SELECT * FROM published_runs") == []


def test_pipelines_are_current_side_by_side(engine: sa.Engine, settings: Settings) -> None:
    """Each pipeline has a pointer of its own."""
    monthly, weekly = finished(engine, settings), finished(engine, settings, pipeline="weekly", hour=3)
    assert promote(engine, monthly, "monthly", "cron").promoted
    assert promote(engine, weekly, "weekly", "cron").promoted
    assert set(read(engine, "SELECT pipeline, run_id FROM published_runs")) == {
        ("monthly", monthly),
        ("weekly", weekly),
    }


def test_promotions_at_once_end_in_one_order(engine: sa.Engine, settings: Settings) -> None:
    """Four hosts promote four runs at once: the newest is current, and its changes are against a run it replaced."""
    runs = [finished(engine, settings, {"a": number % 2 == 0, "b": True}, hour=number) for number in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda run: promote(engine, run, "monthly", "cron"), runs))
    assert read(engine, "SELECT run_id FROM published_runs") == [(runs[-1],)]
    changes = read(engine, "SELECT run_id, previous_run_id FROM membership_changes")
    assert all(run in runs and previous in runs and run > previous for run, previous in changes)


def test_a_failed_gate_leaves_the_results_staged(engine: sa.Engine, settings: Settings) -> None:
    """Readers go on seeing the run before, and the outcome says which gate failed and by how much."""
    first = finished(engine, settings, {"a": True, "b": True}, metrics={"clustering.silhouette": 0.6})
    assert promote(engine, first, "monthly", "cron", policy=GATES).promoted
    second = finished(
        engine, settings, {"a": True, "b": False, "c": True}, hour=5, metrics={"clustering.silhouette": 0.41}
    )
    outcome = promote(engine, second, "monthly", "cron", policy=GATES)
    assert (outcome.promoted, outcome.failed) == (False, True)
    assert outcome.text == (
        "staged, not promoted: silhouette is 0.41, the gate wants at least 0.5: 0.09 short; "
        "membership_change is 0.6667, the gate wants at most 0.3: 0.3667 over"
    )
    assert read(engine, "SELECT DISTINCT run_id FROM current_customers") == [(first,)]
    assert len(read(engine, "SELECT * FROM promotions")) == 1


def test_what_the_gates_said_is_kept(engine: sa.Engine, settings: Settings) -> None:
    """A promotion keeps every gate with its figure, also those that passed for want of a run to compare with."""
    run = finished(engine, settings, metrics={"clustering.silhouette": 0.6})
    promote(engine, run, "monthly", "cron", policy=GATES)
    with engine.connect() as connection:
        table = sa.Table("promotions", sa.MetaData(), autoload_with=connection, resolve_fks=False)
        row = connection.execute(sa.select(table)).one()
    assert (row.number, row.pipeline, row.run_id, row.previous_run_id) == (1, "monthly", run, None)
    assert (row.kind, row.by_whom, row.note) == ("promoted", "cron", None)
    assert [(one["gate"], one["passed"], one["value"]) for one in row.gates] == [
        ("silhouette >= 0.5", True, 0.6),
        ("membership_change <= 0.3", True, None),
    ]
    assert row.gates[1]["text"] == "membership_change: no run is current yet, nothing to compare with"


def test_a_person_passes_over_a_gate_and_the_promotion_says_so(engine: sa.Engine, settings: Settings) -> None:
    """By hand, with a reason; the failed gate stands in the promotion for good."""
    run = finished(engine, settings, metrics={"clustering.silhouette": 0.41})
    assert not promote(engine, run, "monthly", "Ada", policy=GATES, hand=Hand(older=True)).promoted
    hand = Hand(despite_gates=True, note="new stores")
    outcome = promote(engine, run, "monthly", "Ada", policy=GATES, hand=hand)
    assert (outcome.promoted, outcome.failed) == (True, False)
    assert read(engine, "SELECT by_whom, note FROM promotions") == [("Ada", "despite silhouette >= 0.5: new stores")]


def test_a_person_makes_an_older_run_current(engine: sa.Engine, settings: Settings) -> None:
    """Only if the person says that this is meant."""
    old, new = finished(engine, settings, hour=4), finished(engine, settings, hour=5)
    promote(engine, new, "monthly", "cron")
    assert "started later" in promote(engine, old, "monthly", "Ada", hand=Hand()).text
    assert promote(engine, old, "monthly", "Ada", hand=Hand(older=True, note="new one is wrong")).promoted


def test_a_run_that_was_taken_back_does_not_return_by_itself(engine: sa.Engine, settings: Settings) -> None:
    """A delivery that is repeated after a rollback leaves the older run current; a person can bring the newer back."""
    old, new = finished(engine, settings, hour=4), finished(engine, settings, hour=5)
    for run in (old, new):
        promote(engine, run, "monthly", "cron")
    rollback(engine, "monthly", "Ada")
    assert "it was current before" in promote(engine, new, "monthly", "cron").text
    assert read(engine, "SELECT run_id FROM published_runs") == [(old,)]
    assert promote(engine, new, "monthly", "Ada", hand=Hand()).promoted


def test_an_approval_is_waited_for(engine: sa.Engine, settings: Settings) -> None:
    """Nobody's word, a rejection, and the approval of another state of the run keep it staged."""
    run, policy = finished(engine, settings, digest="d" * 64), Policy(approval="required")
    assert "it waits for approval" in promote(engine, run, "monthly", "cron", policy=policy).text
    word(engine, run, "approved", digest="e" * 64, at=datetime(2026, 1, 15, tzinfo=UTC))
    told = promote(engine, run, "monthly", "cron", policy=policy).text
    assert told.endswith("the approval by Ada is void, for the run has changed since")
    word(engine, run, "rejected", digest="d" * 64, at=datetime(2026, 1, 16, tzinfo=UTC))
    assert promote(engine, run, "monthly", "cron").text.endswith("rejected by Ada on 2026-01-16")
    assert not promote(engine, run, "monthly", "Bob", policy=policy, hand=Hand(despite_gates=True, older=True)).promoted
    word(engine, run, "approved", digest="d" * 64, at=datetime(2026, 1, 17, tzinfo=UTC))
    assert promote(engine, run, "monthly", "cron", policy=policy).promoted


def test_the_newest_word_counts_whichever_ledger_it_stands_in(engine: sa.Engine, settings: Settings) -> None:
    """Two hosts have ledgers of their own: a later rejection in one outweighs an earlier approval in the other."""
    run = finished(engine, settings, digest="d" * 64)
    word(engine, run, "rejected", digest="d" * 64, at=datetime(2026, 1, 17, tzinfo=UTC), ledger="one")
    word(engine, run, "approved", digest="d" * 64, at=datetime(2026, 1, 16, tzinfo=UTC), ledger="two")
    assert "rejected by Ada" in promote(engine, run, "monthly", "cron").text
    assert read(engine, "SELECT approved_by FROM runs") == [(None,)]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"number": 3}, "promotions are numbered in their order"),
        ({"previous_run_id": None}, "another run is current than the one to be replaced"),
        ({"run_id": "{failed}"}, "only a run of the pipeline that succeeded goes live"),
        ({"pipeline": "weekly", "previous_run_id": None}, "only a run of the pipeline that succeeded goes live"),
        ({"kind": "rolled_back"}, "only a run that was live can come back"),
        ({"run_id": "{first}"}, "the run is current already"),
    ],
)
def test_the_database_refuses_a_promotion_that_cannot_be(
    engine: sa.Engine, settings: Settings, change: dict[str, object], words: str
) -> None:
    """Whoever writes into `promotions`, and with whatever program: the pointer only goes where it may."""
    first, second = finished(engine, settings, hour=4), finished(engine, settings, hour=5)
    failed = finished(engine, settings, hour=6, status="failed")
    promote(engine, first, "monthly", "cron")
    row = {"number": 2, "pipeline": "monthly", "run_id": second, "previous_run_id": first, "kind": "promoted"}
    row |= {name: {"{failed}": failed, "{first}": first}.get(str(value), value) for name, value in change.items()}
    insert = sa.text(
        "INSERT INTO promotions (number, pipeline, run_id, previous_run_id, kind, at, by_whom, gates) "
        "VALUES (:number, :pipeline, :run_id, :previous_run_id, :kind, '2026-01-15 04:00:00', 'me', '[]')"
    )
    with pytest.raises(DeliveryError, match=words):
        database.transact(engine, lambda connection: connection.execute(insert, row))
    assert read(engine, "SELECT run_id FROM published_runs") == [(first,)]


@pytest.mark.parametrize("at", [b"INSERT INTO promotions", b"promotion_turn", b"COMMIT"])
@pytest.mark.parametrize("heard", [False, True])
def test_a_connection_that_is_cut_leaves_no_half(
    tmp_path: Path, postgres_url: str, postgres_server: Server, at: bytes, heard: bool
) -> None:
    """Wherever the wire breaks, before or after the server got the word: the promotion is repeated, and is one."""
    engine = database.engine(postgres_url)
    database.migrate(engine)
    settings = runs.settings(tmp_path, postgres_url)
    first, second = (finished(engine, settings, {"a": hour == 4, "b": True}, hour=hour) for hour in (4, 5))
    promote(engine, first, "monthly", "cron")
    with Relay(postgres_server.port, at, heard).running() as relay:
        url = sa.make_url(postgres_url).set(port=relay.port).render_as_string(hide_password=False)
        assert promote(database.engine(url), second, "monthly", "cron").promoted
        assert relay.cut == 1
    assert read(engine, "SELECT number, run_id, previous_run_id FROM promotions ORDER BY 1") == [
        (1, first, None),
        (2, second, first),
    ]
    assert read(engine, "SELECT run_id, promotion FROM published_runs") == [(second, 2)]
    assert read(engine, "SELECT customer_id, change FROM current_membership_changes") == [("a", "left")]


def test_two_hosts_that_promote_and_roll_back_end_in_one_order(tmp_path: Path, postgres_url: str) -> None:
    """Four processes promote eight runs while a person goes back: every promotion replaces the one before it."""
    engine = database.engine(postgres_url)
    database.migrate(engine)
    settings = runs.settings(tmp_path, postgres_url)
    ids = [finished(engine, settings, {"a": hour % 2 == 0, "b": True}, hour=hour) for hour in range(8)]
    hosts = [
        subprocess.Popen([sys.executable, "-c", HOST, postgres_url, *ids[number::4]], cwd=CHECKOUT)
        for number in range(4)
    ]
    while any(host.poll() is None for host in hosts):
        with contextlib.suppress(UsageError):
            rollback(engine, "monthly", "Ada")
    assert [host.wait() for host in hosts] == [0] * 4
    rows = read(engine, "SELECT number, run_id, previous_run_id FROM promotions ORDER BY number")
    assert [row[0] for row in rows] == list(range(1, len(rows) + 1))
    assert [row[2] for row in rows] == [None, *(row[1] for row in rows[:-1])]
    assert read(engine, "SELECT run_id, promotion FROM published_runs") == [(rows[-1][1], rows[-1][0])]


def test_readers_never_see_a_mixture(tmp_path: Path, postgres_url: str) -> None:
    """While the pointer moves to and fro, each query of the current views answers with the rows of one run, whole."""
    engine = database.engine(postgres_url)
    database.migrate(engine)
    settings = runs.settings(tmp_path, postgres_url)
    many = {str(number): number % 2 == 0 for number in range(200)}
    first = finished(engine, settings, many, hour=4, tables=("customers", "segments"))
    second = finished(
        engine, settings, {name: not is_one for name, is_one in many.items()}, hour=5, tables=("customers", "segments")
    )
    promote(engine, first, "monthly", "cron")
    over, seen = threading.Event(), set[tuple[object, ...]]()
    query = (
        "SELECT c.run_id, s.run_id, r.run_id, count(*) FROM current_customers c "
        "JOIN current_segments s ON s.pipeline = c.pipeline JOIN current_runs r ON r.pipeline = c.pipeline "
        "GROUP BY 1, 2, 3"
    )

    def look() -> None:
        with database.engine(postgres_url).connect() as connection:
            while not over.is_set():
                seen.update(tuple(row) for row in connection.execute(sa.text(query)))
                connection.rollback()

    with ThreadPoolExecutor(2) as pool:
        readers = [pool.submit(look) for _ in range(2)]
        for _ in range(15):
            promote(engine, second, "monthly", "Ada", hand=Hand())
            rollback(engine, "monthly", "Ada")
        over.set()
        for reader in readers:
            reader.result()
    assert seen == {(run, run, run, 600) for run in (first, second)}
