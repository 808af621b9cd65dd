"""A small evaluator of IAM policies: enough for the ones in infra/terraform, and it says so where it is not.

moto enforces no conditions and simulates no policy, so the documents are read back from it and judged here, by the
rules of "Policy evaluation logic" in AWS's IAM guide for one account: a matching Deny wins, else one Allow is needed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Statement = Mapping[str, Any]
USUAL = {"aws:SecureTransport": "true", "s3:TlsVersion": "1.3"}
"""What AWS knows of a request that boto3 makes."""


@dataclass(frozen=True)
class Request:
    """One act that a policy allows or not."""

    action: str
    resource: str
    facts: Mapping[str, str] = field(default_factory=dict)
    """Condition keys besides the usual ones; those with the value "" are absent from the request."""

    def known(self) -> dict[str, str]:
        """All condition keys of the request."""
        return {key.lower(): value for key, value in {**USUAL, **self.facts}.items() if value}


def statements(*documents: Mapping[str, Any]) -> list[Statement]:
    """The statements of policy documents."""
    return [statement for document in documents for statement in _listed(document["Statement"])]


def allows(found: Iterable[Statement], request: Request) -> bool:
    """Whether the request passes."""
    effects = {statement["Effect"] for statement in found if matches(statement, request)}
    return "Deny" not in effects and "Allow" in effects


def matches(statement: Statement, request: Request) -> bool:
    """Whether a statement is about the request. Raises a `NotImplementedError` for what is not understood here."""
    if strange := statement.keys() - {"Sid", "Effect", "Action", "Resource", "Principal", "Condition"}:
        raise NotImplementedError(f"statements with {', '.join(strange)}")
    if statement.get("Principal", "*") not in ("*", {"AWS": "*"}):
        return False  # it is about a service of AWS
    return (
        any(_like(one.lower(), request.action.lower()) for one in _listed(statement["Action"]))
        and any(_like(one, request.resource) for one in _listed(statement["Resource"]))
        and all(
            _holds(operator, request.known().get(key.lower()), [str(value).lower() for value in _listed(values)])
            for operator, asked in statement.get("Condition", {}).items()
            for key, values in asked.items()
        )
    )


def _holds(operator: str, found: str | None, values: list[str]) -> bool:
    if operator == "Null":
        return values == [str(found is None).lower()]
    if found is None:
        return False  # so it is for all operators that do not end in IfExists
    if operator in ("Bool", "StringEquals"):
        return found.lower() in values
    if operator == "NumericLessThan":
        return any(float(found) < float(value) for value in values)
    if operator == "NumericGreaterThan":
        return any(float(found) > float(value) for value in values)
    raise NotImplementedError(f"the condition operator {operator}")


def _like(pattern: str, text: str) -> bool:
    """Whether a text is as a pattern with `*` and `?` says."""
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), text) is not None


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
