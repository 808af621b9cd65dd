"""Every message that the report can say, as it stands in the code, in the template and in other rooms' words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from babel.messages.extract import extract_from_file

import insiders
from insiders.retelling import VOCABULARY

HERE = Path(insiders.__file__).parent
SPOKEN = (
    *("answers/*.py", "store_answers/*.py", "charts/*.py", "language.py"),
    *("model_names.py", "report.py", "retelling.py"),
)
"""Where sentences of the report are written."""
KEYWORDS = {"say": None, "say_n": (1, 2), "mark": None}


def messages() -> set[str | tuple[str, ...]]:
    """All of them; of a plural, both forms."""
    return {*_found("python", SPOKEN), *_found("jinja2", ("templates/*.html",)), *VOCABULARY}


def _found(method: str, patterns: tuple[str, ...]) -> Iterator[str | tuple[str, ...]]:
    for pattern in patterns:
        for path in sorted(HERE.glob(pattern)):
            for _, message, _, _ in extract_from_file(method, path, keywords=KEYWORDS):
                yield message if isinstance(message, str) else tuple(message)
