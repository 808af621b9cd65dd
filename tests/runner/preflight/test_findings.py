"""The refusal of a run."""

from __future__ import annotations

from runner.preflight.findings import Finding, require


def test_good_findings_are_no_reason() -> None:
    """Without a fault nothing is refused."""
    require([Finding("a"), Finding("b", detail="c")])
