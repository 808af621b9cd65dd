"""A real archive, made once: four runs, one of them pruned, one approved, in a bucket and a database, and signed."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import nbformat
import pytest

from runner.keeping import prune
from runner.ledger.book import Book
from runner.ledger.line import Event
from runner.ledger.signing import Signer
from runner.reading.choice import Choice
from runner.settings import Settings
from runner.tables import database, ledger_rows
from runner.verification.findings import Damage
from runner.verification.report import Report
from runner.verification.verify import verify
from tests.runner.bench import Bench
from tests.servers import AWS, Server, client_of, make_bucket, serving_s3

KEY = "5d" * 32
PIPELINE = """steps:
  - {name: writes, notebook: writes.ipynb}
  - {name: tabulates, notebook: tabulates.ipynb}
  - {name: publishes, notebook: publishes.ipynb}
"""
TABULATES = """from pathlib import Path
import pyarrow as pa
import pyarrow.parquet as pq

customers = pa.table({"customer": ["a", "b"], "revenue": [1.5, 2.5]})
pq.write_table(customers, Path(run_folder, "tables", "customers.parquet"))"""
FAILS = "steps:\n  - {name: fails, notebook: fails.ipynb}\n"


@dataclass(frozen=True)
class Kept:
    """An archive of a test's own, which it may do anything to."""

    settings: Settings
    s3: Any

    @property
    def output(self) -> Path:
        """The output folder."""
        return self.settings.output

    @property
    def book(self) -> Book:
        """The ledger."""
        return Book(self.output / "ledger.jsonl")

    @property
    def runs(self) -> list[Path]:
        """The folders of the runs that are there, oldest first."""
        return sorted(path.parent for path in self.output.glob("*/*/run.json"))

    @property
    def pruned(self) -> str:
        """The id of the run that was pruned."""
        return next(str(line.run_id) for line in self.book.lines() if line.event is Event.PRUNED)

    def verify(self, **options: Any) -> Report:
        """What a verification finds."""
        return verify(self.settings, **options)

    def damages(self, **options: Any) -> list[Damage]:
        """The damages that a verification finds."""
        return self.verify(**options).findings.damages

    def told(self, **options: Any) -> list[str]:
        """The damages, as a person reads them."""
        return [str(damage) for damage in self.damages(**options)]

    def only(self, witness: str) -> Kept:
        """The same archive for who has nothing but one witness: `database`, `bucket` or `key`."""
        public = Signer.read(KEY, Path()).verifier.digits
        return {
            "database": self.alone(database_url=self.settings.database_url),
            "bucket": self.alone(bucket=self.settings.bucket),
            "key": self.alone(ledger_public_key=public),
        }[witness]

    def alone(self, **settings: Any) -> Kept:
        """The same archive for who has neither bucket nor database, and no key."""
        nothing = {"bucket": None, "database_url": f"sqlite:///{self.output}/none.db", "ledger_key": None}
        return dataclasses.replace(self, settings=dataclasses.replace(self.settings, **{**nothing, **settings}))


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory, checkout: Path) -> Iterator[Kept]:
    """The archive that the tests get copies of. Its endpoint is its own: it outlives those that other tests stop."""
    with serving_s3() as server:
        yield from _original(tmp_path_factory, checkout, server)


def _original(tmp_path_factory: pytest.TempPathFactory, checkout: Path, server: Server) -> Iterator[Kept]:
    s3 = client_of(server)
    folder, bucket = tmp_path_factory.mktemp("archive"), f"original-{uuid4().hex[:12]}"
    make_bucket(s3, bucket)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in AWS.items():
            patch.setenv(name, value)
        settings = Settings(
            checkout=checkout,
            output=folder / "output",
            database_url=f"sqlite:///{folder / 'results.db'}",
            bucket=f"{bucket}/shop",
            endpoint_url=f"http://127.0.0.1:{server.port}",
            ledger_key=KEY,
        )
        bench = Bench(folder / "pipelines", settings)
        bench.folder.mkdir()
        _notebook(bench.folder / "tabulates.ipynb", TABULATES)
        ended = [bench.run(text, choice=Choice(force=True)) for text in (PIPELINE, PIPELINE, FAILS, PIPELINE)]
        assert not any(one.completion.pending for one in ended), ended[0].completion
        book, run = Book.of(settings), ended[1].record
        digest, why = book.of_run(run.run_id)[-1].digest, {"why": "the silhouettes look right"}
        book.append(Event.APPROVED, pipeline="small", run_id=run.run_id, digest=digest, who="Ann", facts=why)
        gone = list(prune.carry_out(settings, prune.plan(settings, keep=2)))
        assert [one.run_id for one in gone] == [ended[0].record.run_id]
        engine = database.engine(settings.database_url)
        database.transact(engine, lambda connection: ledger_rows.write_book(connection, book))
        engine.dispose()
        yield Kept(settings, s3)


def _notebook(path: Path, source: str) -> None:
    """A notebook of one cell that works in the run's folder."""
    parameters = nbformat.v4.new_code_cell('run_folder: str = "../scratch"  # where files go', id="parameters")
    parameters.metadata.tags = ["parameters"]
    book = nbformat.v4.new_notebook(cells=[parameters, nbformat.v4.new_code_cell(source, id="work")])
    book.metadata.kernelspec = {"name": "python3", "language": "python", "display_name": "Python 3"}
    nbformat.write(book, path)


@pytest.fixture
def kept(original: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kept:
    """A copy of the archive, with a database of its own; the bucket is the original's, which nobody may change."""
    for name, value in AWS.items():
        monkeypatch.setenv(name, value)
    shutil.copytree(original.output, tmp_path / "output", symlinks=True)
    shutil.copy(original.output.parent / "results.db", tmp_path / "results.db")
    url = f"sqlite:///{tmp_path / 'results.db'}"
    return Kept(dataclasses.replace(original.settings, output=tmp_path / "output", database_url=url), original.s3)


@pytest.fixture
def own_bucket(kept: Kept) -> Kept:
    """The copy, with a bucket of its own too."""
    source, _, prefix = str(kept.settings.bucket).partition("/")
    name = f"own-{uuid4().hex[:12]}"
    make_bucket(kept.s3, name)
    for found in kept.s3.list_objects_v2(Bucket=source)["Contents"]:
        content = kept.s3.get_object(Bucket=source, Key=found["Key"])["Body"].read()
        kept.s3.put_object(Bucket=name, Key=found["Key"], Body=content, ChecksumAlgorithm="SHA256")
    return Kept(dataclasses.replace(kept.settings, bucket=f"{name}/{prefix}"), kept.s3)
