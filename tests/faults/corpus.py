"""The ways for a run to die, all of them."""

from __future__ import annotations

from tests.faults.corpus_kernels import CELLS, KERNEL, MEMORY
from tests.faults.corpus_places import PLACES
from tests.faults.corpus_runner import SIGNALS, TIME
from tests.faults.way import Way

WAYS: tuple[Way, ...] = (*KERNEL, *MEMORY, *CELLS, *TIME, *SIGNALS, *PLACES)
"""Their names are unique."""
