"""Who watches a verification: a progress bar on a terminal, or nobody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

T = TypeVar("T")


class Watch:
    """Nobody watches."""

    def over(self, what: str, things: Iterable[T], total: int) -> Iterator[T]:  # noqa: ARG002 - for who does watch
        """The things, one after the other, as they are done."""
        yield from things


class Bar(Watch):
    """Somebody watches at a terminal. The bar goes when the part that it shows is over."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def over(self, what: str, things: Iterable[T], total: int) -> Iterator[T]:
        """See `Watch.over`."""
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=self._console, transient=True, refresh_per_second=5) as progress:
            yield from progress.track(things, total=total, description=what)
