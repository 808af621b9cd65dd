"""The inputs before a run: what a bucket or a database has, and lets us have, is asked without fetching it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from runner.preflight.arriving import of_input
from runner.preflight.findings import Finding
from runner.settings import Settings
from tests.infra.conftest import administer
from tests.infra.policies import Statement
from tests.runner.bench import Bench
from tests.runner.preflight.guard import Guard, guarding
from tests.servers import Server


@pytest.fixture
def guard(s3_server: Server, s3_endpoint: str) -> Iterator[Guard]:
    """A guard before the endpoint."""
    with guarding(s3_server.port) as guard:
        yield guard


@pytest.fixture
def source(bench: Bench, guard: Guard, s3: Any, bucket: str) -> Settings:
    """A bucket with one object below a prefix, behind the guard."""
    s3.put_object(Bucket=bucket, Key="transactions/2026.csv", Body=b"invoice\n1\n")
    guard.statements = reading(bucket)
    return replace(bench.settings, endpoint_url=guard.url)


def reading(bucket: str) -> list[Statement]:
    """What the host may do in the source bucket, by infra/terraform/permissions.tf."""
    arn = f"arn:aws:s3:::{bucket}"
    return [
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"{arn}/*"},
        {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": arn},
    ]


def looked(settings: Settings, source: str) -> Finding:
    """What is found of an input."""
    return of_input("source", source, Path("/nowhere"), settings)


def test_an_object_is_asked_for_and_not_fetched(source: Settings, guard: Guard, bucket: str) -> None:
    """One request for an object, two for a prefix."""
    assert looked(source, f"s3://{bucket}/transactions/2026.csv").detail.endswith("2026.csv, to be fetched")
    assert guard.answered == [("GET", 200)]
    assert looked(source, f"s3://{bucket}/transactions/").fault is None
    assert guard.answered[1:] == [("GET", 200), ("GET", 200)]


def test_what_is_not_there_is_named(source: Settings, guard: Guard, bucket: str) -> None:
    """An object, a prefix, a bucket."""
    assert "there is no such object or bucket" in (looked(source, f"s3://{bucket}/transactions/2025.csv").fault or "")
    assert "there is no object below this prefix" in (looked(source, f"s3://{bucket}/sales/").fault or "")
    guard.statements = [{"Effect": "Allow", "Action": "*", "Resource": "*"}]
    found = looked(source, "s3://nowhere-at-all/transactions/").fault or ""
    assert found.startswith("s3://nowhere-at-all/transactions/: there is no such object or bucket")


@pytest.mark.parametrize(
    ("kept", "end", "told"),
    [
        (1, "transactions/2026.csv", "s3:GetObject on it is denied, or there is no such object and s3:ListBucket is"),
        (1, "transactions/", "s3:GetObject on it is denied"),
        (0, "transactions/", "s3:ListBucket on the bucket is denied; let whoever owns the bucket grant it"),
    ],
)
def test_a_right_that_is_denied_is_named(
    source: Settings, guard: Guard, bucket: str, kept: int, end: str, told: str
) -> None:
    """With one right of the two, an object or a prefix is out of reach."""
    guard.statements = [reading(bucket)[kept]]
    assert told in (looked(source, f"s3://{bucket}/{end}").fault or "")


def test_a_bucket_that_does_not_answer_is_named(source: Settings, bucket: str) -> None:
    """Nothing listens there."""
    settings = replace(source, endpoint_url="http://127.0.0.1:9")
    assert "the bucket did not answer" in (looked(settings, f"s3://{bucket}/a.csv").fault or "")


def test_a_table_that_may_not_be_read_is_named(bench: Bench, postgres_url: str, postgres_server: Server) -> None:
    """The table is looked at, and none of its rows; the password stays out of what is said."""
    administer(postgres_server, "CREATE TABLE orders (invoice text)", "CREATE ROLE shop_reader LOGIN")
    made = sa.make_url(postgres_url).set(username="shop_reader", password="hush").update_query_dict({"table": "orders"})
    url = made.render_as_string(hide_password=False)
    try:
        administer(postgres_server, "GRANT USAGE ON SCHEMA public TO shop_reader")
        fault = looked(bench.settings, url).fault or ""
        assert "permission denied for table orders" in fault
        assert "hush" not in fault
        assert "there is no table nothing" in (looked(bench.settings, url.replace("orders", "nothing")).fault or "")
        administer(postgres_server, "GRANT SELECT ON orders TO shop_reader")
        assert looked(bench.settings, url).fault is None
    finally:
        administer(postgres_server, "DROP OWNED BY shop_reader", "DROP ROLE shop_reader")


def test_a_path_that_is_not_there_is_named(bench: Bench) -> None:
    """A path must be there before the run."""
    assert "/nowhere/shop.csv" in (looked(bench.settings, "/nowhere/shop.csv").fault or "")
