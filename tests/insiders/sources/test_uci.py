"""The public data sets: where they are kept, fetched from and checked."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from insiders.errors import SourceError
from insiders.sources import uci
from tests.insiders.small_shop import raw

ARCHIVE = b"an archive" * 20_000


class Repository(BaseHTTPRequestHandler):
    """Answers /whole.zip with the archive, /cut.zip with half of what it promises, and nothing else."""

    def do_GET(self) -> None:
        """Answer."""
        if self.path not in ("/whole.zip", "/cut.zip"):
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(ARCHIVE)))
        self.end_headers()
        self.wfile.write(ARCHIVE if self.path == "/whole.zip" else ARCHIVE[: len(ARCHIVE) // 2])

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the name is the base class's
        """Say nothing."""


@pytest.fixture(scope="module")
def repository() -> Iterator[str]:
    """The address of a server on this machine."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Repository) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def dataset(url: str) -> uci.Dataset:
    return replace(uci.DATASETS["uci:online-retail"], url=url, rows=2, total=6.0)


def test_download_with_progress(repository: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The archive arrives whole, and a bar says how far it is, on standard output."""
    uci.download(dataset(f"{repository}/whole.zip"), tmp_path / "a.zip")
    assert (tmp_path / "a.zip").read_bytes() == ARCHIVE
    assert "100%" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["cut.zip", "none.zip"])
def test_a_download_that_fails_leaves_nothing(repository: str, tmp_path: Path, name: str) -> None:
    """A download that breaks off or is refused is an expected error, and no half file is left behind."""
    with pytest.raises(SourceError, match="could not be downloaded from http://127"):
        uci.download(dataset(f"{repository}/{name}"), tmp_path / "a.zip")
    assert not list(tmp_path.iterdir())


def test_a_server_that_is_away(tmp_path: Path) -> None:
    """Where nobody answers, the error comes in seconds and says what else can be done."""
    with pytest.raises(SourceError, match="INSIDERS_DATA"):
        uci.download(dataset("http://127.0.0.1:9/a.zip"), tmp_path / "a.zip")


def test_the_published_figures_decide() -> None:
    """Rows and sum as published pass, rows set aside are counted too; anything else names what differs."""
    known = dataset("")
    uci.check(known, raw({}, {}))
    uci.check(known, raw({"quantity": 4}), set_aside=1)
    with pytest.raises(SourceError, match=r"3 rows instead of 2; quantity x unit price adds up to 9\.000 instead of 6"):
        uci.check(known, raw({}, {}, {}))


@pytest.mark.parametrize(
    "name", ["online_retail.parquet", "Online Retail.xlsx", "online+retail.zip", "OnlineRetail.csv.gz"]
)
def test_kept_files_are_found_by_their_name(tmp_path: Path, name: str) -> None:
    """A file is found however its name is spelt, and the second data set is not taken for the first."""
    (tmp_path / "online_retail_II.parquet").touch()
    (tmp_path / name).touch()
    assert uci.kept(uci.DATASETS["uci:online-retail"], [tmp_path / "none", tmp_path]) == tmp_path / name
    kept = uci.kept(uci.DATASETS["uci:online-retail-ii"], [tmp_path])
    assert kept == tmp_path / "online_retail_II.parquet"


def test_the_first_place_and_parquet_come_first(tmp_path: Path) -> None:
    """Of two places the first counts, of two formats the faster one."""
    for place, name in (("a", "online_retail.xlsx"), ("a", "online_retail.parquet"), ("b", "online_retail.parquet")):
        (tmp_path / place).mkdir(exist_ok=True)
        (tmp_path / place / name).touch()
    found = uci.kept(uci.DATASETS["uci:online-retail"], [tmp_path / "a", tmp_path / "b"])
    assert found == tmp_path / "a" / "online_retail.parquet"


def test_where_data_sets_are_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The folder that the environment names comes first, the user's cache last."""
    monkeypatch.setenv("INSIDERS_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert uci.folders()[0] == tmp_path / "data"
    assert uci.folders()[-1] == tmp_path / "cache" / "insiders"


def test_data_beside_the_checkout_are_found(monkeypatch: pytest.MonkeyPatch, checkout: Path) -> None:
    """Without a word from the environment, `data/` in the checkout and `shared/data` beside it are looked at."""
    monkeypatch.delenv("INSIDERS_DATA", raising=False)
    assert uci.folders()[:2] == [checkout / "data", checkout.parent / "shared" / "data"]
