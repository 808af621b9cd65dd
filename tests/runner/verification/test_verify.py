"""Everything that somebody may do to a real archive is found, and named."""

from __future__ import annotations

import dataclasses
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing

import pytest

from runner.ledger import reconcile
from runner.ledger.book import FILE, Book
from runner.ledger.line import Event, Line
from runner.outcomes import ExitStatus
from runner.records import archive
from runner.records.identifiers import new_run_id
from runner.tables import database, ledger_rows
from runner.verification.findings import Kind
from tests.runner import runs
from tests.runner.verification import tampering
from tests.runner.verification.conftest import Kept
from tests.runner.verification.tampering import flip, lines, other_key, rechained, told, write

Tamper = Callable[[list[Line]], list[Line]]


def kinds(kept: Kept, place: str) -> set[str]:
    """The kinds of the damages whose place has the words in it."""
    return {damage.kind for damage in kept.damages() if place in damage.place}


def test_the_archive_is_whole(kept: Kept) -> None:
    """Nothing was done to it, and so nothing is found: in its folder, the bucket and the database, run by run too."""
    report = kept.verify()
    assert report.findings.damages == []
    assert report.findings.away == []
    assert report.exit_status is ExitStatus.SUCCEEDED
    figures = report.findings.figures
    assert (figures["runs"], figures["pruned"], figures["bucket_runs"]) == (4, 1, 4)
    assert figures["files"] > 10
    assert figures["bucket_objects_compared"] > 5
    assert figures["lines"] == figures["database_lines"] == figures["signatures"] == 11
    assert len(report.anchors) >= 4
    assert kept.told(quick=True) == []
    assert kept.told(run=kept.runs[0].name) == kept.told(run=kept.pruned) == []
    assert kept.only("key").told() == []


def test_nothing_is_written(kept: Kept) -> None:
    """A verification leaves every file, and the database, as they were."""
    before = {path: path.stat().st_mtime_ns for path in kept.output.parent.rglob("*") if path.is_file()}
    kept.verify()
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert {path for path in kept.output.rglob("*") if path.is_file()} <= before.keys()


@pytest.mark.parametrize(
    "name", ["writes.ipynb", "publishes.ipynb", "tables/", "artifacts/", "journal.jsonl", "lineage.json"]
)
@pytest.mark.parametrize("at", [0, -1])
def test_a_changed_byte_of_a_file_is_found(kept: Kept, name: str, at: int) -> None:
    """One byte changed in a notebook, a table, a journal: the file is named, and nothing else."""
    path = next(path for path in sorted(kept.runs[0].rglob("*")) if path.is_file() and name in path.as_posix())
    flip(path, at)
    place = path.relative_to(kept.output).as_posix()
    assert [(one.kind, one.place, one.run) for one in kept.damages()] == [(Kind.ALTERED, place, kept.runs[0].name)]
    assert kept.verify().exit_status is ExitStatus.DAMAGED
    assert kept.told(quick=True) == []


def test_a_changed_byte_of_a_manifest_is_found(kept: Kept) -> None:
    """Every byte of a manifest counts: each is changed, and the manifest is named each time."""
    path = kept.runs[1] / "run.json"
    whole = path.read_bytes()
    alone = kept.alone()
    for at in range(0, len(whole), 97):
        path.write_bytes(whole)
        flip(path, at)
        assert [(one.kind, one.place) for one in alone.damages(quick=True)] == [
            (Kind.ALTERED, path.relative_to(kept.output).as_posix())
        ]


@pytest.mark.parametrize("witness", ["database", "bucket", "key"])
def test_a_changed_byte_of_a_ledger_line_is_found(kept: Kept, witness: str) -> None:
    """Every line counts, and so does every byte of it: whoever the witness is, the line is named."""
    only = kept.only(witness)
    path = kept.output / FILE
    whole = path.read_bytes()
    stride = 997 if witness == "bucket" else 61
    for at in range(0, len(whole), stride):
        path.write_bytes(whole)
        flip(path, at)
        number = whole[:at].count(b"\n") + 1
        named = [one.place for one in only.damages(quick=True) if one.place.startswith("ledger")]
        assert named, at
        if whole[at : at + 1] != b"\n" and witness != "bucket":
            assert f"ledger, line {number}" in named, (at, named)


def test_a_run_folder_that_is_gone_is_found(kept: Kept) -> None:
    """A deleted folder is missing: no line says that it was pruned."""
    gone = kept.runs[0]
    shutil.rmtree(gone)
    assert [(one.kind, one.place) for one in kept.damages()] == [(Kind.MISSING, f"small/{gone.name}")]


def test_a_file_that_is_gone_is_found(kept: Kept) -> None:
    """A deleted manifest and a deleted table are missing."""
    one, *_, other = kept.runs
    gone = [one / "run.json", next(other.glob("tables/*"))]
    for path in gone:
        path.unlink()
    assert [(damage.kind, damage.place) for damage in kept.damages()] == [
        (Kind.MISSING, path.relative_to(kept.output).as_posix()) for path in gone
    ]


def test_a_run_folder_that_was_added_is_found(kept: Kept) -> None:
    """A folder that no line tells of is added, whether it is a copy with a new id or the same run elsewhere."""
    source = kept.runs[0]
    added = source.with_name(new_run_id())
    shutil.copytree(source, added)
    manifest = added / "run.json"
    manifest.write_text(manifest.read_text().replace(source.name, added.name))
    shutil.copytree(source, kept.output / "other" / source.name)
    assert sorted((one.kind, one.place) for one in kept.damages()) == [
        (Kind.ADDED, f"other/{source.name}"),
        (Kind.ADDED, f"small/{added.name}"),
    ]
    reconcile.reconcile(kept.settings, Book.of(kept.settings))
    assert kinds(kept, added.name) == {Kind.ADDED}


def test_a_file_that_was_added_is_found(kept: Kept) -> None:
    """A file that the manifest does not list is added, and if it is known from elsewhere that is said."""
    (kept.runs[0] / "artifacts" / "new.txt").write_text("new")
    shutil.copy(kept.runs[1] / "run.json", kept.runs[0] / "tables" / "copy.json")
    told = kept.told()
    assert len(told) == 2
    assert told[0].startswith(f"added: small/{kept.runs[0].name}/artifacts/new.txt")
    assert f"found what belongs to small/{kept.runs[1].name}/run.json" in told[1]


@pytest.mark.parametrize(("one", "other"), [(1, 2), (2, 5), (9, 10)])
def test_two_swapped_lines_are_found(kept: Kept, one: int, other: int) -> None:
    """Two lines of the ledger that were swapped are both named as reordered, whoever looks."""
    changed = lines(kept.output)
    changed[one], changed[other] = changed[other], changed[one]
    write(kept.output, changed)
    for who in (kept, kept.alone()):
        found = [(damage.kind, damage.place) for damage in who.damages(quick=True)]
        assert found == [(Kind.REORDERED, f"ledger, line {number + 1}") for number in (other, one)]


@pytest.mark.parametrize("witness", ["database", "bucket"])
@pytest.mark.parametrize("cut", range(1, 11))
def test_a_cut_off_tail_is_found(kept: Kept, witness: str, cut: int) -> None:
    """However many of the last lines are cut off, and whoever the witness is, what is gone is told."""
    whole = lines(kept.output)
    write(kept.output, whole[:-cut])
    report = kept.only(witness).verify(quick=True)
    anchored = max((anchor.size for anchor in report.anchors), default=11)
    found = [one for one in report.findings.damages if one.kind is Kind.CUT_OFF]
    if witness == "bucket" and 11 - cut >= anchored:
        assert not found  # what came after the last delivery, only the database has
        return
    size = anchored if witness == "bucket" else 11
    first = 12 - cut
    place = f"ledger, line {size}" if first == size else f"ledger, lines {first}–{size}"
    assert [one.place for one in found] == [place]


def test_a_ledger_that_is_gone_is_found(kept: Kept) -> None:
    """Without the ledger, runs that were made when there was one tell that it is missing; so it does when empty."""
    path = kept.output / FILE
    path.unlink()
    assert [damage.place for damage in kept.alone().damages()] == ["ledger.jsonl"]
    path.touch()
    assert [damage.place for damage in kept.alone().damages()] == ["ledger.jsonl"]


def test_a_ledger_begun_anew_is_found(kept: Kept) -> None:
    """Where the ledger was removed and another begun, the runs before are known not to be its own."""
    old = kept.runs
    digests = {folder: tampering.digest(folder / "run.json") for folder in old}
    (kept.output / FILE).unlink()
    book = Book.of(kept.settings)
    assert reconcile.reconcile(kept.settings, book) == []
    runs.ended(kept.settings, archive.make_folder(kept.output, "small", new_run_id()))
    added = [(Kind.ADDED, f"small/{folder.name}") for folder in old]
    assert [(one.kind, one.place) for one in kept.alone().damages()] == added
    for folder in old:
        book.append(Event.ADOPTED, pipeline="small", run_id=folder.name, digest=digests[folder])
    told = kept.told()
    assert any("3 runs that the database knows from another ledger" in one for one in told)
    assert sum("which is not this one" in one for one in told) == len(old)


@pytest.mark.parametrize("files", [True, False])
def test_what_belongs_to_another_run_is_found(kept: Kept, files: bool) -> None:
    """Files of two runs that were swapped, and whole folders that were, are named as swapped, each with its owner."""
    one, *_, other = kept.runs
    places = ["writes.ipynb", "publishes.ipynb"] if files else [""]
    for place in places:
        aside = kept.output / "aside"
        (one / place).rename(aside)
        (other / place).rename(one / place)
        aside.rename(other / place)
    damages = kept.damages()
    place = "writes.ipynb" if files else "run.json"
    pairs = {(damage.place, damage.found) for damage in damages}
    assert {damage.kind for damage in damages} == {Kind.SWAPPED}
    for mine, its in ((one, other), (other, one)):
        named = f"small/{its.name}/{place}"
        assert (f"small/{mine.name}/{place}", f"what belongs to {named}") in pairs


def passes_off(changed: list[Line], run: str) -> list[Line]:
    """The ledger without a run."""
    return rechained([line for line in changed if line.run_id != run])


@pytest.mark.parametrize("witness", ["database", "bucket", "key"])
def test_a_pruned_run_passed_off_as_never_run_is_found(kept: Kept, witness: str) -> None:
    """A ledger from which all lines of a pruned run were taken, with the chain computed anew, is found out."""
    run = kept.pruned
    write(kept.output, passes_off(lines(kept.output), run))
    only = kept.only(witness)
    told = only.told()
    assert told
    if witness == "bucket":
        assert any(f"lines of the run that is in s3://{kept.settings.bucket}/small/{run}" in one for one in told)
    if witness == "key":
        assert told[0].startswith("forged: ledger, lines 2–")


def test_a_prune_that_was_never_told_is_found(kept: Kept) -> None:
    """A run whose folder was removed, with the line that says so left away, is missing."""
    pruned = kept.pruned
    write(kept.output, rechained([line for line in lines(kept.output) if line.event is not Event.PRUNED]))
    assert [(one.kind, one.place) for one in kept.alone().damages()] == [(Kind.MISSING, f"small/{pruned}")]


TAMPERINGS: dict[str, Tamper] = {
    "a chain computed anew": lambda found: rechained([*found[:3], told(found[3], who="Eve"), *found[4:]]),
    "a chain without signatures": lambda found: rechained(
        [*found[:3], told(found[3], who="Eve"), *found[4:]], lambda _: None
    ),
    "a chain signed with another key": lambda found: rechained(found, other_key),
    "a line taken out": lambda found: rechained([*found[:4], *found[5:]]),
    "a line put in": lambda found: rechained([*found[:4], told(found[4], who="Eve"), *found[4:]]),
    "a forged append": lambda found: rechained(
        [*found, told(found[8], event="approved", who="Eve", signature=None)], None
    ),
    "a forged append, signed with another key": lambda found: [
        *found,
        rechained([*found, told(found[8], event="approved", who="Eve")], other_key)[-1],
    ],
    "a forged append with an old signature": lambda found: rechained([*found, told(found[8], who="Eve")]),
}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_who_has_no_key_is_found_out(kept: Kept, name: str) -> None:
    """The key alone is enough to find each line that somebody else wrote or changed, and it is named."""
    found = lines(kept.output)
    changed = TAMPERINGS[name](found)
    write(kept.output, changed)
    damages = kept.only("key").damages(quick=True)
    assert Kind.FORGED in {damage.kind for damage in damages}
    first = next(number for number, line in enumerate(changed, 1) if number > len(found) or line != found[number - 1])
    assert any(damage.place.startswith((f"ledger, line {first}", f"ledger, lines {first}–")) for damage in damages)


@pytest.mark.parametrize("witness", ["database", "bucket"])
@pytest.mark.parametrize("name", [name for name in TAMPERINGS if "append" not in name])
def test_a_chain_computed_anew_is_found_without_the_key(kept: Kept, name: str, witness: str) -> None:
    """The database alone, or the bucket alone, is enough to find that earlier lines are others now."""
    changed = TAMPERINGS[name](lines(kept.output))
    write(kept.output, changed)
    found = [damage.kind for damage in kept.only(witness).damages(quick=True) if "ledger, " in damage.place]
    assert {Kind.ALTERED, Kind.CUT_OFF} & set(found)


def test_an_unsigned_append_is_found_without_the_key(kept: Kept) -> None:
    """Nobody needs a key to see that a line is not signed, where all before it are."""
    write(kept.output, TAMPERINGS["a forged append"](lines(kept.output)))
    assert [(one.kind, one.place) for one in kept.alone().damages()] == [(Kind.FORGED, "ledger, line 12")]


def test_rows_of_the_database_that_were_altered_are_found(kept: Kept) -> None:
    """A row that contradicts itself, one that is consistent and false, and one that is gone are each named."""
    other = told(lines(kept.output)[6], who="Eve")
    with closing(sqlite3.connect(kept.settings.database_url.removeprefix("sqlite:///"))) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("UPDATE ledger SET who = 'Eve' WHERE number = 4")
        facts = (other.text.decode(), other.sha256, other.who)
        connection.execute("UPDATE ledger SET line = ?, sha256 = ?, who = ? WHERE number = 7", facts)
        connection.execute("DELETE FROM ledger WHERE number = 9")
        connection.commit()
    assert [(one.kind, one.place) for one in kept.damages(quick=True)] == [
        (Kind.ALTERED, "database, table ledger, line 4"),
        (Kind.ALTERED, "database, table ledger, line 7"),
        (Kind.MISSING, "database, table ledger, line 9"),
    ]


def test_rows_on_postgres_that_were_altered_are_found(kept: Kept, postgres_url: str) -> None:
    """The same on PostgreSQL, where only its administrator gets past what keeps the rows as they are."""
    on_postgres = dataclasses.replace(kept, settings=dataclasses.replace(kept.settings, database_url=postgres_url))
    engine = database.engine(postgres_url)
    database.migrate(engine)
    database.transact(engine, lambda connection: ledger_rows.write_book(connection, kept.book))
    report = on_postgres.verify(quick=True)
    assert report.findings.damages == []
    assert report.witness.size == report.chain.size
    with engine.begin() as connection:
        connection.exec_driver_sql("SET session_replication_role = replica")
        connection.exec_driver_sql("UPDATE ledger SET at = at + interval '1 day' WHERE number = 3")
        connection.exec_driver_sql("DELETE FROM ledger WHERE number = 5")
    engine.dispose()
    assert [(one.kind, one.place) for one in on_postgres.damages(quick=True)] == [
        (Kind.ALTERED, "database, table ledger, line 3"),
        (Kind.MISSING, "database, table ledger, line 5"),
    ]


def test_what_is_done_to_the_bucket_is_found(own_bucket: Kept) -> None:
    """Objects, manifests and anchors that were altered, removed or added are each named."""
    s3, (bucket, _, prefix) = own_bucket.s3, str(own_bucket.settings.bucket).partition("/")
    assert own_bucket.told() == []
    one, other = own_bucket.runs[0], own_bucket.runs[-1]
    removed, changed = tampering.digest(other / "writes.ipynb"), tampering.digest(one / "writes.ipynb")
    keys = {
        "removed": f"{prefix}/objects/{removed[:2]}/{removed}",
        "changed": f"{prefix}/objects/{changed[:2]}/{changed}",
        "manifest": f"{prefix}/small/{one.name}/run.json",
        "stranger": f"{prefix}/objects/ab/new.txt",
    }
    s3.delete_object(Bucket=bucket, Key=keys["removed"])
    content = bytearray((one / "writes.ipynb").read_bytes())
    content[5] ^= 1
    s3.put_object(Bucket=bucket, Key=keys["changed"], Body=bytes(content))
    s3.put_object(Bucket=bucket, Key=keys["manifest"], Body=(other / "run.json").read_bytes())
    s3.put_object(Bucket=bucket, Key=keys["stranger"], Body=b"new")
    found = {damage.place: damage for damage in own_bucket.damages()}
    assert {place: damage.kind for place, damage in found.items()} == {
        f"s3://{bucket}/{keys['removed']}": Kind.MISSING,
        f"s3://{bucket}/{keys['changed']}": Kind.ALTERED,
        f"s3://{bucket}/{keys['manifest']}": Kind.SWAPPED,
        f"s3://{bucket}/{keys['stranger']}": Kind.ADDED,
    }


def test_a_run_removed_from_the_bucket_is_found(own_bucket: Kept) -> None:
    """A manifest that was removed is missing, for its anchor tells of it; so is an anchor, for its manifest does."""
    s3, (bucket, _, prefix) = own_bucket.s3, str(own_bucket.settings.bucket).partition("/")
    one, other = own_bucket.runs[0], own_bucket.runs[-1]
    s3.delete_object(Bucket=bucket, Key=f"{prefix}/small/{one.name}/run.json")
    numbers = {line.number for line in own_bucket.book.of_run(other.name)}
    anchors = [anchor for anchor in own_bucket.verify(quick=True).anchors if anchor.size in numbers]
    for anchor in anchors:
        s3.delete_object(Bucket=bucket, Key=anchor.uri.removeprefix(f"s3://{bucket}/"))
    damages = own_bucket.damages(quick=True)
    assert {(damage.kind, damage.run) for damage in damages} == {(Kind.MISSING, one.name), (Kind.MISSING, other.name)}


def test_a_forged_anchor_is_found(own_bucket: Kept) -> None:
    """An anchor with another root, and one whose content is another, are named, and the ledger is not blamed."""
    s3, (bucket, _, _) = own_bucket.s3, str(own_bucket.settings.bucket).partition("/")
    anchor = own_bucket.verify(quick=True).anchors[0]
    key = anchor.uri.removeprefix(f"s3://{bucket}/")
    content = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    s3.put_object(Bucket=bucket, Key=key, Body=content.replace(b"started", b"stopped"))
    forged = key.replace(anchor.root, "f" * 64)
    s3.put_object(Bucket=bucket, Key=forged, Body=content)
    found = {damage.place: damage.kind for damage in own_bucket.damages()}
    assert found[f"s3://{bucket}/{forged}"] is not None
    assert found[anchor.uri] is Kind.ALTERED
    assert all(place.startswith("s3://") for place in found)


def test_places_that_are_away_are_told(kept: Kept) -> None:
    """What could not be looked at is told, and exit status 7 says that not all is known; damage counts more."""
    nowhere = dataclasses.replace(
        kept.settings,
        endpoint_url="http://127.0.0.1:9",
        database_url="postgresql+psycopg2://nobody@127.0.0.1:9/none?connect_timeout=1",
    )
    away = dataclasses.replace(kept, settings=nowhere)
    report = away.verify()
    assert report.findings.damages == []
    assert len(report.findings.away) == 2
    assert report.exit_status is ExitStatus.PENDING
    flip(kept.runs[0] / "writes.ipynb")
    assert away.verify().exit_status is ExitStatus.DAMAGED


def test_an_object_that_runs_share_is_damaged_in_each(kept: Kept) -> None:
    """What is altered through one name is altered in every run that has the file, and each is named."""
    shared = next(path for path in kept.output.glob("objects/*/*"))
    flip(shared)
    assert (Kind.ALTERED, shared.relative_to(kept.output).as_posix()) in [
        (damage.kind, damage.place) for damage in kept.damages()
    ]
