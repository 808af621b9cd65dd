"""Every table that crosses from one notebook to another, or to the database: its contract, and its file."""

from insiders.handoff.files import check, count, everybody, pipeline, read, together, write, write_result
from insiders.handoff.kinds import TEXT
from insiders.handoff.tables import DEEDS, FEATURES, HANDOFF, RESULTS

__all__ = [
    "DEEDS",
    "FEATURES",
    "HANDOFF",
    "RESULTS",
    "TEXT",
    "check",
    "count",
    "everybody",
    "pipeline",
    "read",
    "together",
    "write",
    "write_result",
]
