"""Values as people and records may see them: what is secret in an address is masked."""

from __future__ import annotations

import re
from collections.abc import Mapping

from runner.settings import masked
from runner.values.parameters import Value
from runner.values.texts import plain

_SECRET = re.compile(r"(?i)([?&][^=&#]*(?:sig|token|key|secret|password|credential)[^=&#]*)=[^&#]*")


def shown(value: str) -> str:
    """The text with the passwords and signatures of addresses replaced by `***`."""
    return _SECRET.sub(r"\1=***", masked(value))


def told(values: Mapping[str, Value]) -> dict[str, dict[str, object]]:
    """Values as the manifest keeps them, with their origin."""
    return {name: {"value": _told(one.value), "from": one.origin} for name, one in values.items()}


def _told(value: object) -> object:
    return shown(value) if isinstance(value, str) else plain(value)
