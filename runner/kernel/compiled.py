"""Where numba keeps what it has compiled, so that the next run finds it: UMAP's first compilation takes ten seconds.

Who can write there has their code run in every kernel. So the folder is one user's alone, and a folder that is not is
left unused; each set of packages has its own.
"""

from __future__ import annotations

import hashlib
import os
import stat
import sys
from collections.abc import Mapping
from pathlib import Path

NAME = "NUMBA_CACHE_DIR"
_KEPT = "insiders"


def environment(parent: Mapping[str, str], lock_sha256: str | None) -> dict[str, str]:
    """What a kernel's environment says of it; nothing where the person has named a folder, or none is safe."""
    if parent.get(NAME):
        return {}
    folder = _folder(parent, lock_sha256)
    return {NAME: str(folder)} if folder is not None and _made_safe(folder) else {}


def _folder(parent: Mapping[str, str], lock_sha256: str | None) -> Path | None:
    try:
        cache = Path(parent.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    except RuntimeError:  # a user without a home
        return None
    if not cache.is_absolute():
        return None
    # numba itself looks at a file's time of change, which an installer may set as it likes.
    packages = hashlib.sha256(f"{lock_sha256} {sys.prefix} {sys.version}".encode()).hexdigest()[:16]
    return cache / _KEPT / f"numba-{packages}"


def _made_safe(folder: Path) -> bool:
    """Whether the folder, made if it was not there, and what it stands in are this user's, and no other's to write."""
    try:
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        return _is_own(folder, others=0o077) and _is_own(folder.parent, others=0o022)
    except OSError:
        return False


def _is_own(folder: Path, others: int) -> bool:
    facts = os.lstat(folder)
    return stat.S_ISDIR(facts.st_mode) and facts.st_uid == os.geteuid() and not facts.st_mode & others
