"""The two Online Retail data sets of the UCI Machine Learning Repository: where they are kept, fetched and checked.

Both are CC BY 4.0. The repository publishes no digests, so a file is known by the published figures: the number of its
rows and the sum of quantity x unit price.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import pandas as pd
import requests
from requests.adapters import HTTPAdapter
from tqdm import tqdm
from urllib3.util import Retry

from insiders.columns import fold
from insiders.errors import SourceError

CONNECT_SECONDS = 5
READ_SECONDS = 60
"""How long to wait for a connection, and for the next bytes, before the server counts as away."""


@dataclass(frozen=True)
class Dataset:
    """A public data set of transactions."""

    name: str
    """What a person asks for, for example ``uci:online-retail``."""
    url: str
    """The zip archive to download."""
    stem: str
    """What its file is called where it is kept, without its endings; case, blanks and punctuation do not matter."""
    rows: int
    """Published number of rows."""
    total: float
    """Published sum of quantity x unit price, in ``currency``."""
    currency: str
    citation: str


DATASETS: Mapping[str, Dataset] = MappingProxyType(
    {
        dataset.name: dataset
        for dataset in (
            Dataset(
                name="uci:online-retail",
                url="https://archive.ics.uci.edu/static/public/352/online+retail.zip",
                stem="online_retail",
                rows=541_909,
                total=9_747_747.934,
                currency="£",
                citation="Chen, D. (2015). Online Retail [Dataset]. UCI Machine Learning Repository. "
                "https://doi.org/10.24432/C5BW33. CC BY 4.0.",
            ),
            Dataset(
                name="uci:online-retail-ii",
                url="https://archive.ics.uci.edu/static/public/502/online+retail+ii.zip",
                stem="online_retail_ii",
                rows=1_067_371,
                total=19_287_250.568,
                currency="£",
                citation="Chen, D. (2012). Online Retail II [Dataset]. UCI Machine Learning Repository. "
                "https://doi.org/10.24432/C5CG6D. CC BY 4.0.",
            ),
        )
    }
)
"""The data sets by name."""


def folders() -> list[Path]:
    """Where data sets are looked for: ``INSIDERS_DATA``, ``data`` and ``../shared/data``, then the user's cache."""
    checkout = Path(__file__).resolve().parents[2]
    asked = os.environ.get("INSIDERS_DATA")
    named = [Path(asked).expanduser()] if asked else []
    return [*named, checkout / "data", checkout.parent / "shared" / "data", cache()]


def cache() -> Path:
    """The folder for downloaded data sets, in the user's cache."""
    caches = os.environ.get("XDG_CACHE_HOME")
    return (Path(caches) if caches else Path.home() / ".cache") / "insiders"


def kept(dataset: Dataset, places: Sequence[Path]) -> Path | None:
    """The data set's file in the first of the places that has one, Parquet before other formats; else nothing."""
    for place in places:
        entries = sorted(place.iterdir()) if place.is_dir() else []
        found = [entry for entry in entries if fold(entry.name.split(".")[0]) == fold(dataset.stem)]
        if found:
            return min(found, key=lambda entry: entry.suffix != ".parquet")
    return None


def download(dataset: Dataset, to: Path) -> None:
    """Download the data set's archive to a file, with a progress bar.

    A `SourceError` where the server is away, refuses, or breaks off; what came so far is then removed.
    """
    session = requests.Session()
    patience = HTTPAdapter(max_retries=Retry(total=2, connect=1, backoff_factor=0.5, status_forcelist=(502, 503, 504)))
    session.mount("https://", patience)
    session.mount("http://", patience)
    try:
        with session, session.get(dataset.url, stream=True, timeout=(CONNECT_SECONDS, READ_SECONDS)) as answer:
            answer.raise_for_status()
            _save(answer, to, dataset.name)
    except (requests.RequestException, OSError) as failure:
        to.unlink(missing_ok=True)
        raise SourceError(
            f"{dataset.name} could not be downloaded from {dataset.url} ({failure}); try again, put its file into the "
            "folder that INSIDERS_DATA names, or ask for another source"
        ) from failure


def _save(answer: requests.Response, to: Path, title: str) -> None:
    size = int(answer.headers.get("Content-Length", 0)) or None
    # To standard output, where a notebook shows it as progress and not as an error.
    with to.open("wb") as aside, tqdm(total=size, desc=title, unit="B", unit_scale=True, file=sys.stdout) as bar:
        for block in answer.iter_content(1 << 16):
            aside.write(block)
            bar.update(len(block))


def check(dataset: Dataset, rows: pd.DataFrame, *, set_aside: int = 0) -> None:
    """Hold rows (and the number of rows set aside) against the published figures; `SourceError` where they differ."""
    total = float((rows["quantity"] * rows["unit_price"]).sum())
    faults = []
    if len(rows) + set_aside != dataset.rows:
        faults.append(f"{len(rows) + set_aside:,} rows instead of {dataset.rows:,}")
    if abs(total - dataset.total) > 0.01:
        faults.append(f"quantity x unit price adds up to {total:,.3f} instead of {dataset.total:,.3f}")
    if faults:
        raise SourceError(f"this is not {dataset.name} as published: {'; '.join(faults)}")
