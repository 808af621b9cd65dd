"""How files pass between machines."""

import hashlib
from pathlib import Path
from typing import Any

import pytest

from runner.crew.exchange import BucketExchange, Exchange, FolderExchange, exchange_of
from runner.errors import DeliveryError, PlaceError
from tests.runner import runs

TEXT = b"one and two"
SHA256 = hashlib.sha256(TEXT).hexdigest()


@pytest.fixture(params=["bucket", "folder"])
def exchange(request: pytest.FixtureRequest, tmp_path: Path) -> Exchange:
    """An exchange of either kind, as the settings name it."""
    if request.param == "folder":
        return exchange_of(runs.settings(tmp_path, "sqlite://"))
    endpoint, bucket = request.getfixturevalue("s3_endpoint"), request.getfixturevalue("bucket")
    return exchange_of(runs.settings(tmp_path, "sqlite://", bucket=f"{bucket}/shop", endpoint_url=endpoint))


def test_a_file_arrives_as_it_was(exchange: Exchange, tmp_path: Path) -> None:
    """What is sent, also twice, can be fetched into any place by its digest."""
    (tmp_path / "source").write_bytes(TEXT)
    for _ in range(2):
        exchange.send(tmp_path / "source", SHA256)
    exchange.fetch(SHA256, tmp_path / "deep" / "target")
    assert (tmp_path / "deep" / "target").read_bytes() == TEXT


def test_what_was_never_sent_is_not_there(exchange: Exchange, tmp_path: Path) -> None:
    """Nothing is left in the place, and the error says where the file was looked for."""
    with pytest.raises(PlaceError, match=r"objects|bucket"):
        exchange.fetch(SHA256, tmp_path / "target")
    assert not list(tmp_path.glob("*target*"))


def test_an_altered_file_is_refused(exchange: Exchange, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """What lies there under the digest of something else is not taken."""
    if isinstance(exchange, FolderExchange):
        place = exchange.output / "objects" / SHA256[:2] / SHA256
        place.parent.mkdir(parents=True)
        place.write_bytes(b"other")
    else:
        assert isinstance(exchange, BucketExchange)
        client: Any = request.getfixturevalue("s3")
        client.put_object(Bucket=exchange.store.bucket, Key=f"shop/objects/{SHA256[:2]}/{SHA256}", Body=b"other")
    with pytest.raises(DeliveryError, match="is not what it was"):
        exchange.fetch(SHA256, tmp_path / "target")
    assert not (tmp_path / "target").exists()
