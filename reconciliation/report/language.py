"""Words, numbers and dates of a page, in Canadian English or French.

    fr = Language("fr")
    fr.text("verdict.same")                 from messages/fr.po, which anybody can correct with a text editor
    fr.count("rows", 1_234)                 '1 234 lignes'
    fr.percent(99_999, 100_000)             'plus de 99,9 %': never rounded to all, nor to none

A message has a name, the same in both files; its words stand in `msgstr`. What comes from data never becomes part of
a name, and a name that no file holds is a KeyError, which a test finds.
"""

import io
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from gettext import GNUTranslations
from importlib.resources import files
from typing import Any

from babel import Locale
from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal

LANGUAGES = ("en", "fr")
_LOCALES = {"en": "en_CA", "fr": "fr_CA"}
_TIME = {"en": "{:%H:%M} UTC", "fr": "{:%H h %M} UTC"}
_EQUITY = re.compile(r"(\w+) (rejected|held|flagged|differing|delayed) by (\w+)")
_CURRENCY = re.compile(r"[A-Z]{3}")

_COUNTS, _INSTANTS = ("roots", "of", "found", "listed", "arrived"), ("since",)
"""Facts of reasons that are no words."""


class Language:
    """One language of the pages."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.tag = f"{code}-CA"
        self.locale = Locale.parse(_LOCALES[code])
        self._words = _words(code)

    # --- words

    def has(self, name: str) -> bool:
        """Whether there is a message of this name."""
        return name in self._words

    def text(self, name: str, /, **given: object) -> str:
        """A message; KeyError where there is none. Numbers among the figures given are written as numbers."""
        if not self.has(name):
            raise KeyError(f"no message {name} in {self.code}.po")
        return self._filled(self._words[name], given)

    def named(self, kind: str, name: str) -> str:
        """The word for something that data may name, such as a check or a rule; the name itself where there is none."""
        return self.text(f"{kind}.{name}") if self.has(f"{kind}.{name}") else name

    def subject(self, name: str) -> str:
        """A question in words: those of the checks are known, those of comparison files if they are written down."""
        if people := _EQUITY.fullmatch(name):
            entity, outcome, trait = people.groups()
            told = {"entity": self.named("entity", entity), "outcome": self.named("outcome", outcome)}
            return self.text("equity_of", **told, trait=self.named("trait", trait))
        if (fields := name.removesuffix(" fields")) != name:
            return self.text("fields_of", name=fields)
        if (column := name.removeprefix("age by ")) != name:
            return self.text("age_by", name=column)
        return self.named("subject", name)

    def count(self, name: str, number: int, /, **given: object) -> str:
        """A number with its noun, in the form that the number asks for."""
        if not self.has(f"n.{name}"):
            raise KeyError(f"no message n.{name} in {self.code}.po")
        return self._filled(
            _translations(self.code).ngettext(f"n.{name}", f"n.{name}", number), {"n": number, **given}
        )

    def reason(self, name: str, given: Mapping[str, str]) -> str:
        """Why a subject has no better result, with its figures; an unknown reason is told by its name."""
        known = self._words.get(f"reason.{name}")
        if known is None:
            facts = ", ".join(f"{key} {value}" for key, value in sorted(given.items()))
            return self.text("reason", name=name.replace("_", " "), facts=facts and f" ({facts})")
        told = {key: self._fact(key, value) for key, value in given.items()}
        return self._filled(known, {**dict.fromkeys(re.findall(r"{(\w+)}", known), "?"), **told})

    def _fact(self, key: str, value: str) -> object:
        """A fact of a reason: a count, an instant, or a word."""
        if key in _COUNTS and value.isdecimal():
            return int(value)
        return self.instant(value) if key in _INSTANTS else self.named("why", value)

    # --- figures

    def number(self, value: Decimal | int | None) -> str:
        """Digits in groups; a dash for none."""
        if value is None:
            return "–"
        return format_decimal(value, locale=self.locale, decimal_quantization=False)

    def amount(self, value: Decimal | int | None, unit: str) -> str:
        """A figure of a unit: money with its sign, anything else as a number."""
        if value is None or not _CURRENCY.fullmatch(unit):
            return self.number(value)
        return format_currency(value, unit, locale=self.locale)

    def percent(self, part: Decimal | int, whole: Decimal | int) -> str:
        """A share with one decimal. Only none is 0 %, only all is 100 %; of nothing it is a dash."""
        if not whole:
            return "–"
        if part in (0, whole):
            return self._percent(Decimal(100 if part else 0), 0)
        share = Decimal(part) * 100 / Decimal(whole)
        if share < Decimal("0.1"):
            return self.text("less_than", figure=self._percent(Decimal("0.1"), 1))
        if Decimal("99.9") < share < 100:
            return self.text("more_than", figure=self._percent(Decimal("99.9"), 1))
        return self._percent(share, 1)

    def rate(self, share: float) -> str:
        """A share of one, as it was estimated."""
        return self.percent(Decimal(str(share)), 1)

    def _percent(self, share: Decimal, digits: int) -> str:
        shown = format_decimal(
            share.quantize(Decimal(1).scaleb(-digits)), f"0.{'0' * digits}" if digits else "0", self.locale
        )
        return self.text("percent", figure=shown)

    def seconds(self, value: float) -> str:
        """A duration."""
        if value < 60:
            return self.text("seconds", figure=format_decimal(round(value, 1), "0.0", self.locale))
        minutes, seconds = divmod(round(value), 60)
        hours, minutes = divmod(minutes, 60)
        if hours:
            return self.text("hours", hours=hours, minutes=minutes)
        return self.text("minutes", minutes=minutes, seconds=seconds)

    # --- times

    def date(self, value: str) -> str:
        """An ISO date in words; anything else as it is."""
        moment = _moment(value)
        return value if moment is None else self._day(moment)

    def instant(self, value: str | None) -> str:
        """An ISO instant in words, in UTC; a dash for none, anything else as it is."""
        if not value:
            return "–"
        moment = _moment(value)
        if moment is None:
            return value
        return f"{self._day(moment)}, {_TIME[self.code].format(moment)}"

    def _day(self, moment: datetime) -> str:
        """The first of a month is an ordinal in French, after Le guide du rédacteur; the locale data do not know it."""
        told = format_date(moment, "long", self.locale)
        return told.replace("1 ", "1er ", 1) if self.code == "fr" and moment.day == 1 else told

    def _filled(self, words: str, given: Mapping[str, object]) -> str:
        plain = (int, Decimal)
        shown = {
            name: self.number(value) if isinstance(value, plain) and not isinstance(value, bool) else value
            for name, value in given.items()
        }
        return words.format_map(shown) if shown or "{" in words else words


def _moment(value: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


@cache
def _catalog(code: str) -> Any:
    with (files("reconciliation.report") / "messages" / f"{code}.po").open("rb") as stream:
        return read_po(stream, locale=_LOCALES[code], abort_invalid=True)


@cache
def _words(code: str) -> dict[str, str]:
    """Name -> words; of a message with a plural, its first form."""
    found = {}
    for message in _catalog(code):
        if message.id:
            name = message.id if isinstance(message.id, str) else message.id[0]
            found[name] = message.string if isinstance(message.string, str) else message.string[0]
    return found


@cache
def _translations(code: str) -> GNUTranslations:
    stream = io.BytesIO()
    write_mo(stream, _catalog(code))
    stream.seek(0)
    return GNUTranslations(stream)
