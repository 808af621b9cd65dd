"""Sentences, numbers, money and days in the language of a report.

The English sentence in the code is the message id (GNU gettext); `insiders/locales` holds a catalogue for every other
language, and Babel (the CLDR) knows how its numbers, dates and lists are written.
"""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from gettext import NullTranslations
from pathlib import Path

import pandas as pd
from babel import Locale, dates, lists, numbers
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

from insiders.errors import AnalysisError

ENGLISH = "en"
LANGUAGES = (ENGLISH, "pt_BR")
CATALOGUES = Path(__file__).parent / "locales"


def mark(message: str) -> str:
    """The message itself; it only says that the catalogues hold it, where it is said later or elsewhere."""
    return message


@dataclass(frozen=True)
class Language:
    """How things are said in one language; a missing number is called unknown."""

    code: str
    """One of `LANGUAGES`."""
    catalogue: NullTranslations = field(default_factory=NullTranslations, repr=False, compare=False)

    @property
    def locale(self) -> Locale:
        """What Babel knows of the language."""
        return Locale.parse(self.code)

    def say(self, message: str, **fields: object) -> str:
        """The message in this language, with the fields in their places."""
        said = self.catalogue.gettext(message)
        return said.format(**fields) if fields else said

    def say_n(self, one: str, many: str, n: float, **fields: object) -> str:
        """The message for a number of things, which stands at ``{n}``."""
        return self.catalogue.ngettext(one, many, round(n)).format(n=self.whole(n), **fields)

    def money(self, value: float, currency: str, decimals: int = 0) -> str:
        """An amount in full: £1,234; a code that Babel knows is written as its sign."""
        if not math.isfinite(value):
            return self.say("unknown")
        whole = self.locale.currency_formats["standard"].pattern.split(";")[0].partition(".")[0]
        pattern = whole + ("." + "0" * decimals if decimals else "")
        return numbers.format_currency(
            value, currency, pattern, locale=self.locale, currency_digits=False, group_separator=True
        )

    def short_money(self, value: float, currency: str) -> str:
        """An amount as an axis shows it: £1.2K."""
        if abs(value) < 1000:
            return self.money(value, currency, 0 if abs(value) >= 10 or float(value).is_integer() else 2)
        return numbers.format_compact_currency(value, currency, locale=self.locale, fraction_digits=1)

    def short(self, value: float) -> str:
        """A number as an axis shows it: 950, 1.2K."""
        if abs(value) < 1000:
            return numbers.format_decimal(float(f"{value:.3g}"), locale=self.locale)
        return numbers.format_compact_decimal(value, locale=self.locale, fraction_digits=1)

    def percent(self, share: float, decimals: int = 1) -> str:
        """A share between 0 and 1 in percent."""
        if not math.isfinite(share):
            return self.say("unknown")
        pattern = "0" + ("." + "0" * decimals if decimals else "") + "%"
        return numbers.format_percent(share, "#,##" + pattern, locale=self.locale)

    def whole(self, value: float) -> str:
        """A count with its separators."""
        return self.decimal(value, 0)

    def decimal(self, value: float, decimals: int = 2) -> str:
        """A plain number with that many decimals."""
        if not math.isfinite(value):
            return self.say("unknown")
        return numbers.format_decimal(value, "#,##0" + ("." + "0" * decimals if decimals else ""), locale=self.locale)

    def p_value(self, value: float) -> str:
        """A p value, never written as zero."""
        if not math.isfinite(value):
            return self.say("unknown")
        return f"p < {self.decimal(0.001, 3)}" if value < 0.001 else f"p = {self.decimal(value, 3)}"

    def interval(self, lower: str, upper: str) -> str:
        """Two bounds, already written."""
        return self.say("{lower} to {upper}", lower=lower, upper=upper)

    def day(self, value: object) -> str:
        """A calendar day: Dec 9, 2011."""
        return dates.format_date(pd.Timestamp(str(value)), "medium", locale=self.locale)

    def short_day(self, value: object) -> str:
        """A calendar day as an axis shows it: Dec 9."""
        return dates.format_skeleton("MMMd", pd.Timestamp(str(value)), locale=self.locale)

    def month(self, value: object) -> str:
        """A calendar month: Dec 2011."""
        return dates.format_skeleton("yMMM", pd.Timestamp(str(value)), locale=self.locale)

    def listing(self, words: Sequence[str]) -> str:
        """Words in a row: ``a, b and c``."""
        return lists.format_list(list(words), style="standard", locale=self.locale)


@cache
def language(code: str = ENGLISH) -> Language:
    """The language of that code; an `AnalysisError` names those there are."""
    if code not in LANGUAGES:
        raise AnalysisError(f"there is no report in {code!r}; the languages are {', '.join(LANGUAGES)}")
    if code == ENGLISH:
        return Language(code)
    compiled = io.BytesIO()
    with (CATALOGUES / f"{code}.po").open("rb") as file:
        write_mo(compiled, read_po(file, locale=code))
    compiled.seek(0)
    return Language(code, Translations(compiled))
