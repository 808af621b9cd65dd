"""Where a run comes from: commit and uncommitted changes, packages, Python, host and user, digests of what it reads."""

from __future__ import annotations

import getpass
import hashlib
import json
import os
import platform
import socket
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import psutil

from runner import digests
from runner.literals import literal

LOCK = "requirements.lock"


def of_run(checkout: Path) -> dict[str, Any]:
    """The facts that all steps of a run share."""
    lock = checkout / LOCK
    return {
        "git": of_checkout(checkout),
        "lock_sha256": digests.of_file(lock) if lock.is_file() else None,
        "python": platform.python_version(),
        "executable": sys.executable,
        "platform": platform.platform(),
        "host": socket.gethostname(),
        "user": getpass.getuser(),
        "pid": os.getpid(),
        "process_started": psutil.Process().create_time(),
    }


def of_checkout(checkout: Path) -> dict[str, Any]:
    """Commit, branch, and digest of what differs from the commit (tracked changes and new files); None without git."""
    status = _git(checkout, "status", "--porcelain=v1", "-z", "--untracked-files=all")
    if status is None:
        return {"commit": None, "branch": None, "dirty": None, "diff_sha256": None}
    commit, branch = _git(checkout, "rev-parse", "--verify", "-q", "HEAD"), _git(checkout, "branch", "--show-current")
    return {
        "commit": commit.decode().strip() if commit else None,
        "branch": branch.decode().strip() if branch else None,
        "dirty": bool(status),
        "diff_sha256": _changes(checkout) if status else None,
    }


def code_digest(checkout: Path, modules: Iterable[str]) -> str:
    """Digest of every Python file of those packages and modules that lie in the checkout."""
    digest = hashlib.sha256()
    for name in sorted(modules):
        for path in sorted([*(checkout / name).rglob("*.py"), *checkout.glob(f"{name}.py")]):
            digest.update(f"{path.relative_to(checkout).as_posix()}\0{digests.of_file(path)}\n".encode())
    return digest.hexdigest()


def content_key(
    notebook: str, values: Mapping[str, object], *, before: Iterable[str | None], environment: Iterable[str | None]
) -> str:
    """Digest of all that decides what a step computes.

    `notebook` is the digest of its cells, `values` its effective parameters without those that only say where things
    lie, `before` the keys of the steps it needs and the digests of its inputs, `environment` the digests of the code
    it imports from the checkout and of the lock.
    """
    parts = {
        "notebook": notebook,
        "parameters": {name: literal(value) for name, value in sorted(values.items())},
        "before": list(before),
        "environment": list(environment),
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _changes(checkout: Path) -> str:
    digest = hashlib.sha256(_git(checkout, "diff", "--binary", "HEAD") or b"")
    for name in sorted((_git(checkout, "ls-files", "--others", "--exclude-standard", "-z") or b"").split(b"\0")):
        path = checkout / os.fsdecode(name)
        if name and path.is_file():
            digest.update(name + b"\0" + digests.of_file(path).encode() + b"\n")
    return digest.hexdigest()


def _git(checkout: Path, *arguments: str) -> bytes | None:
    """What git answers; None where it is not installed, or the folder is no repository."""
    command = ["git", "-C", str(checkout), "--no-optional-locks", *arguments]
    try:
        return subprocess.run(command, capture_output=True, check=True, timeout=60).stdout  # noqa: S603 - fixed words
    except (OSError, subprocess.SubprocessError):
        return None
