"""Inputs: fetched, digested, handed over as a path; and never a password in the record."""

from __future__ import annotations

import hashlib
import http.server
import threading
from collections.abc import Iterator
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa

from runner.errors import InputError
from runner.intake.inputs import Input, fetch
from runner.records import digests
from runner.settings import Settings
from tests.runner.runs import settings
from tests.servers import Server


def at(hour: int, minute: int) -> datetime:
    """A time of the shop's last day, local, without zone."""
    return datetime(2011, 12, 9, hour, minute)  # noqa: DTZ001 - shops write local time


ORDERS = [
    ("581483", "23843", 80_995, 2.08, at(9, 15), date(2011, 12, 9), "16446", True, 16446),
    ("C581484", "23843", -80_995, None, at(9, 27), None, None, False, None),
]
TABLE = """
CREATE TABLE orders (
    invoice VARCHAR(20) PRIMARY KEY, product TEXT, quantity INTEGER, price NUMERIC(10, 2), time TIMESTAMP, day DATE,
    customer TEXT, paid BOOLEAN, number NUMERIC(10, 0)
)"""


@pytest.fixture
def places(tmp_path: Path) -> Settings:
    return settings(tmp_path, "sqlite://")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "run" / "inputs"


def near(found: Input) -> Path:
    """Where the copy lies."""
    assert found.injected is not None
    return Path(found.injected)


def database_with_orders(url: str) -> str:
    """Fill a table and return the URL as given."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.execute(sa.text(TABLE))
        table = sa.Table("orders", sa.MetaData(), autoload_with=connection)
        for row in reversed(ORDERS):
            values = dict(zip(table.columns.keys(), row, strict=True))
            connection.execute(sa.insert(table).values(values))
    return url


@pytest.mark.parametrize("name", ["auto", "demo", "uci:online-retail-ii"])
def test_names_pass_through(folder: Path, places: Settings, name: str) -> None:
    """What the notebook understands by itself is left to it."""
    assert fetch(name, folder, places) == Input(name, name)
    assert not folder.exists()


def test_a_file_is_digested_in_place(tmp_path: Path, folder: Path, places: Settings, monkeypatch: Any) -> None:
    """A path becomes absolute, with its digest and size; nothing is copied."""
    (tmp_path / "shop.csv").write_text("invoice\n1\n")
    monkeypatch.chdir(tmp_path)
    found = fetch("shop.csv", folder, places)
    assert found.injected == str(tmp_path / "shop.csv")
    assert (found.sha256, found.bytes) == (hashlib.sha256(b"invoice\n1\n").hexdigest(), 10)
    assert not folder.exists()


def test_a_folder_has_the_digest_of_all_its_files(tmp_path: Path, folder: Path, places: Settings) -> None:
    """One byte or one name changed anywhere below changes it."""
    shop = tmp_path / "shop" / "2011"
    shop.mkdir(parents=True)
    (shop / "a.csv").write_text("1")
    first = fetch(str(tmp_path / "shop"), folder, places)
    (shop / "a.csv").write_text("2")
    second = fetch(str(tmp_path / "shop"), folder, places)
    (shop / "a.csv").rename(shop / "b.csv")
    third = fetch(str(tmp_path / "shop"), folder, places)
    assert first.bytes == 1
    assert len({first.sha256, second.sha256, third.sha256}) == 3


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("/nowhere/shop.csv", "there is no such file or folder"),
        ("${INSIDERS_PANEL}", "INSIDERS_PANEL is not set; set it to a path or a URL, or give the input with -p"),
        ("shop.csv", "there is no such file or folder"),
        ("ftp://host/shop.csv", "the runner fetches s3://, http://"),
        ("postgresql://host/db", "add ?table=NAME"),
        ("sqlite:////nowhere/shop.db?table=orders", "there is no database"),
    ],
)
def test_what_cannot_be_is_one_clear_line(folder: Path, places: Settings, value: str, said: str) -> None:
    """The error names the input and says what to do."""
    with pytest.raises(InputError) as caught:
        fetch(value, folder, places)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_object_comes_with_its_version(
    places: Settings, folder: Path, s3: Any, s3_endpoint: str, bucket: str
) -> None:
    """An S3 object is copied near; the record has version, digest and size."""
    version = s3.put_object(Bucket=bucket, Key="in/shop 1.csv", Body=b"invoice\n1\n")["VersionId"]
    found = fetch(f"s3://{bucket}/in/shop 1.csv", folder, remote(places, s3_endpoint))
    assert near(found).read_bytes() == b"invoice\n1\n"
    assert near(found).is_relative_to(folder)
    assert (found.version, found.bytes, found.value) == (version, 10, f"s3://{bucket}/in/shop 1.csv")


def test_a_prefix_comes_as_a_folder(places: Settings, folder: Path, s3: Any, s3_endpoint: str, bucket: str) -> None:
    """All objects below a prefix are copied, and no key climbs out of the folder."""
    for key in ("in/2010/a.csv", "in/2011/a.csv", "in/../../b.csv", "in/empty/"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"" if key.endswith("/") else key.encode())
    found = fetch(f"s3://{bucket}/in/", folder, remote(places, s3_endpoint))
    files = {path.relative_to(near(found)).as_posix() for path in near(found).rglob("*") if path.is_file()}
    assert files == {"2010/a.csv", "2011/a.csv", "input/input/b.csv"}
    assert found.sha256 == digests.of_folder(near(found))


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("s3://{bucket}/none.csv", "NoSuchKey"),
        ("s3://{bucket}/none/", "no object below"),
        ("s3://nobody-has/a", "NoSuchB"),
    ],
)
def test_a_missing_object_is_named(
    places: Settings, folder: Path, s3_endpoint: str, bucket: str, address: str, said: str
) -> None:
    """A wrong key, prefix or bucket is one clear line."""
    with pytest.raises(InputError, match=said):
        fetch(address.format(bucket=bucket), folder, remote(places, s3_endpoint))


def test_a_table_comes_as_parquet(database_url: str, folder: Path, places: Settings) -> None:
    """A SQL table is streamed in the order of its key, in types that a notebook reads; the record has its rows."""
    database_with_orders(database_url)
    found = fetch(f"{database_url}?table=orders", folder, places)
    assert (found.rows, found.version) == (2, None)
    assert "never-checked" not in str(found)
    table = pq.read_table(near(found))
    assert table["invoice"].to_pylist() == ["581483", "C581484"]
    assert table["price"].to_pylist() == [2.08, None]
    assert [str(field.type) for field in table.schema] == [
        *("large_string", "large_string", "int64", "double", "timestamp[us]", "date32[day]", "large_string", "bool"),
        "int64",
    ]
    assert tuple(table.to_pylist()[1].values()) == ORDERS[1]


def test_the_same_table_has_the_same_digest(database_url: str, folder: Path, tmp_path: Path, places: Settings) -> None:
    """Fetched again without a change, a table with a key is the same file."""
    database_with_orders(database_url)
    first = fetch(f"{database_url}#orders", folder, places)
    assert fetch(f"{database_url}#orders", tmp_path / "again", places).sha256 == first.sha256


def test_a_table_of_a_schema_and_more_rows_than_a_batch(postgres_url: str, folder: Path, places: Settings) -> None:
    """`#schema.table` names it; 120,000 rows come whole."""
    engine = sa.create_engine(postgres_url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE SCHEMA shop"))
        connection.execute(sa.text("CREATE TABLE shop.lines AS SELECT generate_series(1, 120000) AS line"))
    found = fetch(f"{postgres_url}#shop.lines", folder, places)
    assert found.rows == 120_000
    assert sum(pq.read_table(near(found))["line"].to_pylist()) == 120_000 * 120_001 // 2


def test_a_missing_table_lists_those_that_are_there(database_url: str, folder: Path, places: Settings) -> None:
    """The error helps to find the right name, and keeps the password to itself."""
    database_with_orders(database_url)
    with pytest.raises(InputError, match="there is no table sales; there are orders") as caught:
        fetch(f"{database_url}?table=sales", folder, places)
    assert "never-checked" not in str(caught.value)


def test_a_source_database_is_not_changed(tmp_path: Path, folder: Path, places: Settings) -> None:
    """A SQLite file is read only: not a byte of it changes, and no file appears beside it."""
    database_with_orders(f"sqlite:///{tmp_path / 'shop.db'}")
    before = digests.of_file(tmp_path / "shop.db")
    fetch(f"sqlite:///{tmp_path / 'shop.db'}?table=orders", folder, places)
    assert digests.of_file(tmp_path / "shop.db") == before
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["shop.db"]


def test_a_database_that_is_away_is_named(
    postgres_server: Server, postgres_url: str, folder: Path, places: Settings
) -> None:
    """Without a server the error says so in seconds, without the password."""
    with postgres_server.away(), pytest.raises(InputError, match="could not be read") as caught:
        fetch(f"{postgres_url}?table=orders", folder, places)
    assert "never-checked" not in str(caught.value)


class _Shop(http.server.SimpleHTTPRequestHandler):
    """A web server that fails once with 503, then breaks off once, then serves its files."""

    faults: list[str]

    def do_GET(self) -> None:
        fault = self.faults.pop(0) if self.faults else None
        if fault == "busy":
            self.send_error(503)
        elif fault == "torn":
            self.send_response(200)
            self.send_header("Content-Length", "10")
            self.end_headers()
            self.wfile.write(b"inv")
        else:
            super().do_GET()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[str]:
    """The address of a web server with `shop.csv`."""
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "shop.csv").write_text("invoice\n1\n")
    _Shop.faults = []
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(_Shop, directory=tmp_path / "web")) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_page_is_downloaded_through_passing_faults(shop: str, folder: Path, places: Settings) -> None:
    """A busy server and a broken connection are tried again; the record has the time of change and no signature."""
    _Shop.faults = ["busy", "torn"]
    found = fetch(f"{shop}/shop.csv?X-Amz-Signature=abc&page=1", folder, places)
    assert near(found).read_text() == "invoice\n1\n"
    assert near(found).name == "shop.csv"
    assert found.value == f"{shop}/shop.csv?X-Amz-Signature=***&page=1"
    assert "GMT" in (found.version or "")


def test_rows_of_parquet_files_are_counted(tmp_path: Path, folder: Path, places: Settings, shop: str) -> None:
    """A file, a folder of files and a download tell their rows; what only claims to be Parquet tells none."""
    web = tmp_path / "web"
    for name, rows in (("a.parquet", 3), ("b.parquet", 4)):
        pq.write_table(pa.table({"x": range(rows)}), web / name)
    assert fetch(str(web / "a.parquet"), folder, places).rows == 3
    assert fetch(f"{shop}/b.parquet", folder, places).rows == 4
    assert fetch(str(web), folder, places).rows is None
    (web / "shop.csv").unlink()
    assert fetch(str(web), folder, places).rows == 7
    (web / "b.parquet").write_text("no such thing")
    assert fetch(str(web / "b.parquet"), folder, places).rows is None


def test_a_copy_that_cannot_be_kept_is_told(tmp_path: Path, shop: str, places: Settings) -> None:
    """A full disk or a folder that cannot be made is one line, not a fault of the runner."""
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match=r"shop\.csv: the copy could not be kept: Not a directory"):
        fetch(f"{shop}/shop.csv", tmp_path / "file" / "inputs", places)


@pytest.mark.parametrize("value", ["/nowhere/\0shop.csv", "~nobody-has-this-name/shop.csv"])
def test_a_path_that_none_can_be_is_told(value: str, folder: Path, places: Settings) -> None:
    """Whatever somebody types is one clear line."""
    with pytest.raises(InputError, match="cannot be read"):
        fetch(value, folder, places)


def test_a_missing_page_is_not_tried_again(shop: str, folder: Path, places: Settings) -> None:
    """404 is an answer."""
    with pytest.raises(InputError, match="the server refused: 404"):
        fetch(f"{shop}/nowhere.csv", folder, places)


def test_a_server_that_is_away_is_named(folder: Path, places: Settings) -> None:
    """Nobody listens on that port."""
    with pytest.raises(InputError, match="did not answer: ConnectionError"):
        fetch("http://127.0.0.1:9/shop.csv", folder, places)


def remote(places: Settings, endpoint: str) -> Settings:
    """The settings with the endpoint of the tests."""
    return settings(places.checkout, places.database_url, endpoint_url=endpoint)
