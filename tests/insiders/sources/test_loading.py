"""Where transactions come from."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter

from insiders import handoff, sources
from insiders.columns import RAW
from insiders.errors import SourceError
from insiders.sources import uci
from tests.insiders.small_shop import raw

SALES = raw({}, {"invoice": "500002", "quantity": 3, "time": "2024-03-05 09:00"})
"""Two sales, worth 7.50 in all."""


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder without a log."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the name is the base class's
        """Say nothing."""


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder, and the address of a server on this machine that serves it."""
    folder = tmp_path / "served"
    folder.mkdir()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield folder, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def datasets(url: str, *, rows: int = 2, total: float = 7.5) -> Mapping[str, uci.Dataset]:
    known = uci.DATASETS["uci:online-retail"]
    return {known.name: replace(known, url=url, rows=rows, total=total)}


def archive(folder: Path) -> None:
    """Put a zip archive with the workbook of the two sales into the folder."""
    inside = folder.parent / "inside"
    inside.mkdir()
    with xlsxwriter.Workbook(inside / "Online Retail.xlsx", {"default_date_format": "d/m/yy h:mm"}) as book:
        sheet = book.add_worksheet("Online Retail")
        written = SALES.drop(columns=["store", "category"])
        sheet.write_row(0, 0, [*written.columns])
        for number, row in enumerate(written.itertuples(index=False), start=1):
            sheet.write_row(
                number, 0, [value.to_pydatetime() if isinstance(value, pd.Timestamp) else value for value in row]
            )
    shutil.make_archive(str(folder / "retail"), "zip", inside)


def test_a_file(tmp_path: Path) -> None:
    """A shop's own export is read by path, with a mapping, and its digest, days and currency are recorded."""
    path = tmp_path / "export.csv"
    SALES.rename(columns={"invoice": "Order No"}).to_csv(path, index=False)
    source = sources.load(str(path), mapping={"invoice": "order no"}, currency="$")
    pd.testing.assert_frame_equal(source.transactions, SALES)
    table = handoff.check("source", source.table())
    assert table[["name", "rows", "currency", "synthetic"]].to_numpy().tolist() == [[str(path), 2, "$", False]]
    assert table["first_day"][0] == pd.Timestamp("2024-03-04 10:00")
    assert len(source.sha256) == 64
    assert not source.note


def test_every_format_gives_the_same_rows(tmp_path: Path) -> None:
    """CSV, Parquet and a folder of both with the same rows are one and the same source."""
    SALES.to_csv(tmp_path / "sales.csv", index=False)
    SALES.to_parquet(tmp_path / "sales.parquet")
    for name in ("sales.csv", "sales.parquet", "."):
        pd.testing.assert_frame_equal(sources.load(str(tmp_path / name)).transactions, SALES)
    both = sources.load(str(tmp_path))
    assert (both.rows_read, both.rows_repeated) == (4, 2)
    assert "2 rows from 2024-03-04 to 2024-03-05 stand in two sheets or files" in both.note


def test_broken_rows_are_counted(tmp_path: Path) -> None:
    """Rows in the quarantine are rows of the source."""
    SALES.assign(quantity=[0, 3]).to_csv(tmp_path / "sales.csv", index=False)
    source = sources.load(str(tmp_path / "sales.csv"))
    assert (source.rows_read, len(source.transactions), len(source.quarantine)) == (2, 1, 1)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("nowhere.csv", "neither a file or folder that is there nor one of auto, uci:online-retail"),
        ("s3://bucket/sales.csv", "addresses are fetched by the runner"),
        ("demo:many", "after the colon stands the number of customers"),
        ("demo:0", "after the colon stands the number of customers"),
    ],
)
def test_no_such_source(name: str, told: str) -> None:
    """A name that means nothing says what would."""
    with pytest.raises(SourceError, match=told):
        sources.load(name)


def test_a_file_of_something_else(tmp_path: Path) -> None:
    """One error names the file and every column that is missing."""
    (tmp_path / "panel.csv").write_text("date,store,units\n2011-01-29,A,3\n")
    with pytest.raises(SourceError, match=r"panel\.csv cannot be read as transactions:") as caught:
        sources.load(str(tmp_path / "panel.csv"))
    assert all(
        f"{column}: no column" in str(caught.value) for column in ("invoice", "product", "customer_id", "country")
    )


def test_download_check_and_keep(served: tuple[Path, str], tmp_path: Path) -> None:
    """A data set is downloaded once, checked, and read from the cache when the server is gone."""
    folder, url = served
    archive(folder)
    known, cache = datasets(f"{url}/retail.zip"), tmp_path / "cache"
    source = sources.load("uci:online-retail", datasets=known, places=[cache])
    pd.testing.assert_frame_equal(source.transactions, SALES)
    assert (source.name, source.currency, source.synthetic) == ("uci:online-retail", "£", False)
    assert source.citation is not None
    assert "10.24432/C5BW33" in source.citation
    (folder / "retail.zip").unlink()
    again = sources.load("auto", datasets=known, places=[cache])
    assert (again.name, again.sha256, again.note) == ("uci:online-retail", source.sha256, "")
    assert [path.name for path in cache.iterdir()] == ["online_retail.parquet"]


def test_wrong_figures_are_not_kept(served: tuple[Path, str], tmp_path: Path) -> None:
    """A file that is not as published is refused, and nothing of it stays in the cache."""
    folder, url = served
    archive(folder)
    with pytest.raises(SourceError, match="2 rows instead of 541,909"):
        sources.load(
            "uci:online-retail", datasets=datasets(f"{url}/retail.zip", rows=541_909), places=[tmp_path / "cache"]
        )
    assert not list((tmp_path / "cache").iterdir())


def test_what_is_no_archive_is_not_kept(served: tuple[Path, str], tmp_path: Path) -> None:
    """A page where the archive should be is refused."""
    folder, url = served
    (folder / "retail.zip").write_text("<html>Maintenance</html>")
    with pytest.raises(SourceError, match="broken zip archive"):
        sources.load("uci:online-retail", datasets=datasets(f"{url}/retail.zip"), places=[tmp_path])


def test_a_kept_file_that_was_changed_is_refused(tmp_path: Path) -> None:
    """The figures are checked on every reading, not only after the download."""
    SALES.assign(quantity=5).to_parquet(tmp_path / "online_retail.parquet")
    with pytest.raises(SourceError, match=r"online_retail\.parquet cannot serve as uci:online-retail"):
        sources.load("uci:online-retail", datasets=datasets(""), places=[tmp_path])


def test_auto_falls_back_to_the_demo_shop_and_says_so(served: tuple[Path, str], tmp_path: Path) -> None:
    """Without the real data auto gives the generated shop, marked as such, with the reason."""
    _, url = served
    source = sources.load("auto", datasets=datasets(f"{url}/none.zip"), places=[tmp_path])
    assert (source.name, source.synthetic) == ("demo:1000", True)
    assert "GENERATED DATA" in source.note
    assert "none.zip" in source.note
    assert handoff.check("source", source.table())["synthetic"].all()


def test_the_demo_shop_by_size_and_seed() -> None:
    """The generated shop has the size asked for, the same digest for the same seed, and its broken rows set aside."""
    one, same, other = (sources.load("demo:60", seed=seed) for seed in (1, 1, 2))
    assert one.sha256 == same.sha256 != other.sha256
    assert one.transactions["customer_id"].nunique() <= 60
    assert len(one.quarantine) >= 9
    handoff.check("quarantine", one.quarantine)


def test_a_cache_that_cannot_be_written(served: tuple[Path, str], tmp_path: Path) -> None:
    """A cache folder that is a file is an expected error."""
    folder, url = served
    archive(folder)
    (tmp_path / "cache").write_text("in the way")
    with pytest.raises(SourceError, match="cannot be kept in"):
        sources.load("uci:online-retail", datasets=datasets(f"{url}/retail.zip"), places=[tmp_path / "cache"])


def test_the_real_file(real_data: Path) -> None:
    """All 541,909 rows of Online Retail meet the contract and add up as published."""
    source = sources.load("uci:online-retail", places=[real_data])
    assert list(source.transactions) == [*RAW]
    assert len(source.transactions) == source.rows_read == 541_909
    assert source.quarantine.empty
    known = source.transactions["customer_id"].dropna()
    assert known.nunique() == 4_372
    assert known.str.fullmatch(r"\d{5}").all()


def test_the_overlap_of_the_second_real_file(real_data: Path) -> None:
    """The nine days that stand in both sheets of Online Retail II count once."""
    source = sources.load("uci:online-retail-ii", places=[real_data])
    assert (source.rows_read, source.rows_repeated, len(source.transactions)) == (1_067_371, 22_523, 1_044_848)
    assert "22,523 rows from 2010-12-01 to 2010-12-09" in source.note
    assert source.quarantine.empty
