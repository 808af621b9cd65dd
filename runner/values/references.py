"""Secrets that parameters refer to: `env:NAME` names a variable of the environment, and never holds its value."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from runner.secrecy.redaction import REDACTED, SHORTEST, secrets_in
from runner.values.limits import items

_MARK = "env:"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_OWN = re.compile(r"AWS_.*|INSIDERS_DATABASE_URL|PGPASS(?:WORD|FILE)|(?:LD|DYLD|PYTHON)[A-Z_]*", re.IGNORECASE)
"""What the runner alone holds, and what would change how a kernel starts."""
_MASKED = re.compile(rf"://[^/@:\s]*:\*\*\*@|=\*\*\*|{re.escape(REDACTED)}")


def within(values: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Parameter and variable of every reference among values."""
    return ((parameter, name) for parameter, value in values.items() if (name := name_in(value)) is not None)


def name_in(value: object) -> str | None:
    """The variable that a value refers to, None where it is an ordinary value."""
    return value.removeprefix(_MARK) if isinstance(value, str) and value.startswith(_MARK) else None


def fault_of(value: object, environment: Mapping[str, str]) -> str | None:
    """What is wrong with a value as a reference, None for a good one and for an ordinary value."""
    name = name_in(value)
    if name is None:
        inner = [one for one in map(name_in, items(value)) if one is not None]
        return f"{_MARK}{inner[0]} stands in a list or dict; only a whole text is a reference" if inner else None
    if not _NAME.fullmatch(name):
        return f"{value!r} begins like a reference, but {name!r} is no name of a variable (letters, digits, _)"
    if _OWN.fullmatch(name):
        return f"{_MARK}{name}: {name} is the runner's own, and no notebook gets it"
    if name not in environment:
        return f"{_MARK}{name}: the environment does not set {name}"
    if len(environment[name]) < SHORTEST:
        return f"{_MARK}{name}: the value of {name} has fewer than {SHORTEST} characters, too few to be kept secret"
    return None


def secrets_of(environment: Mapping[str, str], ordinary: str) -> dict[str, str]:
    """The secret texts of an environment, with the variable that holds each; those with the prefix are ordinary."""
    others = {name: text for name, text in environment.items() if not name.startswith(ordinary)}
    return {
        secret: next(name for name, text in others.items() if secret in text or secret == text.strip())
        for secret in secrets_in(others, ())
        if any(secret in text for text in others.values())
    }


def held_in(value: object, secrets: Mapping[str, str]) -> str | None:
    """What to do about a value that is, or holds as an item, one of the secrets; None for an ordinary value."""
    for item in items(value):
        if isinstance(item, str) and item in secrets:
            name = secrets[item]
            way = "no notebook gets it" if _OWN.fullmatch(name) else f"give {_MARK}{name}"
            return f"holds the value of {name}; {way}"
    return None


def is_masked(value: object) -> bool:
    """Whether a recorded value had a secret in it, which the record does not keep."""
    return any(isinstance(item, str) and _MASKED.search(item) for item in items(value))
