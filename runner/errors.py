"""The errors a person is expected to meet: one message that names every fault and what to do, and an exit status.

    RunnerError
    ├── UsageError            the command is wrong; nothing was started             exit 2
    │   ├── SettingsError     the environment or .env holds a wrong setting
    │   ├── PipelineError     a pipeline file cannot be read or contradicts itself
    │   ├── ParameterError    an unknown parameter, a wrong type, a value out of range
    │   └── UnknownRunError   no run, or more than one, goes by that name
    ├── PreflightError        something a run needs is missing; nothing was started exit 3
    ├── LockedError           another run of the pipeline is under way              exit 4
    ├── RecordError           a run's manifest cannot be read or written
    ├── InputError            an input could not be fetched, or is not what it should be
    ├── PlaceError            the bucket or the database does not answer: try again later
    └── DeliveryError         a request to publish contradicts its contract, or what is already there
        └── DamageError       what is kept is not what was kept before                exit 8

A fault inside a notebook is no `RunnerError`: it is the outcome of a step (`runner.outcomes`).
"""

from __future__ import annotations

from collections.abc import Iterable

from runner.outcomes import ExitStatus


class RunnerError(Exception):
    """An expected error: its text is meant for the person at the terminal, or for cron's mail."""

    exit_status = ExitStatus.FAILED


class UsageError(RunnerError):
    """The command is wrong, and nothing was started."""

    exit_status = ExitStatus.USAGE


class SettingsError(UsageError):
    """The environment or the .env file holds a setting that cannot be right."""


class PipelineError(UsageError):
    """A pipeline file cannot be read or contradicts itself."""


class ParameterError(UsageError):
    """A parameter is unknown, of the wrong type or out of its range."""


class UnknownRunError(UsageError):
    """No run goes by that name, or more than one does."""


class PreflightError(RunnerError):
    """Something that the run needs is missing, and nothing was started."""

    exit_status = ExitStatus.REFUSED


class LockedError(RunnerError):
    """Another run of the pipeline is under way."""

    exit_status = ExitStatus.LOCKED


class RecordError(RunnerError):
    """A run's manifest is missing, or cannot be read or written."""


class InputError(RunnerError):
    """An input could not be fetched, or is not what it should be."""

    exit_status = ExitStatus.REFUSED


class PlaceError(RunnerError):
    """The bucket or the database does not answer; the same call may succeed later."""

    exit_status = ExitStatus.PENDING


class DeliveryError(RunnerError):
    """A request to publish contradicts its contract, or what is already delivered; repeating it cannot help."""


class DamageError(DeliveryError):
    """What is kept of a run, or the ledger, is not what was kept before; nothing is written over it."""

    exit_status = ExitStatus.DAMAGED


def listed(title: str, faults: Iterable[str]) -> str:
    """One message for several faults: the title, then one indented line for each."""
    return "\n  ".join([title, *faults])
