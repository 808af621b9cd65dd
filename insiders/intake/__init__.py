"""A shop's lines from their source to the hand-off tables: in memory, or where they lie when there are too many."""

from insiders.intake.reading import read

__all__ = ["read"]
