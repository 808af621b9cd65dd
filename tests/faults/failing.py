"""The one fake of the fault suite: calls of the operating system that fail when they are told to.

Disks that fail at a chosen moment cannot be had otherwise. Within the context, the calls by which Python writes files
below one folder are counted, and one of them (or all from then on) fails: nothing else is changed.
"""

from __future__ import annotations

import builtins
import errno
import io
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

CALLS = ("open", "write", "fsync", "replace", "mkdir", "close")
"""What may fail; `replace` stands for every kind of rename."""
ERRORS = (errno.EIO, errno.ENOSPC, errno.EINTR)
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT


@dataclass
class Failing:
    """A context in which one kind of call fails below a folder."""

    folder: Path
    call: str
    number: int
    """The call that fails, from 1."""
    error: int
    lasting: bool = False
    """Whether all calls after it fail too, as on a disk that stays full."""
    calls: int = 0
    """So many were made."""
    _real: dict[str, Callable[..., Any]] = field(default_factory=dict)
    _real_open: Callable[..., Any] = io.open

    @property
    def failed(self) -> bool:
        """Whether a call has failed."""
        return self.calls >= self.number

    def __enter__(self) -> Self:
        for name in ("open", "write", "fsync", "replace", "rename", "mkdir", "close"):
            self._real[name] = getattr(os, name)
            setattr(os, name, getattr(self, f"_{name}"))
        io.open = builtins.open = self._open_file
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        for name, real in self._real.items():
            setattr(os, name, real)
        io.open = builtins.open = self._real_open

    def _now(self, call: str, place: object) -> bool:
        """Count a call that concerns us, and say whether it is to fail."""
        if call != self.call or not self._concerns(place):
            return False
        self.calls += 1
        return self.calls >= self.number if self.lasting else self.calls == self.number

    def _concerns(self, place: object) -> bool:
        try:
            if isinstance(place, int):
                return Path(f"/proc/self/fd/{place}").readlink().is_relative_to(self.folder)
            return Path(os.fsdecode(place)).is_relative_to(self.folder)  # type: ignore[arg-type]
        except (OSError, TypeError):
            return False

    def _fault(self) -> OSError:
        return OSError(self.error, os.strerror(self.error))

    def _open(self, path: Any, flags: int, *more: Any, **options: Any) -> int:
        if flags & _WRITES and self._now("open", path):
            raise self._fault()
        return int(self._real["open"](path, flags, *more, **options))

    def _write(self, handle: int, content: Any) -> int:
        if self._now("write", handle):
            if self.error == errno.ENOSPC:
                # A disk that fills takes what fits.
                self._real["write"](handle, content[: len(content) // 2])
            raise self._fault()
        return int(self._real["write"](handle, content))

    def _fsync(self, handle: int) -> None:
        if self._now("fsync", handle):
            raise self._fault()
        self._real["fsync"](handle)

    def _replace(self, source: Any, target: Any, **options: Any) -> None:
        if self._now("replace", target):
            raise self._fault()
        self._real["replace"](source, target, **options)

    def _rename(self, source: Any, target: Any, **options: Any) -> None:
        if self._now("replace", target):
            raise self._fault()
        self._real["rename"](source, target, **options)

    def _mkdir(self, path: Any, *more: Any, **options: Any) -> None:
        if self._now("mkdir", path):
            raise self._fault()
        self._real["mkdir"](path, *more, **options)

    def _close(self, handle: int) -> None:
        now = self._now("close", handle)
        self._real["close"](handle)  # on Linux a file is closed whatever close says
        if now:
            raise self._fault()

    def _open_file(self, file: Any, mode: str = "r", *more: Any, **options: Any) -> Any:
        writes = isinstance(mode, str) and bool(set(mode) & set("wax+"))
        if not writes or isinstance(file, int) or "opener" in options or not self._concerns(file):
            return self._real_open(file, mode, *more, **options)
        if self._now("open", file):
            raise self._fault()
        raw = _File(str(file), mode.replace("b", "").replace("t", ""))
        raw.failing = self
        if "b" in mode:
            return io.BufferedWriter(raw) if "+" not in mode else io.BufferedRandom(raw)
        form = {name: options.get(name) for name in ("encoding", "errors", "newline")}
        return io.TextIOWrapper(io.BufferedWriter(raw), **form)  # type: ignore[arg-type]


class _File(io.FileIO):
    """A file that is written through the calls that may fail."""

    failing: Failing

    def write(self, content: Any) -> int:
        """Write, or fail."""
        return self.failing._write(self.fileno(), bytes(content))
