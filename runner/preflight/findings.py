"""What was found of each thing that a run needs, and the refusal of a run that lacks one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from runner.errors import PreflightError, listed


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    subject: str
    fault: str | None = None
    """What is wrong, and what to do; a run is refused because of it. None where all is well."""
    detail: str = ""
    remark: str | None = None
    """What is wrong, and what to do, although a run may go ahead."""

    advice: str | None = None
    """What could be better; nothing depends on it."""

    @property
    def wrong(self) -> str | None:
        """The fault or the remark."""
        return self.fault or self.remark


def require(findings: Iterable[Finding]) -> None:
    """Raise a `PreflightError` that names every fault, if there is one."""
    faults = [f"{finding.subject}: {finding.fault}" for finding in findings if finding.fault]
    if faults:
        raise PreflightError(listed("refused before the first cell, and nothing was started:", faults))
