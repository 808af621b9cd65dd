"""The four notebooks through the runner: a generated shop by default, the real file to PostgreSQL and S3."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
import psycopg2
import pytest
import sqlalchemy as sa

from tests.monthly import Finished, run_monthly, runner
from tests.servers import AWS, Server, make_bucket

NOTEBOOKS = ["01_eda.ipynb", "02_clustering.ipynb", "03_forecast.ipynb", "04_report.ipynb"]
RESULTS = ["customers", "segments", "forecasts", "model_scores", "answers"]
GIB = 1024**3
SECRET = "correct-horse-battery-staple"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """The pipeline on the generated shop, with nothing set but where to write."""
    output = tmp_path_factory.mktemp("demo")
    return run_monthly(environment={"INSIDERS_OUTPUT": str(output), "INSIDERS_SOURCE": "demo:800"})


@pytest.fixture(scope="module")
def real(
    tmp_path_factory: pytest.TempPathFactory, real_data: Path, postgres_server: Server, s3_server: Server
) -> Finished:
    """The pipeline on the real file, delivering to PostgreSQL and to a bucket."""
    name = f"monthly_{uuid4().hex[:12]}"
    connection = psycopg2.connect(f"host=127.0.0.1 port={postgres_server.port} user=insiders dbname=postgres")
    connection.autocommit = True
    connection.cursor().execute(f"CREATE DATABASE {name}")
    connection.close()
    endpoint = f"http://127.0.0.1:{s3_server.port}"
    make_bucket(_client(endpoint), name.replace("_", "-"))
    return run_monthly(
        environment={
            **AWS,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "INSIDERS_OUTPUT": str(tmp_path_factory.mktemp("real")),
            "INSIDERS_DATA": str(real_data),
            "INSIDERS_SOURCE": "uci:online-retail",
            "INSIDERS_DATABASE_URL": f"postgresql://insiders:{SECRET}@127.0.0.1:{postgres_server.port}/{name}",
            "INSIDERS_BUCKET": f"{name.replace('_', '-')}/archive",
            "INSIDERS_ENDPOINT_URL": endpoint,
        }
    )


@pytest.fixture(params=["demo", "real"])
def finished(request: pytest.FixtureRequest) -> Finished:
    """Both runs in turn."""
    return request.getfixturevalue(request.param)


@pytest.mark.xdist_group("monthly")
class TestBoth:
    """What holds for every good run."""

    def test_succeeds(self, finished: Finished) -> None:
        """The run ends with exit status 0, every step succeeded and every cell of every copy ran."""
        assert finished.exit_status == 0, finished.output
        assert finished.manifest["status"] == "succeeded"
        assert {step["status"] for step in finished.manifest["steps"]} == {"succeeded"}
        cells = [cell for step in finished.manifest["steps"] for cell in step["cells"]]
        assert {cell["status"] for cell in cells} == {"succeeded"}

    def test_leaves_clean_copies(self, finished: Finished) -> None:
        """The four executed copies show no error, no warning and nothing on the error stream."""
        copies = finished.copies()
        assert list(copies) == NOTEBOOKS
        outputs = [(name, output) for name, copy in copies.items() for output in _outputs(copy)]
        noisy = [(name, output) for name, output in outputs if output["output_type"] == "error"]
        noisy += [(name, output) for name, output in outputs if output.get("name") == "stderr"]
        noisy += [(name, output) for name, output in outputs if "Warning:" in _text(output)]
        assert not noisy, noisy

    def test_shows_figures(self, finished: Finished) -> None:
        """Each notebook's copy holds pictures, and each ends in the receipt of its publication."""
        for name, copy in finished.copies().items():
            pictures = [output for output in _outputs(copy) if "image/png" in output.get("data", {})]
            assert len(pictures) >= 3, name
            last = [_text(output) for cell in copy["cells"][-2:] for output in cell.get("outputs", [])]
            assert any("delivered" in text for text in last), (name, last)

    def test_stays_small(self, finished: Finished) -> None:
        """Every step stays under 1.5 GiB of memory, so that a small host can run it."""
        peaks = {step["name"]: step["peak_memory_bytes"] / GIB for step in finished.manifest["steps"]}
        assert all(0.05 < peak < 1.5 for peak in peaks.values()), peaks

    def test_files_are_as_recorded(self, finished: Finished) -> None:
        """Every file in the manifest is in the run folder with the digest it has there."""
        files = [file for step in finished.manifest["steps"] for file in step["files"]]
        assert len(files) > 20
        for file in files:
            assert hashlib.sha256((finished.folder / file["path"]).read_bytes()).hexdigest() == file["sha256"], file

    def test_rows_are_current(self, finished: Finished) -> None:
        """The database holds the run's rows once, the views show them, and the CSV names the same Insiders."""
        with _database(finished).connect() as connection:
            for table in RESULTS:
                rows = connection.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar_one()
                assert rows > 0, table
                assert connection.execute(sa.text(f"SELECT count(*) FROM current_{table}")).scalar_one() == rows, table
            insiders = sa.text("SELECT customer_id FROM current_customers WHERE is_insider")
            current = set(connection.execute(insiders).scalars())
        with (finished.folder / "artifacts" / "insiders.csv").open(encoding="utf-8", newline="") as file:
            assert {row["customer_id"] for row in csv.DictReader(file)} == current
        assert finished.metrics["insiders"] == len(current)

    def test_history_and_show_tell_of_it(self, finished: Finished) -> None:
        """`history` lists the run and `show latest` prints its metrics."""
        listed = runner("history", environment=finished.environment)
        assert finished.folder.name[:8] in listed.stdout
        shown = runner("show", "latest", environment=finished.environment)
        assert shown.returncode == 0
        assert "silhouette" in shown.stdout

    def test_report_stands_alone(self, finished: Finished) -> None:
        """report.html loads nothing from anywhere and runs no script."""
        page = (finished.folder / "artifacts" / "report.html").read_text(encoding="utf-8")
        assert "<script" not in page.lower()
        assert not [word for word in ('src="http', 'href="http', "@import", "url(http") if word in page.lower()]


@pytest.mark.xdist_group("monthly")
class TestDemo:
    """What holds for the generated shop."""

    def test_says_so_loudly(self, demo: Finished) -> None:
        """The exploration and the record say that the data are generated."""
        assert "generated" in "".join(_text(output) for output in _outputs(demo.copies()["01_eda.ipynb"])).lower()
        with _database(demo).connect() as connection:
            assert connection.execute(sa.text("SELECT synthetic FROM runs")).scalar_one()


@pytest.mark.xdist_group("monthly")
class TestReal:
    """What holds for the real file."""

    def test_starts_from_every_row(self, real: Finished) -> None:
        """The source is read whole: 541,909 rows, none of them set aside."""
        assert real.metrics["rows_read"] == 541_909
        assert real.metrics["rows_quarantined"] == 0

    def test_the_archive_holds_every_file_once(self, real: Finished) -> None:
        """Each file of the run lies in the bucket with its digest, in one version, the manifest written last."""
        bucket, prefix = real.environment["INSIDERS_BUCKET"].split("/")
        client = _client(real.environment["INSIDERS_ENDPOINT_URL"])
        root = f"{prefix}/monthly/{real.folder.name}/"
        versions = client.list_object_versions(Bucket=bucket, Prefix=root)["Versions"]
        names = [version["Key"].removeprefix(root) for version in versions]
        files = {file["path"] for step in real.manifest["steps"] for file in step["files"]}
        assert len(names) == len(set(names))
        assert files | {"run.json", "journal.jsonl"} <= set(names)
        for name in files:
            body = client.get_object(Bucket=bucket, Key=root + name)["Body"].read()
            assert body == (real.folder / name).read_bytes(), name
        newest = max(versions, key=lambda version: version["LastModified"])
        assert newest["LastModified"] == next(v for v in versions if v["Key"] == root + "run.json")["LastModified"]

    def test_no_secret_is_kept(self, real: Finished) -> None:
        """The credentials of the database and the bucket are in no file of the run and in no line of the output."""
        holders = [path for path in real.folder.rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes()]
        assert not holders
        assert SECRET not in real.output

    def test_delivering_again_changes_nothing(self, real: Finished) -> None:
        """`runner sync` after a delivered run finds nothing to do and leaves every count as it was."""
        before = _counts(real)
        again = runner("sync", environment=real.environment)
        assert again.returncode == 0, again.stdout + again.stderr
        assert _counts(real) == before

    def test_beats_no_plain_sort_by_words(self, real: Finished) -> None:
        """The share of the plain revenue sort stands beside the Insiders' own, and no group of that size has more."""
        assert 0.02 < real.metrics["insiders_customer_share"] < 0.2
        assert real.metrics["plain_sort_revenue_share"] >= real.metrics["insiders_revenue_share"] - 1e-9


def _client(endpoint: str) -> Any:
    keys = {"aws_access_key_id": "tests", "aws_secret_access_key": SECRET}
    return boto3.client("s3", endpoint_url=endpoint, region_name=AWS["AWS_DEFAULT_REGION"], **keys)


def _database(finished: Finished) -> sa.Engine:
    default = f"sqlite:///{finished.environment['INSIDERS_OUTPUT']}/insiders.db"
    return sa.create_engine(finished.environment.get("INSIDERS_DATABASE_URL", default))


def _counts(finished: Finished) -> dict[str, int]:
    with _database(finished).connect() as connection:
        tables = [*RESULTS, "runs", "metrics", "membership_changes", "deliveries"]
        return {table: connection.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar_one() for table in tables}


def _outputs(copy: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for cell in copy["cells"]:
        yield from cell.get("outputs", [])


def _text(output: dict[str, Any]) -> str:
    """All the text of an output, pictures left out."""
    data = {kind: text for kind, text in output.get("data", {}).items() if not kind.startswith("image/")}
    parts = [output.get("text", ""), *data.values()]
    return "".join("".join(part) if isinstance(part, list) else str(part) for part in parts)
