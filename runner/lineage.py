"""What a run read and wrote, as one OpenLineage event beside its manifest, so that catalogues can read our lineage.

The event is made of the run's record alone, and of the ends of its Parquet files; nothing is sent anywhere. What the
standard has no word for stands in facets that begin with `insiders_`.
"""

from __future__ import annotations

import importlib.metadata
import json
import logging
from datetime import date, datetime
from pathlib import Path
from typing import Any

from openlineage.client.event_v2 import Job, Run, RunEvent, RunState
from openlineage.client.facet_v2 import (
    JobFacet,
    RunFacet,
    documentation_job,
    error_message_run,
    job_type_job,
    nominal_time_run,
    parent_run,
    processing_engine_run,
    source_code_location_job,
)
from openlineage.client.serde import Serde

from runner import datasets
from runner.datasets import NAMESPACE, PRODUCER, facet
from runner.outcomes import Status
from runner.records.record import RunRecord
from runner.secrecy.redaction import Redactor

FILE = "lineage.json"
_TYPES = {
    Status.SUCCEEDED: RunState.COMPLETE,
    Status.CANCELLED: RunState.ABORT,
    Status.SKIPPED: RunState.ABORT,
    Status.RUNNING: RunState.OTHER,
}
"""All other statuses are failures."""
log = logging.getLogger(__name__)


def event(record: RunRecord, folder: Path, redactor: Redactor) -> bytes:
    """The event of a run that is over, without the secrets that the redactor knows.

    Whatever goes wrong with its details, there is an event: one that says no more than which run ended, and how.
    """
    try:
        return _bytes(_event(record, folder), redactor)
    except Exception:  # whatever it is, the run has ended as it has ended
        log.exception("the lineage of %s is told without its details", record.run_id)
        return _bytes(_bare(record), redactor)


def _event(record: RunRecord, folder: Path) -> RunEvent:
    found = _bare(record)
    found.run.facets = _run_facets(record)
    found.job.facets = _job_facets(record)
    found.inputs = list(datasets.inputs(record))
    found.outputs = list(datasets.outputs(record, folder))
    return found


def _bare(record: RunRecord) -> RunEvent:
    return RunEvent(
        eventType=_TYPES.get(record.status, RunState.FAIL),
        eventTime=(record.finished or record.started).isoformat(),
        producer=PRODUCER,
        run=Run(record.run_id),
        job=Job(NAMESPACE, record.pipeline),
        inputs=[],
        outputs=[],
    )


def _run_facets(record: RunRecord) -> dict[str, RunFacet]:
    facets: dict[str, RunFacet] = {
        "nominalTime": nominal_time_run.NominalTimeRunFacet(f"{record.logical_date}T00:00:00Z", producer=PRODUCER),
        "processing_engine": processing_engine_run.ProcessingEngineRunFacet(
            version=importlib.metadata.version("insiders"),
            name="insiders runner",
            openlineageAdapterVersion=importlib.metadata.version("openlineage-python"),
            producer=PRODUCER,
        ),
        "insiders_digests": facet(RunFacet, **_digests(record)),
        "insiders_metrics": facet(RunFacet, metrics=_metrics(record)),
        "insiders_steps": facet(RunFacet, status=record.status.value, steps=_steps(record)),
    }
    if record.reason:
        facets["errorMessage"] = error_message_run.ErrorMessageRunFacet(record.reason, "PYTHON", producer=PRODUCER)
    for run_id in (record.parent or {}).values():
        facets["parent"] = parent_run.ParentRunFacet(
            run=parent_run.Run(run_id), job=parent_run.Job(NAMESPACE, record.pipeline), producer=PRODUCER
        )
    return facets


def _job_facets(record: RunRecord) -> dict[str, JobFacet]:
    facets: dict[str, JobFacet] = {
        "jobType": job_type_job.JobTypeJobFacet("BATCH", "INSIDERS", jobType="PIPELINE", producer=PRODUCER)
    }
    if record.title:
        facets["documentation"] = documentation_job.DocumentationJobFacet(record.title, producer=PRODUCER)
    git = record.provenance["git"]
    if commit := git.get("commit"):
        facets["sourceCodeLocation"] = source_code_location_job.SourceCodeLocationJobFacet(
            type="git",
            # A commit's name wherever it is kept (ISO/IEC 18670); a checkout may have no address.
            url=f"swh:1:rev:{commit}",
            path=Path(record.pipeline_file["path"]).name,
            version=commit,
            branch=git.get("branch") or None,
            producer=PRODUCER,
        )
    return facets


def _digests(record: RunRecord) -> dict[str, Any]:
    origin = record.provenance
    return {
        "identity": record.identity,
        "pipeline_file": record.pipeline_file["sha256"],
        "lock": origin.get("lock_sha256"),
        "packages": origin.get("packages_sha256"),
        "uncommitted": origin["git"].get("diff_sha256"),
        "notebooks": {step.name: step.notebook_sha256 for step in record.steps},
    }


def _metrics(record: RunRecord) -> list[dict[str, Any]]:
    return [
        {"step": step.name, "name": metric.name, "value": metric.value, "unit": metric.unit}
        for step in record.steps
        for metric in step.metrics
    ]


def _steps(record: RunRecord) -> list[dict[str, Any]]:
    return [
        {
            "name": step.name,
            "status": step.status.value,
            "reason": step.reason,
            "seconds": step.seconds,
            "cached_from": step.cached_from,
            "parameters": {name: one["value"] for name, one in step.parameters.items()},
        }
        for step in record.steps
    ]


def _bytes(found: RunEvent, redactor: Redactor) -> bytes:
    content = redactor.tree(Serde.to_dict(found))
    text = (
        json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain, allow_nan=False)
        + "\n"
    )
    return text.encode(errors="backslashreplace")


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)
