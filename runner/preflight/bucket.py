"""What is found of the archive: whether its bucket answers, and lets us do all that a delivery does there."""

from __future__ import annotations

from collections.abc import Iterable

from runner.delivery.anchors import ROOM as LEDGERS
from runner.errors import RunnerError
from runner.preflight.findings import Finding
from runner.promotion.pointer import FILE as POINTER
from runner.records.record import MANIFEST
from runner.settings import Settings
from runner.stores import rights
from runner.stores.rights import Denial, Target
from runner.stores.s3 import S3Store
from runner.stores.store import store_of

UNLOCKED = "has no Object Lock (a bucket gets it when it is made): INSIDERS_RETENTION_DAYS ="
BEARABLE = {
    rights.ABORT: "parts of uploads that break off stay until a lifecycle rule removes them",
    rights.SEE_KEPT: "nobody sees how long an object is kept, and keeping it for longer may fail",
    rights.LOCK: "what is kept already is not kept for longer when it is used again",
}
"""Rights without which a run can be delivered, and what becomes of that."""
REMEDY = "grant what infra/terraform/permissions.tf grants"


def of_bucket(settings: Settings, pipeline: str) -> Finding:
    """The bucket must take all that a run of the pipeline writes; where there is none, the folder is the archive."""
    store, subject = store_of(settings), f"bucket {settings.bucket}"
    if not isinstance(store, S3Store):
        return Finding("archive", detail="the output folder itself")
    try:
        found = rights.denied(store, _named(pipeline))
        unlocked = settings.retention_days is not None and store.retention is None
    except RunnerError as error:
        return Finding(subject, str(error))
    needed = [one for one in found if one.action not in BEARABLE or (one.action == rights.LOCK and unlocked)]
    if needed:
        return Finding(subject, _told(found))
    remarks = [_told(found)] if found else []
    if unlocked:
        remarks.append(f"{UNLOCKED} {settings.retention_days} locks nothing")
    return Finding(subject, detail=settings.endpoint_url or "AWS", remark="; ".join(remarks) or None)


def _named(pipeline: str) -> tuple[Target, ...]:
    """The files that a run writes by name: its manifest, an anchor of the ledger, and what says that it is current."""
    manifest, pointer = f"{pipeline}/{rights.NOTHING}/{MANIFEST}", f"{pipeline}/{POINTER}"
    return (
        Target(f"{LEDGERS}/", f"{LEDGERS}/{rights.NOTHING}"),
        Target(f"{pipeline}/*/{MANIFEST}", manifest, again=True),
        Target(pointer, pointer, anew=True),
    )


def _told(found: Iterable[Denial]) -> str:
    """All denials in one sentence, with what to do."""
    places: dict[str, list[str]] = {}
    for one in found:
        places.setdefault(one.action, []).append(one.place)
    who = next((one.who for one in found if one.who), "")
    parts = [
        f"{action} on {', '.join(where)}{f' ({BEARABLE[action]})' if action in BEARABLE else ''}"
        for action, where in places.items()
    ]
    hidden = " (whether reading is denied, too, shows when listing is not)" if rights.LIST in places else ""
    return f"denied{f' to {who}' if who else ''}: {'; '.join(parts)}{hidden}: {REMEDY}"
