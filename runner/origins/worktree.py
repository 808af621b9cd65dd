"""The code of an earlier run, brought back for a while: a worktree of git at its commit, with its changes put back."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from runner.errors import UsageError
from runner.origins import checkout as checkouts
from runner.origins.checkout import CHANGES, demand

CURRENT = "--current-code runs it with the code as it is now"


@contextmanager
def of_run(checkout: Path, git: Mapping[str, Any], folder: Path) -> Iterator[Path]:
    """A folder with the checkout as the run saw it, removed in the end; a `UsageError` where it cannot be had.

    `git` is what the run's record says of its checkout, `folder` the run's own.
    """
    changes = _changes(git, folder)
    place = Path(tempfile.mkdtemp(prefix="rerun-"))
    try:
        demand(checkout, "worktree", "prune")
        demand(checkout, "worktree", "add", "--detach", "--quiet", str(place / "checkout"), _commit(checkout, git))
        inside = place / "checkout" / os.path.relpath(checkout.resolve(), checkouts.top(checkout).resolve())
        if changes:
            demand(place / "checkout", "apply", "--whitespace=nowarn", "-", stdin=changes)
        if checkouts.of_checkout(inside)["diff_sha256"] != git["diff_sha256"]:
            raise UsageError(f"the run's uncommitted changes could not be put back as they were; {CURRENT}")
        yield inside.resolve()
    finally:
        shutil.rmtree(place, ignore_errors=True)
        checkouts.git(checkout, "worktree", "prune")


@contextmanager
def imported_by_kernels(checkout: Path) -> Iterator[None]:
    """Kernels started meanwhile import the packages of this checkout, whatever else is installed."""
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (str(checkout), before)))
    try:
        yield
    finally:
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before


def _commit(checkout: Path, git: Mapping[str, Any]) -> str:
    commit = git["commit"]
    if commit is None:
        raise UsageError(f"the run's record names no commit; {CURRENT}")
    if checkouts.git(checkout, "cat-file", "-e", f"{commit}^{{commit}}") is None:
        raise UsageError(f"the run's commit {commit[:12]} is not in this repository; fetch it, or {CURRENT}")
    return str(commit)


def _changes(git: Mapping[str, Any], folder: Path) -> bytes:
    """The patch that the run has kept, empty where its checkout was clean."""
    if not git["dirty"]:
        return b""
    if git.get("diff_file") is None or git.get("diff_note"):
        reason = git.get("diff_note") or "its changes were not kept"
        raise UsageError(f"the run had uncommitted changes, and {reason}; {CURRENT}")
    path = folder / CHANGES
    if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != git["diff_sha256"]:
        raise UsageError(f"{path} is missing or altered, so the run's code cannot be had; {CURRENT}")
    return path.read_bytes()
