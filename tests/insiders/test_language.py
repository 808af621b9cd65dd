"""How things are said in a language, and that every language can say everything."""

from __future__ import annotations

import math
import re

import pytest
from babel.messages.pofile import read_po

from insiders.errors import AnalysisError
from insiders.language import CATALOGUES, ENGLISH, LANGUAGES, Language, language
from tests.insiders.messages import messages

BRAZIL = "pt_BR"
OTHERS = [code for code in LANGUAGES if code != ENGLISH]


@pytest.mark.parametrize("code", OTHERS)
def test_a_catalogue_holds_every_message_and_no_other(code: str) -> None:
    """None is missing, none is left over, none is empty or doubtful."""
    with (CATALOGUES / f"{code}.po").open("rb") as file:
        entries = [entry for entry in read_po(file, locale=code) if entry.id]
    assert {entry.id if isinstance(entry.id, str) else tuple(entry.id) for entry in entries} == messages()
    for entry in entries:
        assert all(entry.string if isinstance(entry.string, tuple | list) else [entry.string]), entry.id
        assert not entry.fuzzy, entry.id


@pytest.mark.parametrize("code", OTHERS)
def test_a_translation_has_the_places_of_its_message(code: str) -> None:
    """No figure is lost in translation, and none is asked for that nobody gives."""
    with (CATALOGUES / f"{code}.po").open("rb") as file:
        entries = [entry for entry in read_po(file, locale=code) if entry.id]
    for entry in entries:
        ids, strings = (list(each) if isinstance(each, tuple | list) else [each] for each in (entry.id, entry.string))
        for place, said in enumerate(strings):
            message = ids[min(place, len(ids) - 1)]
            assert set(re.findall(r"{(\w+)}", str(said))) == set(re.findall(r"{(\w+)}", str(message))), message


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (ENGLISH, ["£1,235", "-€5", "€950", "£3.46", "£1.2M", "12.3%", "1,234", "0.50", "p < 0.001", "Dec 9, 2011"]),
        (
            BRAZIL,
            ["£1.235", "-€5", "€950", "£3,46", "£1,2mi", "12,3%", "1.234", "0,50", "p < 0,001", "9 de dez. de 2011"],
        ),
    ],
)
def test_numbers_money_and_days(code: str, said: list[str]) -> None:
    """Each language has its separators, its place for the sign and its dates."""
    speak = language(code)
    found = [
        *(speak.money(1234.6, "£"), speak.money(-5.0, "€"), speak.money(950, "EUR"), speak.money(3.456, "£", 2)),
        *(speak.short_money(1_234_567, "£"), speak.percent(0.1234), speak.whole(1234.0), speak.decimal(0.5)),
        *(speak.p_value(0.0002), speak.day("2011-12-09")),
    ]
    spaces = re.compile(r"(?<=[£€\d])\s(?=[\dm])")
    assert [spaces.sub("", text) if place < 5 else text for place, text in enumerate(found)] == said


def test_what_is_missing_is_called_unknown() -> None:
    """No sentence says nan or inf."""
    speak = language(BRAZIL)
    missing = [speak.money(math.nan, "£"), speak.percent(math.inf), speak.decimal(math.nan), speak.p_value(math.nan)]
    assert missing == ["desconhecido"] * 4


def test_plural_and_list() -> None:
    """One month, several months; a list ends in the language's own and."""
    speak = language(BRAZIL)
    said = [speak.say_n("bought again after {n} month", "bought again after {n} months", n) for n in (1, 3)]
    assert said == ["compraram de novo após 1 mês", "compraram de novo após 3 meses"]
    assert speak.listing(["a", "b", "c"]) == "a, b e c"
    assert language(ENGLISH).say_n("{n} thing", "{n} things", 2) == "2 things"


def test_a_field_is_never_a_format() -> None:
    """A name of the data with braces in it is said as it is."""
    assert Language(ENGLISH).say("customer {name}", name="{__class__}") == "customer {__class__}"


def test_an_unknown_language_is_refused() -> None:
    """The message names those there are."""
    with pytest.raises(AnalysisError, match="en, pt_BR"):
        language("xx")
