"""References to secrets."""

from __future__ import annotations

import pytest

from runner.values import references

ENVIRONMENT = {
    "SHOP_TOKEN": "abcd-1234-efgh",
    "SHORT": "abc",
    "AWS_SECRET_ACCESS_KEY": "kept-by-the-runner",
    "HOME": "/root",
    "INSIDERS_PARAMETER_API_TOKEN": "ordinary-text",
}


def test_a_reference_names_a_variable() -> None:
    """Only a whole text that begins with `env:` is a reference."""
    assert references.name_in("env:SHOP_TOKEN") == "SHOP_TOKEN"
    assert references.fault_of("env:SHOP_TOKEN", ENVIRONMENT) is None
    for value in ("SHOP_TOKEN", " env:SHOP_TOKEN", "ENV:SHOP_TOKEN", 3, None, ["a"]):
        assert references.name_in(value) is None
        assert references.fault_of(value, ENVIRONMENT) is None
    assert list(references.within({"a": "env:SHOP_TOKEN", "b": "x"})) == [("a", "SHOP_TOKEN")]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("env:MISSING", "the environment does not set MISSING"),
        ("env:SHORT", "fewer than 4 characters"),
        ("env:", "'' is no name of a variable"),
        ("env: SHOP_TOKEN", "is no name of a variable"),
        ("env:SHOP_TOKEN\n", "is no name of a variable"),
        ("env:a-b", "is no name of a variable"),
        ("env:AWS_SECRET_ACCESS_KEY", "the runner's own"),
        ("env:INSIDERS_DATABASE_URL", "the runner's own"),
        ("env:LD_PRELOAD", "the runner's own"),
        ("env:PYTHONPATH", "the runner's own"),
        (["env:SHOP_TOKEN"], "only a whole text is a reference"),
        ({"a": ("env:SHOP_TOKEN",)}, "only a whole text is a reference"),
    ],
)
def test_a_reference_that_cannot_be_followed_is_a_fault(value: object, words: str) -> None:
    """It is told before anything starts, and without any value of the environment."""
    fault = references.fault_of(value, ENVIRONMENT)
    assert fault is not None
    assert words in fault
    assert not any(secret in fault for secret in ENVIRONMENT.values())


def test_a_secret_given_as_a_value_is_told_apart() -> None:
    """What holds the value of a variable that is secret by its name is to be given as a reference."""
    secrets = references.secrets_of(ENVIRONMENT, "INSIDERS_PARAMETER_")
    assert references.held_in("abcd-1234-efgh", secrets) == "holds the value of SHOP_TOKEN; give env:SHOP_TOKEN"
    assert references.held_in({"a": ["abcd-1234-efgh"]}, secrets) is not None
    assert "no notebook gets it" in str(references.held_in("kept-by-the-runner", secrets))
    for value in ("/root", "ordinary-text", "SHOP_TOKEN", 3, None):
        assert references.held_in(value, secrets) is None


@pytest.mark.parametrize("value", ["postgresql://me:***@host/db", "https://host/?token=***", ["a", "x [redacted] y"]])
def test_what_lost_its_secret_is_known(value: object) -> None:
    """A record holds no secret, so that such a value cannot be taken from it."""
    assert references.is_masked(value)
    assert not references.is_masked("postgresql://host/db")
