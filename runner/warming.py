"""Which kernels of a run are warm, and what is imported ahead of them: what its notebooks import, each by itself."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from runner.kernel import compiled
from runner.kernel.circumstances import Warmth
from runner.reading import imports
from runner.reading.notebooks import Notebook

FEWEST = 2
"""A run of fewer steps has nothing from a process that would be forked once."""


class Warming:
    """The warm kernels of one run."""

    def __init__(self, notebooks: Mapping[str, Notebook], checkout: Path, lock_sha256: str | None = None) -> None:
        self._lock_sha256 = lock_sha256
        self._notebooks = notebooks
        self._checkout = checkout
        self._said: set[str] = set()

    def of(self, step: str) -> Warmth | None:
        """What the kernel of a step begins with; None for a kernel that is started anew."""
        if len(self._notebooks) < FEWEST or step not in self._notebooks:
            return None
        names = list(self._lists)
        after = names[names.index(step) + 1 :] + names[: names.index(step)]
        return Warmth(self._lists[step], tuple(dict.fromkeys(self._lists[name] for name in after)))

    @cached_property
    def environment(self) -> dict[str, str]:
        """What all kernels of the run are told of compiled code that an earlier one has left."""
        return compiled.environment(os.environ, self._lock_sha256)

    def is_news(self, why: str) -> bool:
        """Whether this reason for a cold kernel has not been said yet."""
        news = why not in self._said
        self._said.add(why)
        return news

    @cached_property
    def _lists(self) -> dict[str, tuple[str, ...]]:
        """By step, read once it is asked for. What many import comes first, so that they can share it."""
        found = {name: imports.installed(book, self._checkout) for name, book in self._notebooks.items()}
        books = Counter(module for modules in found.values() for module in modules)
        order = {module: (-count, place) for place, (module, count) in enumerate(books.items())}
        return {name: tuple(sorted(modules, key=order.__getitem__)) for name, modules in found.items()}
