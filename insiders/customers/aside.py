"""Folders for what is too much to hold and nobody else's to see."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from pathlib import Path


def folder_of(owner: object) -> Path:
    """A new folder among the temporary ones, which goes when its owner goes, or the process."""
    folder = Path(tempfile.mkdtemp(prefix="insiders-"))
    weakref.finalize(owner, shutil.rmtree, folder, ignore_errors=True)
    return folder
