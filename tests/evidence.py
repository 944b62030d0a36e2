"""An evidence folder made by hand: every part of a report has something to show, and one for each verdict.

folder = made(tmp_path)                      different: a bit of everything
folder = made(tmp_path, only={"counts"})     of these checks alone
folder = large(tmp_path, 100_000)            so many differences
folder = naughty(tmp_path)                   every text is one that a browser or a spreadsheet might run
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from reconciliation.folder import Folder
from reconciliation.model import DIFFERENCES, Kind, Look, Measure, Reason, Remark, Result, Subject
from tests.naughty import NAUGHTY

NAME = "20270114T031500Z"
SALT = "5a" * 32

CONTEXT = {
    "books": {
        "client": {"read": 2085, "created": 2032, "rejected": 18, "excluded": 35},
        "application": {
            "read": 2658,
            "created": 2500,
            "updated": 39,
            "rejected": 79,
            "held": 14,
            "excluded": 26,
        },
        "relation": {"read": 1643, "created": 1620, "held": 23},
    },
    "quarantine": [
        {
            "entity": "application",
            "rule": "missing_parent",
            "state": "held",
            "scope": "entity",
            "lines": 130,
            "keys": 14,
            "reason_en": "the row that it refers to does not exist or was not loaded",
            "reason_fr": "la ligne à laquelle elle renvoie n'existe pas ou n'a pas été chargée",
        },
        {
            "entity": "application",
            "rule": "no_parent",
            "state": "rejected",
            "scope": "entity",
            "lines": 10,
            "keys": 10,
            "reason_en": "the row names no parent",
            "reason_fr": "la ligne ne désigne aucun parent",
        },
        {
            "entity": "client",
            "rule": "uci_contested",
            "state": "waived",
            "scope": "row",
            "lines": 6,
            "keys": 6,
            "reason_en": "several persons claim this UCI",
            "reason_fr": "plusieurs personnes revendiquent cet IUC",
        },
    ],
    "lines": {"client": {"person family_name": "client.yaml:99"}},
    "coverage": {"mapped": 512, "derived": 41, "dropped": 209, "unaccounted": 0},
    "runs": [
        {"run": 1, "mode": "full", "status": "done", "started": "2027-01-13T02:00:00Z", "seconds": 4210.4},
        {"run": 2, "mode": "sweep", "status": "done", "started": "2027-01-14T02:30:00Z", "seconds": 61.2},
    ],
    "unchecked": [
        {
            "entity": "client",
            "table": "person",
            "column": "display_name",
            "reason_en": "made from the names, which are compared",
            "reason_fr": "formé des noms, qui sont comparés",
        },
    ],
    "history": [
        {
            "reconciliation": f"2027010{day}T031500Z",
            "ended": f"2027-01-0{day}T03:21:00Z",
            "verdict": verdict,
            "subjects": 9,
            "same": same,
            "differing": differing,
            "in_flight": 4,
        }
        for day, verdict, same, differing in (
            (1, "incomplete", 2, 0),
            (3, "different", 3, 41),
            (5, "different", 5, 12),
            (8, "same", 9, 0),
            (9, "different", 7, 3),
        )
    ],
    "timing": [
        {"check": "counts", "seconds": 3.2},
        {"check": "keys", "seconds": 12.9},
        {"check": "rows", "seconds": 148.0},
        {"check": "totals", "seconds": 7.4},
    ],
    "drill": {
        "at": "2027-01-10T22:00:00Z",
        "planted": 40,
        "caught": 38,
        "missed": 2,
        "classes": {
            "lost row": {"planted": 10, "caught": 10},
            "swapped fields": {"planted": 10, "caught": 10},
            "shifted date": {"planted": 10, "caught": 8},
            "widened join": {"planted": 10, "caught": 10},
        },
    },
    "allowances": [
        {
            "name": "postal codes in capitals",
            "place": {"check": "rows", "entity": "client", "column": "postal_code", "kind": "format_only"},
            "keys": None,
            "at_most": 20,
            "owner": "Data Office",
            "approved_by": "A. Roy",
            "approved_on": "2027-01-04",
            "expires": "2027-03-31",
            "state": "in_force",
            "reason_en": "the platform writes postal codes in capitals",
            "reason_fr": "la plateforme écrit les codes postaux en majuscules",
            "lines": 17,
        },
        {
            "name": "old office codes",
            "place": {"check": "rows", "entity": "office", "subject": "office fields"},
            "keys": 3,
            "at_most": None,
            "owner": "Operations",
            "approved_by": "M. Tremblay",
            "approved_on": "2026-06-30",
            "expires": "2026-12-31",
            "state": "expired",
            "reason_en": "offices that were closed in 2019",
            "reason_fr": "bureaux fermés en 2019",
            "lines": 2,
        },
    ],
    "data_docs": "data-docs/index.html",
}

MANIFEST = {
    "system": "gcms",
    "program": "case-migrate 0.1.0",
    "started": "2027-01-14T03:15:00Z",
    "ended": "2027-01-14T03:18:12Z",
    "moment": {
        "legacy": "2027-01-14T03:15:02Z",
        "platform": "2027-01-14T03:15:03Z",
        "how": "two_looks",
        "lag_seconds": 95.0,
    },
    "scope": {"entities": ["client", "application"], "checks": [], "wave": None},
    "run": 2,
    "window_high": "2027-01-14T02:30:01Z",
    "mappings": {"client": "1f" * 32, "application": "2e" * 32},
    "comparison": {"client": "3d" * 32},
    "ledger": {"seq": 418, "hash": "4c" * 32},
    "limits": {"max_diffs": 100000, "max_time": None},
}

SUBJECTS = [
    Subject("counts", "client", "person"),
    Subject("counts", "application", "application"),
    Subject("totals", "application", "fee by currency and month", "A"),
    Subject("keys", "client", "person"),
    Subject("rows", "client", "person"),
    Subject("rows", "client", "person.birth_date", "A"),
    Subject("rows", "application", "application"),
    Subject("relations", "application", "one principal applicant"),
    Subject("attachments", "application", "document", "", "no attachment was moved yet"),
    Subject("identity", "client", "collisions of uci"),
    Subject("quality", "client", "client_sex_known"),
    Subject("equity", "client", "client rejected by citizenship"),
]


def line(check: str, entity: str, subject: str, kind: Kind, **more: Any) -> dict[str, str | None]:
    """A difference."""
    blank = dict.fromkeys(DIFFERENCES.names, "")
    told = {"check": check, "entity": entity, "subject": subject, "kind": kind, "look": Look.OUT_OF_SYNC}
    return {**blank, **told, **more}


DIFFERING = [
    line(
        "rows",
        "client",
        "person.birth_date",
        Kind.CONFLICT,
        key="1-2AB",
        table="S_CONTACT",
        column="birth_date",
        source="BIRTH_DT",
        legacy="1990-01-02",
        platform="1990-02-01",
        **{"class": "A"},
    ),
    line(
        "rows",
        "client",
        "person.birth_date",
        Kind.NULL,
        key="1-2AC",
        table="S_CONTACT",
        column="birth_date",
        source="BIRTH_DT",
        legacy="1971-11-30",
        platform=None,
        **{"class": "A"},
    ),
    line(
        "rows",
        "client",
        "person",
        Kind.FORMAT,
        key="1-2AD",
        table="S_CONTACT",
        column="family_name",
        source="LAST_NAME",
        legacy="חביב",
        platform="Habib",
        **{"class": "B"},
    ),
    line(
        "rows",
        "client",
        "person",
        Kind.CONFLICT,
        key="1-2AE",
        table="S_CONTACT",
        row="1-9ZZ",
        column="postal_code",
        source="ZIPCODE",
        legacy="k1a 0b1",
        platform="K1A 0B1",
        allowance="postal codes in capitals",
        look=Look.ALLOWED,
    ),
    line(
        "rows",
        "application",
        "application",
        Kind.CONFLICT,
        key="1-7XY",
        table="S_CASE",
        column="status_code",
        source="STATUS_CD",
        legacy="OPEN",
        platform="CLOSED",
        look=Look.IN_FLIGHT,
        **{"class": "A"},
    ),
    line(
        "keys",
        "client",
        "person",
        Kind.MISSING,
        key="1-2AF",
        table="S_CONTACT",
        legacy="1-2AF",
        platform=None,
    ),
    line(
        "keys",
        "client",
        "person",
        Kind.EXTRA,
        id="0b0e2f4e-8a8f-5c56-9c1f-7a4a51f7b001",
        table="S_CONTACT",
        legacy=None,
        platform="x",
    ),
    line(
        "equity",
        "client",
        "client rejected by citizenship",
        Kind.DISPARITY,
        column="citizenship=IRN",
        legacy="IRN",
        platform=None,
    ),
]


def measures() -> Iterable[Measure]:
    """Figures of most of the subjects."""
    yield Measure(
        "counts", "client", "person", "rows", 2085, 2033, 2085, explained={"rejected": 18, "excluded": 35}
    )
    yield Measure(
        "counts",
        "application",
        "application",
        "rows",
        2658,
        2539,
        2658,
        explained={"rejected": 79, "held": 14, "excluded": 26},
    )
    for month, legacy, platform in (
        ("2026-11", "120450.50", "120450.50"),
        ("2026-12", "98800.00", "98700.00"),
    ):
        yield Measure(
            "totals",
            "application",
            "fee by currency and month",
            "CAD",
            Decimal(legacy),
            Decimal(platform),
            2,
            group={"month": month},
        )
    yield Measure(
        "keys", "client", "person", "keys", 2085, 2033, 2085, explained={"rejected": 18, "excluded": 35}
    )
    yield Measure("rows", "client", "person", "rows", 2032, 2032, 2032)
    yield Measure("rows", "client", "person.birth_date", "cells", 2032, 2032, 2032)
    yield Measure("rows", "application", "application", "rows", 2539, 2539, 2539)
    yield Measure("identity", "client", "collisions of uci", "keys", 0, 0, 2032)
    yield Measure("relations", "application", "one principal applicant", "entities", None, 2539, 2539)
    for value, yes, no in (("IRN", 12, 88), ("IND", 9, 611), ("PHL", 3, 402), ("FRA", 2, 300), ("NRU", 0, 2)):
        for bears, number in (("yes", yes), ("no", no)):
            yield Measure(
                "equity",
                "client",
                "client rejected by citizenship",
                "entities",
                number,
                None,
                number,
                group={"citizenship": value, "bears": bears},
            )


REMARKS = [
    Remark("quality", "client", "client_sex_known", Reason("failed", {"error": "Timeout"}), Result.ERROR),
    Remark("rows", "application", "application", Reason("arrived", {"arrived": "2", "seconds": "95"})),
]


def table(lines: Iterable[dict[str, str | None]]) -> pa.Table:
    """Differences as the checks give them."""
    return pa.Table.from_pylist(list(lines), schema=DIFFERENCES)


def made(
    root: Path,
    *,
    name: str = NAME,
    only: set[str] | None = None,
    lines: Iterable[dict[str, str | None]] = DIFFERING,
    context: Mapping[str, object] = CONTEXT,
    manifest: Mapping[str, object] = MANIFEST,
    more: Iterable[Subject] = (),
) -> Folder:
    """The folder, closed. `only`: the checks that it holds."""
    wanted = {subject.check for subject in SUBJECTS} if only is None else only
    folder = Folder.make(root, name, salt=SALT)
    folder.subjects([*(subject for subject in SUBJECTS if subject.check in wanted), *more])
    for measure in measures():
        if measure.check in wanted:
            folder.measure(measure)
    for remark in REMARKS:
        if remark.check in wanted:
            folder.remark(remark)
    folder.differences(table(each for each in lines if each["check"] in wanted))
    folder.close(manifest, context)
    return Folder.open(root, name)


def large(root: Path, count: int, *, name: str = NAME) -> Folder:
    """Very many differences of every kind, about many subjects."""
    subjects = [
        Subject("rows", "client", f"person.field_{number:03}", "ABC"[number % 3]) for number in range(300)
    ]
    folder = Folder.make(root, name, salt=SALT)
    folder.subjects(subjects)
    for subject in subjects:
        folder.measure(Measure("rows", "client", subject.name, "cells", count, count, count))
    numbers, kinds = range(count), list(Kind)
    columns = {
        "check": ["rows"] * count,
        "entity": ["client"] * count,
        "subject": [subjects[number % 300].name for number in numbers],
        "kind": [kinds[number // 300 % len(kinds)] for number in numbers],
        "look": [Look.OUT_OF_SYNC] * count,
        "class": ["ABC"[number % 3] for number in numbers],
        "key": [f"1-{number:X}" for number in numbers],
        "table": ["S_CONTACT"] * count,
        "column": [f"field_{number % 300:03}" for number in numbers],
        "source": [f"X_FIELD_{number % 300:03}" for number in numbers],
        "legacy": [f"old value {number}" for number in numbers],
        "platform": [f"new value {number}" for number in numbers],
    }
    blank = {name: [""] * count for name in DIFFERENCES.names}
    folder.differences(pa.table(blank | columns, schema=DIFFERENCES))
    folder.close(MANIFEST, CONTEXT)
    return Folder.open(root, name)


def naughty(place: Path) -> Folder:
    """Evidence in which every text that can come from data or from a file that people write is naughty."""
    folder = Folder.make(place, NAME, salt=SALT)
    subjects = [Subject("rows", text, f"{text}.{number}", text) for number, text in enumerate(NAUGHTY)]
    others = [Subject(text, "client", "x", may_be_empty=text) for text in NAUGHTY[:60]]
    folder.subjects([*subjects, *others])
    kinds = list(Kind)
    for number, subject in enumerate(subjects):
        where, text = (subject.check, subject.entity, subject.name), NAUGHTY[number]
        folder.measure(Measure(*where, text, 1, 2, 1, {text: text}, {text: 1}))
        folder.remark(Remark(*where, Reason(text, {text: text})))
        folder.remark(Remark(*where, Reason("stopped", {"before": text})))
        told = dict.fromkeys(("key", "table", "row", "id", "column", "source", "allowance", "class"), text)
        kind = kinds[number % len(kinds)]
        folder.differences(table([line(*where, kind, legacy=text, platform=f"{text}.", **told)]))
    for subject in others:
        where = (subject.check, subject.entity, subject.name)
        folder.measure(Measure(*where, "rows", 0, 0, 0))
        folder.remark(Remark(*where, Reason("failed", {"error": subject.check}), Result.ERROR))
    folder.close(*_beside())
    return Folder.open(place)


def _beside() -> tuple[dict[str, Any], dict[str, Any]]:
    """Manifest and context: every text of the hand-made ones, by each naughty string in turn."""

    def bad(value: Any, text: str) -> Any:
        if isinstance(value, dict):
            return {name: bad(each, text) for name, each in value.items()}
        if isinstance(value, list):
            return [bad(each, text) for each in value]
        return text if isinstance(value, str) else value

    context: dict[str, Any] = {}
    for name, told in CONTEXT.items():
        if isinstance(told, list):
            context[name] = [bad(told[0], text) for text in NAUGHTY]
        else:
            context[name] = bad(told, NAUGHTY[0])
    context["books"] = {text: {"read": 1, "created": 1} for text in NAUGHTY}
    context["coverage"] = dict.fromkeys(NAUGHTY, 1)
    context["lines"] = {text: {f"{text} {text}": text} for text in NAUGHTY}
    context["drill"] = {"at": NAUGHTY[0], "planted": 2, "caught": 1, "missed": 1,
                        "classes": {text: {"planted": 1, "caught": 1} for text in NAUGHTY}}  # fmt: skip
    manifest = {**bad(MANIFEST, NAUGHTY[1])}
    manifest["mappings"] = manifest["comparison"] = {text: text for text in NAUGHTY}
    manifest["scope"] = {text: [text] for text in NAUGHTY}
    manifest["limits"] = {text: text for text in NAUGHTY}
    return manifest, context
