"""Every table that crosses from one notebook to another, or to the database: its contract, and its file."""

from insiders.handoff.files import check, everybody, pipeline, read, write, write_result
from insiders.handoff.kinds import TEXT
from insiders.handoff.tables import FEATURES, HANDOFF, RESULTS

__all__ = ["FEATURES", "HANDOFF", "RESULTS", "TEXT", "check", "everybody", "pipeline", "read", "write", "write_result"]
