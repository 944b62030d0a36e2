"""The page: one HTML file that needs nothing else, in one language.

    text = page(build(folder), Language("fr"))

No script at all, and a policy under which none would run: `default-src 'none'`, and the one style sheet by its hash.
Everything that comes from data is escaped by the template engine, set apart for right-to-left letters, and its control
characters are made visible. A name that a template uses and nobody gave is an error, not a blank.
"""

import base64
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from reconciliation.equity import meaning
from reconciliation.model import Result
from reconciliation.report.language import Language
from reconciliation.report.model import Past, People, Report

SECTIONS = (
    "figures",
    "differences",
    "checks",
    "gaps",
    "allowances",
    "books",
    "quarantine",
    "equity",
    "drill",
    "trend",
    "coverage",
    "timing",
    "ground",
)
"""Template under `templates/sections/`, whose heading is the message `section.<name>`; in the order of the page."""

SIGNS = {
    "same": "=",
    "different": "≠",
    "incomplete": "?",
    "not_comparable": "∅",
    "error": "!",
    "not_run": "–",
    "good": "✓",
    "bad": "✗",
    "look": "!",
    "unknown": "?",
    "plain": "",
}
"""What says beside a colour and a word how something is; a page printed in black says as much."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_LEAST = 1.5  # hundredths of a bar: what is there is seen


def page(report: Report, language: Language, sibling: str = "", docs: str = "") -> str:
    """The page.

    sibling, docs:  addresses relative to the page, '' for none: the page in the other language, the Data Docs.
    """
    style = _style()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        _templates()
        .get_template("page.html")
        .render(
            report=report,
            lang=language,
            t=language.text,
            n=language.count,
            sections=SECTIONS,
            sibling=sibling,
            docs=docs,
            meaning=[paragraph.replace(" :", "\u00a0:") for paragraph in meaning(language.code)],
            style=Markup(style),  # noqa: S704  # our own file, not data
            policy=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
        )
    )


@cache
def _style() -> str:
    return (files("reconciliation.report") / "templates" / "page.css").read_text(encoding="utf-8")


@cache
def _templates() -> Environment:
    made = Environment(
        loader=PackageLoader("reconciliation.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters["plain"] = plain
    made.filters["data"] = data
    made.tests["in_folder"] = lambda name: "/" in name
    made.globals.update(sign=sign, bar=bar, curve=curve, whiskers=whiskers, Result=Result)
    return made


def sign(state: str) -> str:
    """The sign of a result, verdict or state; none for one that nobody knows."""
    return SIGNS.get(state, "")


def plain(text: object) -> str:
    r"""A text whose control characters are visible: a browser would drop or change them.

    >>> plain("a\x00b\x1bc\x85")
    'a␀b␛c⟨85⟩'
    """
    return _CONTROL.sub(_shown, str(text))


def _shown(found: re.Match[str]) -> str:
    code = ord(found[0])
    return chr(0x2400 + code) if code < 0x20 else "␡" if code == 0x7F else f"⟨{code:X}⟩"


def data(text: object) -> Markup:
    """A text that comes from data: escaped, and set apart so that its direction is its own affair."""
    return Markup("<bdi>{}</bdi>").format(plain(text))


# --- figures to look at; each stands beside its numbers


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a bar, in hundredths of its length."""

    kind: str
    at: float
    wide: float


def bar(parts: Iterable[tuple[str, float]], whole: float) -> list[Part]:
    """A bar from kinds and how much there is of each. What is there has some length, however little it is.

    >>> bar([("same", 999_999), ("different", 1)], 1_000_000)
    [Part(kind='same', at=0.0, wide=98.5), Part(kind='different', at=98.5, wide=1.5)]
    """
    shares = [(kind, max(_LEAST, 100 * count / whole)) for kind, count in parts if count and whole]
    total = sum(share for _, share in shares)
    if shares and total > 100:
        largest = max(range(len(shares)), key=lambda index: shares[index][1])
        kind, share = shares[largest]
        shares[largest] = (kind, share - (total - 100))
    made, at = [], 0.0
    for kind, share in shares:
        made.append(Part(kind, round(at, 2), round(share, 2)))
        at += share
    return made


@dataclass(frozen=True, slots=True)
class Point:
    """A point of the curve, in the units of its picture."""

    x: float
    y: float
    past: Past


def curve(history: Sequence[Past], wide: float, high: float) -> list[Point]:
    """The last reconciliations, by how many of their questions had the answer `same`; every one has its place.

    What is not all is seen not to be: it lies clearly below the line.
    """
    shown = history[-20:]
    step = wide / max(1, len(shown) - 1)
    return [
        Point(round(index * step if len(shown) > 1 else wide / 2, 1), round(_height(past, high), 1), past)
        for index, past in enumerate(shown)
    ]


def _height(past: Past, high: float) -> float:
    if past.subjects and past.same == past.subjects:
        return 0.0
    share = past.same / past.subjects if past.subjects else 0.0
    return high * max(0.08, 1 - share)


def whiskers(group: People, most: float) -> dict[str, float] | None:
    """Where rate and interval of a group lie, in hundredths of the highest; None for a group that is not shown."""
    if group.total is None or not most:
        return None
    return {
        name: round(100 * share / most, 1)
        for name, share in (("rate", group.rate), ("low", group.low), ("high", group.high))
    }
