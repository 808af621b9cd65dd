"""The four notebooks through the runner on the real file, delivering to PostgreSQL and S3."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
import pandas as pd
import psycopg2
import pytest
import sqlalchemy as sa

from insiders.language import language
from tests.answered import agrees_with_scipy, published, wrong
from tests.dashboard import tour
from tests.monthly import LIGHT, RESULTS, Finished, GoodRun, database, run_monthly, runner
from tests.servers import AWS, Server, make_bucket

SECRET = "correct-horse-battery-staple"


@pytest.fixture(scope="module")
def finished(
    tmp_path_factory: pytest.TempPathFactory, real_data: Path, postgres_server: Server, s3_server: Server
) -> Iterator[Finished]:
    """The pipeline on the real file, delivering to PostgreSQL and to a bucket."""
    name = f"monthly_{uuid4().hex[:12]}"
    _administer(postgres_server, f"CREATE DATABASE {name}")
    endpoint = f"http://127.0.0.1:{s3_server.port}"
    make_bucket(_client(endpoint), name.replace("_", "-"))
    yield run_monthly(
        *LIGHT,
        environment={
            **AWS,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "INSIDERS_OUTPUT": str(tmp_path_factory.mktemp("real")),
            "INSIDERS_DATA": str(real_data),
            "INSIDERS_SOURCE": "uci:online-retail",
            "INSIDERS_DATABASE_URL": f"postgresql://insiders:{SECRET}@127.0.0.1:{postgres_server.port}/{name}",
            "INSIDERS_BUCKET": f"{name.replace('_', '-')}/archive",
            "INSIDERS_ENDPOINT_URL": endpoint,
        },
    )
    # The roles of the tables could not be made anew by another test while these tables are there.
    _administer(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


def _administer(server: Server, statement: str) -> None:
    with closing(psycopg2.connect(f"host=127.0.0.1 port={server.port} user=insiders dbname=postgres")) as connection:
        connection.autocommit = True
        connection.cursor().execute(statement)


class TestReal(GoodRun):
    """What holds for the real file."""

    def test_starts_from_every_row(self, finished: Finished) -> None:
        """The source is read whole: 541,909 rows, none of them set aside."""
        assert finished.metrics["rows_read"] == 541_909
        assert finished.metrics["rows_quarantined"] == 0

    def test_the_dashboard_shows_it(self, finished: Finished) -> None:
        """Every page of the dashboard opens in a browser, and the numbers there are those that SQL finds."""
        engine = database(finished)
        tour.visit(Path(finished.environment["INSIDERS_OUTPUT"]), engine)
        engine.dispose()

    def test_the_archive_holds_every_file_once(self, finished: Finished) -> None:
        """Each file of the run lies in the bucket under its digest, in one version, the manifest written last."""
        bucket, prefix = finished.environment["INSIDERS_BUCKET"].split("/")
        client = _client(finished.environment["INSIDERS_ENDPOINT_URL"])
        pages = client.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=f"{prefix}/")
        written = {version["Key"]: version["LastModified"] for page in pages for version in page["Versions"]}
        assert len(written) == sum(len(page["Versions"]) for page in pages)
        steps = [file for step in finished.manifest["steps"] for file in step["files"]]
        files = {file["path"]: file["sha256"] for file in [*steps, *finished.manifest["files"]]}
        assert {"journal.jsonl", "lineage.json", "04_report.ipynb", "artifacts/insiders.csv"} <= files.keys()
        keys = {name: f"{prefix}/objects/{sha256[:2]}/{sha256}" for name, sha256 in files.items()}
        for name, key in keys.items():
            body = client.get_object(Bucket=bucket, Key=key)["Body"].read()
            assert body == (finished.folder / name).read_bytes(), name
        manifest = f"{prefix}/monthly/{finished.folder.name}/run.json"
        assert written[manifest] >= max(written[key] for key in keys.values())

    def test_no_secret_is_kept(self, finished: Finished) -> None:
        """The credentials of the database and the bucket are in no file of the run and in no line of the output."""
        holders = [
            path for path in finished.folder.rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes()
        ]
        assert not holders
        assert SECRET not in finished.output

    def test_delivering_again_changes_nothing(self, finished: Finished) -> None:
        """`runner sync` after a delivered run finds nothing to do and leaves every count as it was."""
        before = _counts(finished)
        again = runner("sync", environment=finished.environment)
        assert again.returncode == 0, again.stdout + again.stderr
        assert _counts(finished) == before

    def test_beats_no_plain_sort_by_words(self, finished: Finished) -> None:
        """The share of the plain revenue sort stands beside the Insiders' own, and no group of that size has more."""
        assert 0.02 < finished.metrics["insiders_customer_share"] < 0.2
        assert finished.metrics["plain_sort_revenue_share"] >= finished.metrics["insiders_revenue_share"] - 1e-9

    def test_judges_the_policy_by_later_revenue(self, finished: Finished) -> None:
        """The plain sort captures more than half of later revenue, less than the oracle; a year is recommended."""
        assert finished.metrics["recommended_policy"] == "year_revenue"
        assert 0.5 < finished.metrics["plain_sort_captured"] < finished.metrics["oracle_captured"]

    def test_says_in_words_who_is_eligible(self, finished: Finished) -> None:
        """The rule reaches 95 % of precision and recall against those who are eligible."""
        assert finished.metrics["rule_reached"] == "yes"
        assert finished.metrics["rule_precision"] > 0.95

    def test_published_statistics_are_scipys(self, finished: Finished) -> None:
        """U of the revenue, the interval of its mean and the Insiders' share, computed anew from what is current."""
        with database(finished).connect() as connection:
            customers = pd.read_sql(
                sa.text("SELECT is_insider, segment, gross_revenue FROM current_customers"), connection
            )
            told = {topic: figures for topic, figures, _ in published(connection, "monthly")}
        agrees_with_scipy(customers, told["differences"], told["shares"])

    def test_every_number_of_the_report_is_found_by_the_query_beside_it(self, finished: Finished) -> None:
        """What report.html prints is what its queries give on the live run's views."""
        page = (finished.folder / "artifacts" / "report.html").read_text(encoding="utf-8")
        with database(finished).connect() as connection:
            assert not wrong(connection, "monthly", page, language("en"))

    def test_everybody_has_a_probability_of_high_value(self, finished: Finished) -> None:
        """The current customers all have the champion's probability, between 0 and 1."""
        asked = "SELECT count(*) FROM current_customers WHERE probability_high_value BETWEEN 0 AND 1"
        everybody = "SELECT count(*) FROM current_customers"
        with database(finished).connect() as connection:
            assert (
                connection.execute(sa.text(asked)).scalar_one() == connection.execute(sa.text(everybody)).scalar_one()
            )


def _client(endpoint: str) -> Any:
    keys = {"aws_access_key_id": "tests", "aws_secret_access_key": SECRET}
    return boto3.client("s3", endpoint_url=endpoint, region_name=AWS["AWS_DEFAULT_REGION"], **keys)


def _counts(finished: Finished) -> dict[str, int]:
    with database(finished).connect() as connection:
        tables = [*RESULTS, "runs", "metrics", "membership_changes", "deliveries"]
        return {table: connection.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar_one() for table in tables}
