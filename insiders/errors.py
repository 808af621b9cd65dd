"""The errors a person is expected to meet, each one message that names all faults and what to do.

InsidersError
├── SourceError      the transactions could not be read
├── HandoffError     a table between notebooks is missing or breaks its contract
├── AnalysisError    the data are too few or too uniform for the question asked of them
├── ModelError       a model file is not what was saved, or holds more than data
└── PublishError     a publication was refused
"""

from __future__ import annotations


class InsidersError(Exception):
    """An expected error: its text is meant for the person who runs the notebook."""


class SourceError(InsidersError):
    """The source of transactions is missing, broken, empty or of the wrong shape."""


class HandoffError(InsidersError):
    """A table handed from one notebook to the next is missing or breaks its contract."""


class AnalysisError(InsidersError):
    """The data cannot answer the question: too few rows, too few customers, no variation."""


class ModelError(InsidersError):
    """A model file is missing, is not the one that was saved, or holds anything but plain data."""


class PublishError(InsidersError):
    """What a notebook asked to publish was refused before anything was delivered."""
