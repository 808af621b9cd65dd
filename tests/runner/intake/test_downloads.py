"""Downloads come to an end, whatever the server does."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import boto3
import pytest
import requests
from botocore.config import Config

from runner.errors import InputError
from runner.intake import downloads

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nContent-Length: 1000000\r\n\r\n"


@contextmanager
def server(head: bytes, drip: bytes = b"", asked: list[bytes] | None = None) -> Iterator[str]:
    """The address of a server that says `head` to every request, and then drips for as long as it may."""
    over = threading.Event()

    def answer(connection: socket.socket) -> None:
        with suppress(OSError), connection:
            request = connection.recv(65536)
            if asked is not None:
                asked.append(request)
            connection.sendall(head)
            while not over.wait(0.05):
                connection.sendall(drip)

    def listen() -> None:
        while not over.is_set():
            with suppress(OSError):
                threads.append(threading.Thread(target=answer, args=(listener.accept()[0],)))
                threads[-1].start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.1)
        threads: list[threading.Thread] = [threading.Thread(target=listen)]
        threads[0].start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        over.set()
        for thread in threads:
            thread.join()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """One second counts as a stall."""
    monkeypatch.setattr(downloads, "STALL_S", 1.0)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    ("head", "drip"),
    [(b"", b""), (HEAD, b""), (HEAD, b"x"), (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n")],
    ids=["silent", "silent after the head", "a body that drips", "a head that drips"],
)
def test_a_server_that_hangs_or_drips_is_given_up(head: bytes, drip: bytes, tmp_path: Path) -> None:
    """A download that brings nothing to speak of ends in one line, in the time set for it."""
    begun = time.monotonic()
    with server(head, drip) as address, pytest.raises(InputError, match="nothing to speak of came for 1 seconds"):
        downloads.page(f"{address}/shop.csv", tmp_path / "shop.csv")
    assert time.monotonic() - begun < 5
    assert not (tmp_path / "shop.csv").exists()


@pytest.mark.usefixtures("impatient")
def test_a_bucket_that_drips_is_given_up(tmp_path: Path) -> None:
    """The same holds for S3."""
    keys = {"aws_access_key_id": "tests", "aws_secret_access_key": "tests", "region_name": "eu-west-2"}
    with server(HEAD, b"x") as address:
        client: Any = boto3.client("s3", endpoint_url=address, config=Config(retries={"total_max_attempts": 1}), **keys)
        with pytest.raises(InputError, match="nothing to speak of"):
            downloads.s3_object(client, "bucket", "key", tmp_path / "key")


def test_a_download_can_be_stopped(tmp_path: Path) -> None:
    """Somebody who wants the run to end does not wait for a server."""
    begun = time.monotonic()
    with server(HEAD) as address, pytest.raises(InputError, match="the download was stopped"):
        downloads.page(f"{address}/shop.csv", tmp_path / "shop.csv", lambda: time.monotonic() - begun > 0.3)
    assert time.monotonic() - begun < 3


def test_a_server_that_always_fails_is_asked_three_times(tmp_path: Path) -> None:
    """Then its answer is the answer, and it comes in seconds."""
    asked: list[bytes] = []
    begun = time.monotonic()
    busy = b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"
    with server(busy, asked=asked) as address, pytest.raises(requests.HTTPError, match="503"):
        downloads.page(f"{address}/shop.csv", tmp_path / "shop.csv")
    assert len(asked) == 3
    assert time.monotonic() - begun < 15
