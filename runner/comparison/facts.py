"""What differs in the records of two runs: steps, parameters, inputs, surroundings, metrics, files, time."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """A step that did not end in the same way, or that only one run has (None)."""

    name: str
    before: str | None
    after: str | None
    reason: str | None
    """Why it did not succeed, in the run in which it did not."""


@dataclass(frozen=True)
class Parameter:
    """An effective parameter with another value. Values are as Python writes them; None where it is not declared."""

    name: str
    steps: tuple[str, ...]
    before: str | None
    after: str | None
    before_from: str | None
    """The layer that the value came from: `default`, `pipeline`, `step`, `command line`, …"""
    after_from: str | None


@dataclass(frozen=True)
class Module:
    """A package or module of the checkout that notebooks import, with other content. Digests; None where it is new."""

    name: str
    before: str | None
    after: str | None
    files: tuple[str, ...] = ()
    """The files that git knows to differ between the two commits, or between the run's and the working tree."""


@dataclass(frozen=True)
class Input:
    """An input, or what a notebook found it to be, with another digest, place or size; None where it is not known."""

    name: str
    before: str | None
    after: str | None
    before_sha256: str | None
    after_sha256: str | None
    before_rows: int | None
    after_rows: int | None
    before_bytes: int | None
    after_bytes: int | None


@dataclass(frozen=True)
class Circumstance:
    """A fact of the surroundings: of the environment (Python, a package), or one that computes nothing (the host)."""

    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Metric:
    """A metric with another value, None where it was not shown or holds none."""

    step: str
    name: str
    unit: str
    before: float | int | str | None
    after: float | int | str | None
    change: float | None
    relative: float | None
    """The change in terms of the larger of both values, -1 to 1, or to 2 where the sign changes."""
    direction: str
    """`better` or `worse` where a gate of the pipeline says which; else `up`, `down`, `changed`, `new` or `gone`."""
    gate: str | None
    """The gate that says it."""


@dataclass(frozen=True)
class Timing:
    """Seconds and memory of a step, or of the run (`step` is empty). They always differ, and count for nothing."""

    step: str
    before_s: float | None
    after_s: float | None
    before_bytes: int | None
    after_bytes: int | None


@dataclass(frozen=True)
class File:
    """A file that a step left, with another digest; None where only one run has it."""

    step: str
    path: str
    before_sha256: str | None
    after_sha256: str | None
    before_bytes: int | None
    after_bytes: int | None
