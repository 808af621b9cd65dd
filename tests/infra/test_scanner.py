"""A scanner of policies over the AWS installation (checkov), with packages of its own, since they do not fit ours."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

TERRAFORM = Path(__file__).parents[2] / "infra" / "terraform"
SCANNER = "checkov==3.3.30"
LEAST = 100
"""So many checks it should at least have made: it says nothing of files that it does not understand."""


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    """What the scanner says of the module; a skip where it cannot be had."""
    uv = Path(sys.prefix) / "bin" / "uv"
    if not uv.exists():
        pytest.skip("uv is not installed here, which fetches the scanner")
    call = [str(uv), "tool", "run", "--quiet", "--python", sys.executable, "--from", SCANNER, "checkov"]
    if subprocess.run([*call, "--version"], capture_output=True).returncode:
        pytest.skip(f"{SCANNER} could not be fetched: no package index answers")
    asked = ["--directory", str(TERRAFORM), "--framework", "terraform", "--output", "json", "--skip-download"]
    done = subprocess.run([*call, *asked], capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_the_scanner_finds_nothing(told: dict[str, Any]) -> None:
    """No check fails, and enough were made."""
    assert [(one["check_id"], one["resource"]) for one in told["results"]["failed_checks"]] == []
    assert told["summary"]["passed"] >= LEAST
    assert told["summary"]["parsing_errors"] == 0


def test_each_exception_says_why(told: dict[str, Any]) -> None:
    """A check that is passed over stands, with its reason, where the resource is made."""
    passed_over = told["results"]["skipped_checks"]
    assert passed_over
    for one in passed_over:
        assert len(one["check_result"]["suppress_comment"]) > len("No."), (one["check_id"], one["resource"])
