"""The datasets of a run as OpenLineage tells them: what it read, and every file that it left."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pyarrow as pa
import pyarrow.parquet as pq
from openlineage.client.event_v2 import InputDataset, OutputDataset
from openlineage.client.facet_v2 import (
    DatasetFacet,
    dataset_version_dataset,
    input_statistics_input_dataset,
    output_statistics_output_dataset,
    schema_dataset,
)

from runner.records.record import FileRecord, RunRecord

NAMESPACE = "insiders"
"""Namespace of our jobs, of what they write, and of sources that go by a name."""
PRODUCER = "urn:insiders:runner"
"""This program; it has no address of its own."""


def facet(kind: Any, **facts: Any) -> Any:  # noqa: ANN401 - a facet of that kind
    """A facet of our own: one of the standard's base facets, which may say anything more."""
    return kind(producer=PRODUCER).with_additional_properties(**facts)


def inputs(record: RunRecord) -> Iterator[InputDataset]:
    """What the run read. A source that goes by a name is told by the notebook that found out what it stands for."""
    told = next((one["asked"] for step in record.steps for one in step.publications if one.get("asked")), None)
    seen = set()
    for one in record.inputs:
        named = one["sha256"] is None and told is not None
        value, sha256 = (told["source"], told["source_sha256"]) if named and told else (one["value"], one["sha256"])
        namespace, name = _dataset(value)
        if (namespace, name) in seen:
            continue
        seen.add((namespace, name))
        asked = facet(
            DatasetFacet,
            parameter=one["parameter"],
            asked=one["value"],
            sha256=sha256,
            synthetic=told["synthetic"] if told else None,
        )
        facets: dict[str, DatasetFacet] = {"insiders_source": asked}
        if version := one["version"] or sha256:
            facets["version"] = _version(version)
        counts = input_statistics_input_dataset.InputStatisticsInputDatasetFacet(
            rowCount=one["rows"], size=one["bytes"], producer=PRODUCER
        )
        known = one["rows"] is not None or one["bytes"] is not None
        yield InputDataset(namespace, name, inputFacets={"inputStatistics": counts} if known else {}, facets=facets)


def _dataset(value: str) -> tuple[str, str]:
    """Namespace and name of a source, as catalogues spell them."""
    if "://" in value:
        address = urlsplit(value)
        scheme = {"postgresql": "postgres"}.get(address.scheme.split("+")[0], address.scheme.split("+")[0])
        return f"{scheme}://{address.netloc.rpartition('@')[2]}", address.path.lstrip("/") or "/"
    return ("file", value) if value.startswith("/") or "." in value else (NAMESPACE, value)


def outputs(record: RunRecord, folder: Path) -> Iterator[OutputDataset]:
    """Every file that a step left, but for the executed copies; of tables their columns and rows."""
    places = _places(record)
    for step in record.steps:
        for file in step.files:
            if file.path == step.copy:
                continue
            facets: dict[str, DatasetFacet] = {
                "version": _version(file.sha256),
                "insiders_file": facet(DatasetFacet, step=step.name, bytes=file.bytes, **places.get(file.path, {})),
            }
            rows = _table(folder, file, facets)
            yield OutputDataset(NAMESPACE, f"{record.pipeline}/{file.path}", outputFacets=rows, facets=facets)


def _table(folder: Path, file: FileRecord, facets: dict[str, DatasetFacet]) -> dict[str, Any]:
    """The facet that counts the rows of a Parquet file, and its columns among `facets`; nothing of any other file."""
    if not file.path.endswith(".parquet"):
        return {}
    try:
        end = pq.read_metadata(folder / file.path)
        columns = end.schema.to_arrow_schema()
    except (pa.ArrowException, OSError):
        return {}  # it is not what its name says; digest and size are told all the same
    fields = [
        schema_dataset.SchemaDatasetFacetFields(column.name, str(column.type), ordinal_position=place)
        for place, column in enumerate(columns, start=1)
    ]
    facets["schema"] = schema_dataset.SchemaDatasetFacet(fields, producer=PRODUCER)
    counts = output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet(
        rowCount=end.num_rows, size=file.bytes, fileCount=1, producer=PRODUCER
    )
    return {"outputStatistics": counts}


def _places(record: RunRecord) -> dict[str, dict[str, Any]]:
    """By file: the object and the rows of the database that were made of it by the time its step ended."""
    found: dict[str, dict[str, Any]] = {}
    for one in (one for step in record.steps for one in step.publications):
        for kept in one.get("objects") or ():
            found.setdefault(kept["file"], {}).update(object=kept["uri"], object_version=kept["version"])
        staged = {table["name"]: table["place"] for table in one.get("tables") or ()}
        for asked in (one.get("asked") or {}).get("tables", ()):
            if asked["name"] in staged:
                found.setdefault(asked["file"], {}).update(rows_in=staged[asked["name"]])
    return found


def _version(version: str) -> DatasetFacet:
    return dataset_version_dataset.DatasetVersionDatasetFacet(version, producer=PRODUCER)
