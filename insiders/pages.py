"""HTML pages as files."""

from __future__ import annotations

import os
from pathlib import Path


def write(path: str | os.PathLike[str], page: str) -> Path:
    """Write the page, aside first and then into place."""
    place = Path(path)
    place.parent.mkdir(parents=True, exist_ok=True)
    aside = place.with_name(f".{place.name}.{os.getpid()}")
    aside.write_text(page, encoding="utf-8")
    aside.replace(place)
    return place
