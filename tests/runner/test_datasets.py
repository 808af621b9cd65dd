"""The datasets of a run, as its OpenLineage event tells them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openlineage.client.serde import Serde

from runner import datasets
from runner.records.record import FileRecord
from tests.runner.runs import a_record, a_step

ASKED = {
    "source": "uci:online-retail",
    "source_sha256": "5" * 64,
    "synthetic": False,
    "tables": [{"name": "segments", "file": "results/segments.parquet"}],
}
DELIVERED = {
    "asked": ASKED,
    "objects": [{"file": "results/segments.parquet", "uri": "s3://shop/objects/aa/aaaa", "version": "7"}],
    "tables": [{"name": "segments", "place": "postgresql table segments"}],
}


def an_input(value: str, **facts: Any) -> dict[str, Any]:
    return {
        "parameter": "source",
        "value": value,
        "sha256": None,
        "version": None,
        "bytes": None,
        "rows": None,
        **facts,
    }


def inputs(*found: dict[str, Any], **facts: Any) -> list[dict[str, Any]]:
    return [Serde.to_dict(one) for one in datasets.inputs(a_record(a_step(**facts), inputs=found))]


def outputs(folder: Path, *files: FileRecord, **facts: Any) -> dict[str, dict[str, Any]]:
    record = a_record(a_step(files=files, **facts))
    found = [Serde.to_dict(one) for one in datasets.outputs(record, folder)]
    assert len({one["name"] for one in found}) == len(found)
    return {one["name"]: one for one in found}


def test_an_input_has_version_digest_and_counts() -> None:
    """What the runner knows of the file that it fetched."""
    (one,) = inputs(an_input("s3://shop/sales.parquet", sha256="a" * 64, version="7", bytes=99, rows=3))
    assert (one["namespace"], one["name"]) == ("s3://shop", "sales.parquet")
    assert one["facets"]["version"]["datasetVersion"] == "7"
    assert one["facets"]["insiders_source"]["sha256"] == "a" * 64
    counts = one["inputFacets"]["inputStatistics"]
    assert (counts["rowCount"], counts["size"]) == (3, 99)


@pytest.mark.parametrize(
    ("value", "namespace", "name"),
    [
        ("/data/sales.csv", "file", "/data/sales.csv"),
        ("https://shop.example/a/b.csv?token=***", "https://shop.example", "a/b.csv"),
        ("postgresql+psycopg2://reader:***@db.example:5432/shop", "postgres://db.example:5432", "shop"),
        ("demo", "insiders", "demo"),
    ],
)
def test_sources_are_named_as_catalogues_name_them(value: str, namespace: str, name: str) -> None:
    """The place is the namespace, without a user, and what lies there is the name."""
    (one,) = inputs(an_input(value))
    assert (one["namespace"], one["name"]) == (namespace, name)


def test_a_name_is_told_as_what_it_stood_for() -> None:
    """A run on `auto` read the public file that the notebook found; both are told."""
    (one,) = inputs(an_input("auto"), publications=(DELIVERED,))
    assert one["name"] == "uci:online-retail"
    assert one["facets"]["version"]["datasetVersion"] == "5" * 64
    assert one["facets"]["insiders_source"]["asked"] == "auto"


def test_one_source_for_two_parameters_is_one_dataset() -> None:
    """Datasets are unique."""
    assert len(inputs(an_input("/data/sales.csv"), an_input("/data/sales.csv", parameter="again"))) == 1


def test_tables_have_columns_and_rows(tmp_path: Path) -> None:
    """Of a Parquet file the event tells the columns with their types, and how many rows there are."""
    (tmp_path / "results").mkdir()
    pq.write_table(pa.table({"segment": ["a", "b"], "size": [1, 2]}), tmp_path / "results/segments.parquet")
    (one,) = outputs(tmp_path, FileRecord("results/segments.parquet", 99, "a" * 64), publications=(DELIVERED,)).values()
    assert [(field["name"], field["type"]) for field in one["facets"]["schema"]["fields"]] == [
        ("segment", "string"),
        ("size", "int64"),
    ]
    assert one["outputFacets"]["outputStatistics"]["rowCount"] == 2
    assert one["facets"]["version"]["datasetVersion"] == "a" * 64
    own = one["facets"]["insiders_file"]
    assert (own["object"], own["rows_in"]) == ("s3://shop/objects/aa/aaaa", "postgresql table segments")


def test_artifacts_are_outputs_and_copies_are_not(tmp_path: Path) -> None:
    """An executed copy is the job itself."""
    files = FileRecord("writes.ipynb", 10, "a" * 64), FileRecord("artifacts/sum.txt", 1, "b" * 64)
    assert list(outputs(tmp_path, *files)) == ["small/artifacts/sum.txt"]


@pytest.mark.parametrize("content", [b"", b"PAR1 no table", None])
def test_a_table_that_is_none_is_told_without_columns(tmp_path: Path, content: bytes | None) -> None:
    """What cannot be read is still told with its digest."""
    (tmp_path / "tables").mkdir()
    if content is not None:
        (tmp_path / "tables/a.parquet").write_bytes(content)
    (one,) = outputs(tmp_path, FileRecord("tables/a.parquet", 0, "a" * 64)).values()
    assert "schema" not in one["facets"]
    assert one["facets"]["version"]["datasetVersion"] == "a" * 64
