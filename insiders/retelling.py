"""Names, rules and actions that an earlier notebook wrote in English, said in another language.

They are made of our own words, so they can be taken apart again: a text is looked up whole, then as one of the
sentences below, then by its parts. What is not ours, such as a product's name, stays as it is.
"""

from __future__ import annotations

import re
from functools import cache

from insiders.language import ENGLISH, Language, mark
from insiders.policies.words import WORDS
from insiders.rules.conditions import UNITS
from insiders.segments import traits

SENTENCES = (
    mark("{action}; first find out why {share} of the value comes back"),
    mark("Remind before the habit is lost (they bought {rhythm}), by a personal offer"),
    mark("Remind before the habit is lost (they bought {rhythm}), at the cost of a mail"),
    mark("Next in line for the programme: keep the rhythm ({rhythm}) and show what they have not bought yet"),
    mark(
        "Invite to the loyalty programme; {rhythm} and the median was here {days} days ago, so call whoever stays away "
        "for twice as long"
    ),
    mark("they buy every {days} days"),
    mark("every {days} days"),
    mark("Insider kept: stands at {ratio} of the threshold; leaves after {grace} reviews in a row below {exit}"),
    mark("Insider by likeness: {figures} (the rule asks {rule})"),
    mark("Insider: {figures} (rule: {rule})"),
    mark("Near the Insiders but unlike them: {figures} (meets {rule})"),
    mark("{figures}; the rule asks {rule}"),
    mark("{one}; or {other}"),
    mark("{one} and {other}"),
    mark("at least {amount}"),
    mark("less than {amount}"),
    mark("from {low} to less than {amount}"),
    mark("group {letter}"),
)
"""Sentences of `insiders.segments.traits` and `insiders.rules`, the longer ones first."""

WHOLE = (
    mark("Win back in person: they were worth it"),
    mark("Mass mailings only; no discount to bring back"),
    mark("Raise the basket: bundles, free delivery above their usual ticket"),
    mark("Make the next order easy: a welcome offer that ends within their usual gap"),
    mark("with no rhythm yet"),
    mark("they have no rhythm yet"),
)

UNITS_AS_SENTENCES = tuple(unit.replace("{}", "{amount}").replace("{money}", "{amount}") for unit in UNITS.values())

VOCABULARY = tuple(
    dict.fromkeys(
        (
            *traits.RECENCY,
            *traits.FREQUENCY,
            *traits.VALUE,
            *(word for pair in traits.DISTINCTIONS.values() for word in pair),
            traits.INSIDERS,
            traits.NOISE,
            *UNITS_AS_SENTENCES,
            *WORDS.values(),
        )
    )
)
"""Messages that stand in other rooms, where nothing marks them; the catalogues hold them, too."""

_NUMBER = re.compile(r"(?P<sign>[^\d\s-]{1,3} ?)?(?P<number>-?\d[\d,]*(?:\.\d+)?)(?P<percent> ?%)?")


def retold(text: object, language: Language) -> str:
    """The text in the language, as far as it is made of our own words."""
    return str(text) if language.code == ENGLISH else _retold(str(text), language)


def _retold(text: str, language: Language) -> str:
    said = language.say(text) if text else text
    if said != text:
        return said
    if number := _NUMBER.fullmatch(text):
        return _number(number, language)
    for message, pattern in _patterns():
        if (found := pattern.fullmatch(text)) and "" not in found.groups():
            return language.say(message, **{name: _retold(part, language) for name, part in found.groupdict().items()})
    if ", " in text:
        return ", ".join(_retold(part, language) for part in text.split(", "))
    small = language.say(text[:1].lower() + text[1:]) if text else text
    return small[:1].upper() + small[1:] if small.lower() != text.lower() else text


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((message, _pattern(message)) for message in (*SENTENCES, *UNITS_AS_SENTENCES))


def _pattern(message: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", message)
    fields = (f"(?P<{part}>.+?)" if place % 2 else re.escape(part) for place, part in enumerate(parts))
    return re.compile("".join(fields), re.DOTALL)


def _number(found: re.Match[str], language: Language) -> str:
    digits = found["number"].replace(",", "")
    decimals = len(digits.partition(".")[2])
    if found["percent"]:
        return language.percent(float(digits) / 100, decimals)
    if found["sign"]:
        return language.money(float(digits), found["sign"].strip(), decimals)
    return language.decimal(float(digits), decimals)
