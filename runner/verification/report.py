"""What a verification came to: what was found, and the head of the ledger that it was found under."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from runner.outcomes import ExitStatus
from runner.verification.anchors import Anchor
from runner.verification.chain import Chain
from runner.verification.findings import Findings
from runner.verification.witness import Witness


@dataclass(frozen=True)
class Report:
    """What a verification came to."""

    findings: Findings
    chain: Chain
    root: str | None
    """Root of the tree over all lines; None where there are none."""
    anchors: tuple[Anchor, ...]
    """What the bucket vouches for."""
    witness: Witness
    """What the database vouches for."""
    seconds: float

    @property
    def head(self) -> str | None:
        """SHA-256 of the last line."""
        return self.chain.numbered.get(self.chain.size)

    @property
    def exit_status(self) -> ExitStatus:
        """Damage counts in any case; else whether all could be looked at that was asked for."""
        if self.findings.damages:
            return ExitStatus.DAMAGED
        return ExitStatus.PENDING if self.findings.away else ExitStatus.SUCCEEDED

    def told(self) -> dict[str, Any]:
        """The report, for JSON."""
        anchored = max((anchor.size for anchor in self.anchors), default=None)
        return {
            "whole": not self.findings.damages,
            "ledger": {
                "id": self.chain.ledger,
                "lines": self.chain.size,
                "signed": self.chain.signed,
                "head": self.head,
                "root": self.root,
                "anchored_in_bucket": anchored,
                "anchored_in_database": self.witness.size or None,
            },
            "seconds": round(self.seconds, 3),
            **self.findings.told(),
        }
