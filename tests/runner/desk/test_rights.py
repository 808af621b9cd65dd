"""Who may change something, and in whose name."""

from __future__ import annotations

import pytest
from starlette.requests import Request

from runner.desk import rights
from runner.errors import UsageError


def request(address: str, **headers: str) -> Request:
    """A request from an address."""
    told = [(name.replace("_", "-").lower().encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "POST", "path": "/", "headers": told, "client": (address, 1)})


@pytest.mark.parametrize(
    ("address", "headers", "person"),
    [
        ("10.0.0.5", {"X_User": "Ada  Lovelace"}, "Ada Lovelace"),
        ("10.0.0.6", {"X_User": "Ada"}, "Ada"),
        ("192.168.0.1", {"X_User": "Mallory"}, None),
        ("10.0.0.5", {}, None),
        ("10.0.0.5", {"X_User": " "}, None),
        ("10.0.0.5", {"Other": "Ada"}, None),
        ("testclient", {"X_User": "Ada"}, None),
    ],
)
def test_a_person_is_whom_a_named_proxy_names(address: str, headers: dict[str, str], person: str | None) -> None:
    """The header counts from the proxy's addresses only."""
    trusted = rights.proxy("X-User", ["10.0.0.0/29", "::1"])
    assert trusted is not None
    assert trusted.person(request(address, **headers)) == person


@pytest.mark.parametrize(
    ("header", "addresses"), [("X-User", []), (None, ["10.0.0.1"]), ("X User", ["::1"]), ("X", ["x"])]
)
def test_half_a_proxy_is_refused(header: str | None, addresses: list[str]) -> None:
    """A header without a proxy would be anybody's word."""
    with pytest.raises(UsageError):
        rights.proxy(header, addresses)


@pytest.mark.parametrize(
    ("headers", "here"),
    [
        ({"Origin": "http://desk:8700", "Host": "desk:8700"}, True),
        ({"Origin": "https://DESK", "Host": "desk"}, True),
        ({"Origin": "http://desk:8701", "Host": "desk:8700"}, False),
        ({"Origin": "null", "Host": "desk"}, False),
        ({"Host": "desk"}, False),
        ({"Origin": "http://desk", "Host": "desk", "Sec_Fetch_Site": "same-site"}, False),
    ],
)
def test_a_form_comes_from_a_page_of_ours(headers: dict[str, str], here: bool) -> None:
    """What the browser tells of a form's origin has to be this desk."""
    assert rights.from_here(request("127.0.0.1", **headers)) is here
