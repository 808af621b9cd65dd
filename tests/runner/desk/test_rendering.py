"""How figures, times and hostile names stand in pages."""

from __future__ import annotations

import pytest

from runner.desk import rendering
from runner.desk.addresses import Addresses


def test_signs_that_do_not_show_are_shown() -> None:
    """A name with a sign that turns text around cannot pass itself off as another, and markup is text."""
    template = rendering.environment().from_string("{{ name }} {{ name|upper }} {{ 5 }}")
    assert template.render(name="<b>\u202egpj.exe\x00") == "&lt;b&gt;�gpj.exe� &lt;B&gt;�GPJ.EXE� 5"


@pytest.mark.parametrize(
    ("figure", "text"),
    [
        (None, "–"),
        (0, "0"),
        (0.41234, "0.4123"),
        (8887209.4, "8,887,209"),
        (1e-9, "1e-09"),
        (3.0, "3"),
        (1e300, "1e+300"),
    ],
)
def test_a_figure_is_as_long_as_a_person_reads(figure: float | None, text: str) -> None:
    """Four digits, thousands apart."""
    assert rendering.number(figure) == text


def test_addresses_hold_no_sign_of_their_own_meaning() -> None:
    """Names and fields are quoted, and files refer to each other by relative paths."""
    at = Addresses()
    assert at.file("monthly", "r", 'a b/"?#.csv') == "/runs/monthly/r/files/a%20b/%22%3F%23.csv"
    assert at.asked("/", {"text": "a&b", "status": ["x", "y"], "none": ""}) == "/?text=a%26b&status=x&status=y"
    assert Addresses("../../", files=True).step("monthly", "r", 2) == "../../runs/monthly/r/steps/2.html"
    assert Addresses("", files=True).runs == "index.html"
