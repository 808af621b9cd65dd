"""The checkout as git sees it: its commit, and what differs from it as a patch that `git apply` takes.

git is asked without its conveniences: no hook, pager, file watcher, external diff or text conversion runs, nothing in
the environment sends it elsewhere, and nothing in the repository is written.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from runner.errors import UsageError
from runner.files import write_aside
from runner.records import digests
from runner.secrecy.redaction import Redactor

CHANGES = "changes.diff"
"""The patch's name in a run folder."""
LIMIT_BYTES = 5_000_000
"""A larger patch is not kept: what makes it large is data or outputs, not code."""
_SAFE = (
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.pager=cat",
    "diff.noprefix=false",
    "safe.directory=*",
)
_DIFF = ("--no-ext-diff", "--no-textconv", "--no-color", "--no-renames", "--no-relative", "--ignore-submodules=dirty")
_PATCH = ("--binary", "--full-index", "--unified=3", "--src-prefix=a/", "--dst-prefix=b/", "--submodule=short")
_SECONDS = 60
_NOT_KEPT = "the changes are not kept, only their digest"


class CheckoutError(UsageError):
    """git does not do what is asked of it here."""


@dataclass(frozen=True)
class Changes:
    """What differs from the commit: tracked changes, and new files that git does not ignore."""

    sha256: str
    """Digest of the patch; without one, of the list of changed files and their digests."""
    patch: bytes | None
    files: tuple[Path, ...] = ()
    """The files that differ, also those that are gone."""
    note: str | None = None
    """Why there is no patch, or why it is not whole."""


def of_checkout(checkout: Path, folder: Path | None = None, redactor: Redactor | None = None) -> dict[str, Any]:
    """Commit, branch, and digest of what differs from the commit; nothing is claimed where git knows nothing.

    With `folder` the patch is kept there, and `diff_file` names it; `diff_note` says why it is missing or not whole.
    """
    found = dict.fromkeys(("commit", "branch", "dirty", "diff_sha256", "diff_file", "diff_note"))
    status = git(checkout, "status", "--porcelain=v1", "-z", "--untracked-files=all", "--ignore-submodules=dirty", ".")
    if status is None or not _known(checkout):
        return found
    commit, branch = git(checkout, "rev-parse", "--verify", "-q", "HEAD"), git(checkout, "branch", "--show-current")
    found["commit"] = commit.decode().strip() if commit else None
    found["branch"] = branch.decode().strip() if branch else None
    found["dirty"] = bool(status)
    if status:
        changed = without_secrets(changes(checkout), redactor or Redactor())
        found |= {"diff_sha256": changed.sha256, "diff_note": changed.note}
        if folder is not None and changed.patch is not None:
            write_aside(folder / CHANGES, changed.patch)
            found["diff_file"] = CHANGES
    return found


def changes(checkout: Path, limit: int = LIMIT_BYTES) -> Changes:
    """What differs from the commit, as a patch where it is not larger than `limit` bytes."""
    with tempfile.TemporaryDirectory(prefix="changes-") as folder:
        index = _index(checkout, Path(folder))
        files = tuple(_changed_files(checkout, index))
        large = sum(path.stat().st_size for path in files if path.is_file()) > 20 * limit
        patch = None if large else git(checkout, "diff", *_DIFF, *_PATCH, _base(checkout), "--", ".", index=index)
    if patch is not None and len(patch) <= limit:
        return Changes(hashlib.sha256(patch).hexdigest(), patch, files)
    why = f"they come to more than {limit / 1e6:g} MB" if large or patch is not None else "git could not write them"
    return Changes(_listing_digest(checkout, files), None, files, f"{_NOT_KEPT}: {why}")


def without_secrets(changed: Changes, redactor: Redactor) -> Changes:
    """The changes with every secret that the redactor knows taken out, and a note where there was one."""
    if changed.patch is None:
        return changed
    # What a patch says of a file that is no text is compressed, and a secret in it is not to be seen.
    packed = b"\nGIT binary patch\n" in changed.patch
    if packed and any(redactor.holds(path.read_bytes()) for path in changed.files if path.is_file()):
        return replace(changed, patch=None, note=f"{_NOT_KEPT}: a secret stands in them")
    # Bytes that are no UTF-8 pass through as they are.
    patch = redactor.text(changed.patch.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
    if patch == changed.patch:
        return changed
    return replace(changed, sha256=hashlib.sha256(patch).hexdigest(), patch=patch, note="a secret was taken out")


def git(checkout: Path, *arguments: str, index: Path | None = None, stdin: bytes = b"") -> bytes | None:
    """What git answers; None where it is not installed, refuses, or the folder is no repository."""
    try:
        return demand(checkout, *arguments, index=index, stdin=stdin)
    except CheckoutError:
        return None


def demand(checkout: Path, *arguments: str, index: Path | None = None, stdin: bytes = b"") -> bytes:
    """What git answers, or a `CheckoutError` with the reason that it gives."""
    settings = [part for one in _SAFE for part in ("-c", one)]
    command = ["git", "-C", str(checkout), "--no-optional-locks", "--no-pager", *settings, *arguments]
    environment = _environment(os.environ, index)
    try:
        done = subprocess.run(  # noqa: S603 - fixed words
            command, input=stdin, capture_output=True, timeout=_SECONDS, env=environment, check=False
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise CheckoutError(f"git could not be run: {error}") from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise CheckoutError(f"git {arguments[0]}: {said[0] if said else f'exit status {done.returncode}'}")
    return done.stdout


def top(checkout: Path) -> Path:
    """The root of the repository around the checkout, most often the checkout itself."""
    return Path(os.fsdecode(demand(checkout, "rev-parse", "--show-toplevel").removesuffix(b"\n")))


def _environment(parent: Mapping[str, str], index: Path | None) -> dict[str, str]:
    """The environment without what would send git to another repository or have it start a program."""
    kept = {name: value for name, value in parent.items() if not name.startswith("GIT_")}
    fixed = {"GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_LITERAL_PATHSPECS": "1", "LC_ALL": "C"}
    return {**kept, **fixed, **({"GIT_INDEX_FILE": str(index)} if index else {})}


def _known(checkout: Path) -> bool:
    """Whether the folder is a repository, or holds files of the one around it; to lie in one is not enough."""
    return top(checkout).resolve() == checkout.resolve() or bool(git(checkout, "ls-files", "-z", "--", "."))


def _base(checkout: Path) -> str:
    """The commit, or git's name for an empty tree where there is none yet."""
    commit = git(checkout, "rev-parse", "--verify", "-q", "HEAD")
    return (commit or git(checkout, "hash-object", "-t", "tree", "--stdin") or b"HEAD").decode().strip()


def _index(checkout: Path, folder: Path) -> Path:
    """A copy of the index in which the new files are announced, so that the one of the checkout stays as it is."""
    copy = folder / "index"
    place = git(checkout, "rev-parse", "--git-path", "index")
    if place and (found := checkout / os.fsdecode(place.removesuffix(b"\n"))).is_file():
        # With its time: git takes a file that changed after the index was written for one to look into.
        shutil.copy2(found, copy)
    new = git(checkout, "ls-files", "--others", "--exclude-standard", "-z", "--", ".") or b""
    names = [name for name in new.split(b"\0") if name and not name.endswith(b"/")]  # a "/" ends another repository
    if names:
        paths = b"\0".join(names)
        git(checkout, "add", "-N", "--pathspec-from-file=-", "--pathspec-file-nul", index=copy, stdin=paths)
    return copy


def _changed_files(checkout: Path, index: Path) -> list[Path]:
    """Paths of what differs from the commit, also of what is gone."""
    root = top(checkout)
    names = git(checkout, "diff", *_DIFF, "--name-only", "-z", _base(checkout), "--", ".", index=index) or b""
    return [root / os.fsdecode(name) for name in sorted(names.split(b"\0")) if name]


def _listing_digest(checkout: Path, files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in files:
        content = digests.of_file(path) if path.is_file() else "gone"
        digest.update(os.fsencode(os.path.relpath(path, checkout)) + f"\0{content}\n".encode())
    return digest.hexdigest()
