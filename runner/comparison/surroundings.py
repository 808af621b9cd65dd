"""Where and with what two runs went: Python and packages, the project's own modules, host and time."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from runner.comparison.facts import Circumstance, Module, Timing
from runner.comparison.side import Side
from runner.origins import checkout as checkouts

LOCK = "requirements.lock"
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_PINNED = re.compile(r"^([A-Za-z0-9][\w.-]*)(?:\[[\w,-]*\])?==([^\s;\\]+)", re.MULTILINE)
MOST_FILES = 50
_DECIDING = ("python", "platform", "machine")
_IDLE = ("host", "user", "cpus", "memory_bytes")


def environment(before: Side, after: Side, checkout: Path) -> tuple[Circumstance, ...]:
    """Python, platform, kernels, and packages: by name where both lock files are at hand, else that they differ."""
    old, new = before.manifest["provenance"], after.manifest["provenance"]
    found = [*_turned(old, new, _DECIDING), *_kernels(before, after)]
    locks = _lock(old, checkout), _lock(new, checkout)
    if old.get("lock_sha256") != new.get("lock_sha256"):
        told = list(_packages(*locks)) if locks[0] and locks[1] else []
        found += told or [Circumstance(LOCK, _short(old.get("lock_sha256")), _short(new.get("lock_sha256")))]
    elif old.get("packages_sha256") != new.get("packages_sha256"):
        # Only the digest is recorded of what is installed beside the lock.
        found.append(
            Circumstance("installed packages", _short(old.get("packages_sha256")), _short(new.get("packages_sha256")))
        )
    return tuple(found)


def modules(before: Side, after: Side, checkout: Path) -> tuple[Module, ...]:
    """The packages and modules of the checkout that the steps import, and that are not the same."""
    old, new = module_digests(before), module_digests(after)
    commits = tuple((side.manifest["provenance"].get("git") or {}).get("commit") for side in (before, after))
    return tuple(
        Module(name, old.get(name), new.get(name), changed_files(checkout, commits, name))
        for name in sorted({*old, *new})
        if old.get(name) != new.get(name)
    )


def circumstances(before: Side, after: Side) -> tuple[Circumstance, ...]:
    """What differs and computes nothing: commit, host, user, command, the date that a run is for."""
    old, new = (
        {
            **{name: one.manifest["provenance"].get(name) for name in _IDLE},
            **{name: one.manifest.get(name) for name in ("command", "logical_date", "title")},
            "commit": (one.manifest["provenance"].get("git") or {}).get("commit"),
        }
        for one in (before, after)
    )
    return tuple(_turned(old, new, new))


def timings(before: Side, after: Side) -> tuple[Timing, ...]:
    """Seconds and peak memory of the runs, then of each step that both have."""
    run = Timing("", before.manifest.get("seconds"), after.manifest.get("seconds"), None, None)
    steps = [(before.steps[name], after.steps[name]) for name in after.steps if name in before.steps]
    return (run, *(_timing(old, new) for old, new in steps))


def _timing(old: Mapping[str, Any], new: Mapping[str, Any]) -> Timing:
    memory = old.get("peak_memory_bytes"), new.get("peak_memory_bytes")
    return Timing(str(new["name"]), old.get("seconds"), new.get("seconds"), *memory)


def _turned(old: Mapping[str, Any], new: Mapping[str, Any], names: Any) -> Iterator[Circumstance]:  # noqa: ANN401 - names
    for name in names:
        if old.get(name) != new.get(name):
            yield Circumstance(str(name), _text(old.get(name)), _text(new.get(name)))


def _kernels(before: Side, after: Side) -> Iterator[Circumstance]:
    old, new = ({str(step.get("content", {}).get("kernel")) for step in _told(one)} for one in (before, after))
    if old != new and old and new:
        yield Circumstance("kernel", ", ".join(sorted(old)), ", ".join(sorted(new)))


def _told(side: Side) -> list[Mapping[str, Any]]:
    """The steps that came to their turn."""
    return [step for step in side.manifest["steps"] if isinstance(step.get("content"), Mapping)]


def module_digests(side: Side) -> dict[str, str]:
    """The digest of each package and module of the checkout that a run imported.

    What is no name of a module is left out: it would be a path, and files are looked for by these names.
    """
    told = (one for step in _told(side) for one in (step["content"].get("code") or {}).items())
    return {str(name): str(sha) for name, sha in told if str(name).isidentifier()}


def changed_files(checkout: Path, commits: tuple[Any, ...], module: str) -> tuple[str, ...]:
    """The files of a module that differ between two commits, or between one and the working tree, as git knows them."""
    if not all(isinstance(one, str) and _COMMIT.fullmatch(one) for one in commits):
        return ()
    names = checkouts.git(
        checkout, "diff", "--no-ext-diff", "--no-textconv", "--name-only", "-z", *commits, "--", module
    )
    files = [one.decode("utf-8", "replace") for one in (names or b"").split(b"\0") if one]
    more = [f"and {len(files) - MOST_FILES} more"] if len(files) > MOST_FILES else []
    return tuple(files[:MOST_FILES] + more)


def _lock(origin: Mapping[str, Any], checkout: Path) -> str | None:
    """The lock file of a run, from its commit or from the working tree; None unless it is the one that was recorded."""
    commit = (origin.get("git") or {}).get("commit")
    wanted = origin.get("lock_sha256")
    if not wanted:
        return None
    known = isinstance(commit, str) and _COMMIT.fullmatch(commit)
    kept = checkouts.git(checkout, "show", f"{commit}:./{LOCK}") if known else None
    here = checkout / LOCK
    for content in (kept, here.read_bytes() if here.is_file() else None):
        if content is not None and hashlib.sha256(content).hexdigest() == wanted:
            return content.decode("utf-8", "replace")
    return None


def _packages(old: str | None, new: str | None) -> Iterator[Circumstance]:
    before, after = (dict(_PINNED.findall(text or "")) for text in (old, new))
    yield from _turned(before, after, sorted({*before, *after}))


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _short(digest: object) -> str | None:
    return None if digest is None else str(digest)[:12]
