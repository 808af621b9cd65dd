"""The comparisons that were made last, kept for whoever follows a link out of one and comes back."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path

from runner.comparison.comparing import compare
from runner.comparison.difference import Difference
from runner.comparison.side import Side
from runner.outcomes import Status

MOST = 4
"""So many are kept; with their pictures each has some tens of megabytes at most."""


@dataclass
class Comparisons:
    """Comparisons of runs of one archive; one is made at a time."""

    checkout: Path
    """Asked for lock files and for the names of changed files."""
    _kept: OrderedDict[tuple[str, ...], Difference] = field(default_factory=OrderedDict, repr=False)
    _turn: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def of(self, a: Side, b: Side, *digests: str) -> Difference:
        """All that differs between two runs, with their pictures; `digests` of both manifests tell it from others.

        A run that is under way is compared anew each time: it has files that its manifest does not tell of yet.
        """
        key = (str(a.folder), str(b.folder), *digests)
        with self._turn:
            found = self._kept.pop(key, None) or compare(a, b, checkout=self.checkout, draw=True)
            if Status.RUNNING not in (found.before.status, found.after.status):
                self._kept[key] = found
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)
        return found
