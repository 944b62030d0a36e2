"""Names in every script and with every oddity: the bytes arrive as they were, or a stated rule changed and listed them.

A few hundred strings are written into names and notes of a sample before it is loaded, on each kind of database that
can hold them. Then the platform's bytes are compared with the legacy's, and the reconciliation is asked as well.
"""

import sqlite3
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row
from sqlalchemy import (
    Connection,
    TableClause,
    bindparam,
    column,
    create_engine,
    make_url,
    select,
    table,
    true,
    update,
)

from migrate.judging import judge
from migrate.project import Project
from migrate.sample import make
from tests.databases import Kind, NewDatabase
from tests.journeys import full_load, project
from tests.naughty import SCRIPTS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

WORDS = (
    "Tremblay", "Lefèvre", "D’Amours", "O'Neil", "Œuvrard", "Çelik", "Łukaszewicz",
    "Nguyễn Thị Hằng", "Þórsdóttir", "Ångström", "ßmann", "Ğüler", "İpek", "Đặng", "Ñandú",
    "Škvorecký", "Ǣlfgifu", "Ȳngvarr", "Иванова", "Ѓорѓи", "Παπαδοπούλου", "Գրիգորյան",
    "გიორგი", "محمد", "عبد الرحمن", "לוי", "שָׁלוֹם", "अनुष्का", "ਗੁਰਪ੍ਰੀਤ", "தமிழ்",
    "සිංහල", "ประเสริฐ", "မောင်", "ខ្មែរ", "ཀརྨ", "ኃይለ", "王小明", "蘇麗", "佐藤", "さくら", "ﾔﾏﾀﾞ",
    "김철수", "ㄅㄆㄇ", "𠮷野", "𡈽屋", "𝒜lice", "👩‍👩‍👧‍👦", "🇨🇦", "e\u0301cole",
    "A\u030angstro\u0308m", "n\u0303", "\u1e9b\u0323", "ﬁn", "Ⅷ", "ｆｕｌｌ", "①",
    "Anne\u00a0Marie", "Jean\u2011Luc", "a\u200bb", "x\u200dy", "\u202eabc",
    "\u2066iso\u2069", "soft\u00adhyphen", "NULL", "Null", "None", "nan", "True", "N/A",
    "undefined", "0", "-1", "1e5", "007", "2020-01-01", "\\N", "\\.", "\\", "\\\\", "a\\tb",
    "tab\tbed", '"', '""', "'", "''", "`", "a,b", "a;b", "a|b", "{a}", "%s", "$1", ":name",
    "?", "??", "-- x", "/* x */", "Robert'); DROP TABLE person;--", "=1+1", "+1", "@SUM(1)",
    "\u00ad", "\ufeffbom", "\ufffd", "Jos?", "¿que?", "\ue000", "\U000e0001", "\U0010fffd",
    "a\u0300\u0301\u0302\u0303", "Zalgo\u0335\u0336", "ŉ", "ǆ", "ϴ", "ſ",
)  # fmt: skip
MISREAD = ("JosÃ©", "Ã‰lise", "FranÃ§ois", "MÃ¼ller", "Jos\u00c3\u0192\u00c2\u00a9")
"""Was UTF-8 and was read as Windows-1252, once or twice: a stated rule reads it again, and keeps what it found."""

BLANKS = (" Roy", "Roy ", "\tRoy", "Roy\u00a0", "  Roy  Ann  ")
"""Are trimmed by a declared step, inside they stay."""

CONTROLS = ("Bel\x07l", "a\x01b", "\x1b[31mred")
"""Lose their control characters by a declared step, which keeps what it found."""

LONG = tuple(letter * 50 for letter in ("é", "界", "𠮷", "x"))
"""As wide as the column is, in characters, up to 200 bytes."""


def _normal_forms() -> Iterator[str]:
    for word in WORDS[:24]:
        for form in ("NFC", "NFD"):
            yield unicodedata.normalize(form, word)


CORPUS = tuple(
    dict.fromkeys(
        word
        for word in (
            *WORDS,
            *MISREAD,
            *BLANKS,
            *CONTROLS,
            *LONG,
            *_normal_forms(),
            *(s[:50] for s in SCRIPTS),
        )
        if word.strip() and "\x00" not in word and len(word) <= 50
    )
)
NOTES = (
    *CORPUS,
    "line\nbreak",
    "line\r\nbreak",
    "tab\tand\ttab",
    "é" * 3000,
    "\r",
    "a\n\n\nb",
    *SCRIPTS[:20],
)


def notes() -> list[str]:
    return [note for note in dict.fromkeys(NOTES) if "\x00" not in note and note.strip()]


CONTACT = table("S_CONTACT", *map(column, ("ROW_ID", "CON_CD", "LAST_NAME")))
NOTE = table("S_NOTE_CASE", *map(column, ("ROW_ID", "NOTE")))


def written(
    connection: Connection, into: TableClause, name: str, values: Iterable[str], such: Any
) -> dict[str, str]:
    """Row -> the text that was written into its column."""
    keys = connection.execute(select(into.c.ROW_ID).where(such).order_by(into.c.ROW_ID)).scalars().all()
    chosen = dict(zip(keys, values, strict=False))
    statement = update(into).where(bindparam("at") == into.c.ROW_ID).values({name: bindparam("text")})
    connection.execute(statement, [{"at": key, "text": value} for key, value in chosen.items()])
    return chosen


@pytest.fixture(scope="module")
def loaded(
    new_module_database: NewDatabase, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[Kind], tuple]:
    """(project, client -> name, note -> text) of a sample with the corpus in it, by the kind of its database."""

    @cache
    def load(kind: Kind) -> tuple[Path, dict[str, str], dict[str, str], str]:
        legacy, platform = new_module_database(kind), new_module_database("postgres")
        make(legacy, 1_000, 1)
        engine = create_engine(legacy)
        with engine.begin() as connection:
            named = written(connection, CONTACT, "LAST_NAME", CORPUS, CONTACT.c.CON_CD == "Client")
            noted = written(connection, NOTE, "NOTE", notes(), true())
        engine.dispose()
        folder = tmp_path_factory.mktemp("encodings") / "p"
        project(folder, legacy, platform)
        full_load(folder)
        return folder, named, noted, platform

    return load


DATABASES = pytest.mark.parametrize("kind", ["sqlite", "postgres", "mariadb"])


def asked(platform: str, query: str) -> dict[str, dict[str, str]]:
    """Legacy key -> what the platform has."""
    url = make_url(platform).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, row_factory=dict_row) as connection:
        return {row["key"]: row for row in connection.execute(query)}


NAMES = """
    SELECT c.key, n.family_name AS value, q.original_value AS original FROM migration.crosswalk c
    JOIN case_platform.person_name n ON n.person_id = c.id AND n.is_primary
    LEFT JOIN case_platform.quality_mark q ON q.row_id = n.person_name_id AND q.column_name = 'family_name'
         AND q.kind = 'converted' WHERE c.entity = 'client' AND c.valid_to = 'infinity'
"""
BODIES = """
    SELECT q.source_key AS key, n.body AS value, q.original_value AS original FROM case_platform.quality_mark q
    JOIN case_platform.note n ON n.note_id = q.row_id WHERE q.kind = 'converted' AND q.column_name = 'body'
"""


@DATABASES
def test_a_name_arrives_byte_by_byte_or_its_change_is_listed_with_what_was_there(loaded, kind):
    _, named, _, platform = loaded(kind)
    there = asked(platform, NAMES)
    compared, changed = 0, {}
    for key, name in named.items():
        if key in there:
            compared += 1
            if there[key]["value"] != name:
                changed[name] = there[key]
    assert compared >= 0.9 * len(CORPUS)  # the rest is rejected or held for reasons of the sample
    assert {name: row for name, row in changed.items() if row["original"] != name} == {}
    by_rule = {name for name in CORPUS if any(unicodedata.category(letter) == "Cc" for letter in name)}
    assert set(changed) <= {*MISREAD, *BLANKS, *by_rule}


@DATABASES
def test_a_note_arrives_byte_by_byte_or_its_change_is_listed_with_what_was_there(loaded, kind):
    _, _, noted, platform = loaded(kind)
    url = make_url(platform).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as connection:
        bodies = {body for (body,) in connection.execute("SELECT body FROM case_platform.note")}
    listed = {row["original"] for row in asked(platform, BODIES).values()}
    lost = [note for note in noted.values() if note not in bodies and note not in listed]
    assert len(lost) <= 0.1 * len(
        noted
    )  # notes of applications that were rejected or held for reasons of the sample
    assert not {"line\nbreak", "line\r\nbreak", "é" * 3000} & set(lost)


@DATABASES
def test_the_reconciliation_finds_every_one_the_same(loaded, kind):
    summary = judge(Project.find(loaded(kind)[0]), checks=["rows"], entities=["client", "application"])
    assert {f.subject.name: f.kinds for f in summary.findings if f.differing} == {}


@DATABASES
def test_one_byte_lost_on_the_platform_is_found(loaded, kind, new_database, tmp_path):
    _, _, _, platform = loaded(kind)
    copy = new_database("postgres", like=platform)
    url = make_url(copy).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as connection:
        done = connection.execute(
            "UPDATE case_platform.person_name SET family_name = normalize(family_name, NFC)"
            " WHERE family_name IS NOT NFC NORMALIZED"
        )
        changed = done.rowcount
    legacy = (loaded(kind)[0] / "legacy.url").read_text()
    project(tmp_path / "p", legacy, copy)
    summary = judge(Project.find(tmp_path / "p"), checks=["rows"], entities=["client"])
    (names,) = (f for f in summary.findings if f.subject.name == "person_name fields")
    assert changed > 10
    assert sum(f.differing for f in summary.findings) == changed
    assert names.kinds["format_only"] > 10


def test_the_letter_nul_is_a_matter_of_its_row(loaded, tmp_path, new_database):
    """Only SQLite can hold it."""
    legacy, platform = new_database("sqlite"), new_database("postgres")
    make(legacy, 500, 2)
    with sqlite3.connect(str(make_url(legacy).database)) as connection:
        (key,) = connection.execute(
            "SELECT ROW_ID FROM S_CONTACT WHERE EMP_FLG = 'N' AND CON_CD = 'Client' ORDER BY ROW_ID LIMIT 1"
        ).fetchone()
        connection.execute("UPDATE S_CONTACT SET LAST_NAME = ? WHERE ROW_ID = ?", ["Roy\x00al", key])
    connection.close()
    project(tmp_path / "p", legacy, platform)
    full_load(tmp_path / "p")
    there = asked(platform, NAMES)
    query = "SELECT key, rule, value FROM migration.quarantine WHERE state = 'rejected' AND table_name = 'S_CONTACT'"
    assert key not in there or there[key]["original"] == "Roy␀al" or there[key]["value"] == "Royal"
    assert key in there or asked(platform, query)[key]["rule"]
