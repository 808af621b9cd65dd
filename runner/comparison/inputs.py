"""What two runs read: the inputs that were fetched for them, and what notebooks found a mere name to stand for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runner.comparison.facts import Input
from runner.comparison.side import Side

_FACTS = ("value", "sha256", "rows", "bytes", "version")


def changes(before: Side, after: Side) -> tuple[Input, ...]:
    """The inputs with another place, version, digest or size."""
    old, new = _inputs(before), _inputs(after)
    return tuple(
        _change(name, old.get(name, {}), new.get(name, {}))
        for name in dict.fromkeys((*new, *old))
        if old.get(name) != new.get(name)
    )


def _inputs(side: Side) -> dict[str, dict[str, Any]]:
    found = {str(one["parameter"]): _facts(side, one) for one in side.manifest["inputs"]}
    for step in side.manifest["steps"]:
        for published in step.get("publications") or ():
            asked = published.get("asked") or {}
            if asked.get("source"):
                told = {"value": asked["source"], "sha256": asked.get("source_sha256")}
                found["data, as the notebooks found them"] = _facts(side, told)
    return found


def _facts(side: Side, one: Mapping[str, Any]) -> dict[str, Any]:
    facts = {name: one.get(name) for name in _FACTS}
    return {**facts, "value": side.noise.without_names(str(one.get("value")))}


def _change(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Input:
    sizes = {
        f"{when}_{fact}": facts.get(fact)
        for when, facts in (("before", old), ("after", new))
        for fact in ("sha256", "rows", "bytes")
    }
    return Input(name, _place(old), _place(new), **sizes)


def _place(facts: Mapping[str, Any]) -> str | None:
    if not facts:
        return None
    version = f", version {facts['version']}" if facts.get("version") else ""
    return f"{facts['value']}{version}"
