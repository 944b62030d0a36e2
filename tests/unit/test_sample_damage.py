"""The smallest sample: every damage is there, the truth file is right about it, and nothing else is wrong."""

import csv
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import ftfy
import pytest

from migrate.sample import Summary, attached
from migrate.sample.damage.plant import REGISTRY
from migrate.sample.schema import TABLES
from tests.truth import small_sample

Line = dict[str, str]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Holds `legacy.db`, `truth.csv` and the files of attachments."""
    return tmp_path_factory.mktemp("sample")


@pytest.fixture(scope="module")
def summary(folder: Path) -> Summary:
    """The sample, made once for all tests of this module."""
    return small_sample(folder)


@pytest.fixture(scope="module")
def truth(folder: Path, summary: Summary) -> list[Line]:
    """The lines of the truth file."""
    with (folder / "truth.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def legacy(folder: Path, summary: Summary) -> Iterator[sqlite3.Connection]:
    """The database."""
    connection = sqlite3.connect(folder / "legacy.db")
    yield connection
    connection.close()


def test_every_damage_is_planted_at_least_three_times(truth: list[Line]) -> None:
    """Each id of the list, and each disposition that an id is registered with."""
    planted = Counter((line["damage"], line["disposition"]) for line in truth)
    wanted = {(kind.id, kind.disposition) for kind in REGISTRY}
    assert {kind: planted[kind] for kind in wanted if planted[kind] < 3} == {}


def test_every_damage_of_the_domain_is_registered() -> None:
    """All ids but P13, an unmerge, which is a change between two extracts."""
    ids = {"P": 20, "T": 8, "L": 9, "D": 5, "K": 16, "X": 12}
    domain = {f"{letter}{number:02}" for letter, last in ids.items() for number in range(1, last + 1)}
    assert {kind.id for kind in REGISTRY} == domain - {"P13"}


def test_every_line_points_to_a_row(truth: list[Line], legacy: sqlite3.Connection) -> None:
    """The row that a line names exists in the table that it names."""
    ids: dict[str, set[str]] = defaultdict(set)
    for table in {line["table"] for line in truth}:
        ids[table] = {row[0] for row in legacy.execute(f'SELECT "ROW_ID" FROM "{table}"')}
    rowless = {line["row_id"] for line in truth if line["note"] == attached.STRAY}
    assert [line for line in truth if line["row_id"] not in ids[line["table"]] | rowless] == []
    assert not [line for line in truth if line["row_id"] in ids[line["table"]] & rowless]
    assert [line for line in truth if line["column"] not in TABLES[line["table"]]] == []


def test_damage_that_decides_never_stacks(truth: list[Line]) -> None:
    """No root carries two damages of which one could hide the other's end."""
    deciding = [line for line in truth if line["disposition"] not in ("LOAD", "OUT_OF_SCOPE")]
    damages: dict[tuple[str, str], set[str]] = defaultdict(set)
    for line in deciding:
        rows_set_aside = line["damage"] == "K06"
        if not rows_set_aside:
            damages[line["entity"], line["key"]].add(line["damage"])
    assert {root: found for root, found in damages.items() if len(found) > 1} == {}


def test_roots_that_are_not_loaded_have_no_other_line(truth: list[Line]) -> None:
    """A quarantined, held or excluded root says only that."""
    gone = {(line["entity"], line["key"]) for line in truth if line["note"] in ("entity", "held")}
    others = [
        line
        for line in truth
        if (line["entity"], line["key"]) in gone and line["note"] not in ("entity", "held")
    ]
    assert others == []


def test_what_hangs_on_a_quarantined_client_is_held(truth: list[Line], legacy: sqlite3.Connection) -> None:
    """Applications, family links and links between applications have their lines."""

    def whole(entity: str) -> set[str]:
        return {
            line["key"] for line in truth if line["entity"] == entity and line["note"] in ("entity", "held")
        }

    clients, applications = whole("client"), whole("application")
    for row_id, applicant in legacy.execute('SELECT "ROW_ID", "APPLICANT_ID" FROM "S_CASE"'):
        assert applicant not in clients or row_id in applications
    for case, contact in legacy.execute(
        'SELECT "CASE_ID", "CONTACT_ID" FROM "S_CASE_CON" WHERE "RELATION_TYPE_CD" <> \'REP\''
    ):
        assert contact not in clients or case in applications or _is_representative(legacy, contact)
    for row_id, one, other in legacy.execute(
        'SELECT "ROW_ID", "CONTACT_ID", "REL_CONTACT_ID" FROM "S_CONTACT_REL"'
    ):
        assert not {one, other} & clients or row_id in whole("relation")
    for row_id, one, other in legacy.execute('SELECT "ROW_ID", "CASE_ID", "REL_CASE_ID" FROM "S_CASE_REL"'):
        assert not {one, other} & applications or row_id in whole("application_link")


def _is_representative(legacy: sqlite3.Connection, contact: str) -> bool:
    row = legacy.execute('SELECT "CON_CD" FROM "S_CONTACT" WHERE "ROW_ID" = ?', (contact,)).fetchone()
    return bool(row and row[0] == "Representative")


EXPECTED_DANGLING = {
    "S_CONTACT.PAR_ROW_ID": "K12",
    "S_CONTACT.PR_ALT_PH_NUM_ID": "K01",
    "S_CONTACT.PR_EMAIL_ADDR_ID": "K02",
    "S_EVT_ACT.CASE_ID": "K03",
    "S_NOTE_CASE.SRC_ROW_ID": "K03",
    "S_CASE_CON.CASE_ID": "K03",
    "S_CASE_ATT.PAR_ROW_ID": "K03",
    "S_CASE.OWNER_PER_ID": "K04",
    "S_CONTACT.CREATED_BY": "K04",
    "S_INVOICE.X_CASE_ID": "X05",
    "S_SRC_PAYMENT.X_CASE_ID": "X05",
}


def test_dangling_references_are_the_planted_ones(legacy: sqlite3.Connection) -> None:
    """Logical foreign keys break where damage broke them, and copies of such rows carry it on."""
    found = set()
    for table in TABLES.values():
        for column in table.columns:
            if column.parent:
                query = (
                    f'SELECT count(*) FROM "{table.name}" WHERE "{column.name}" IS NOT NULL AND "{column.name}" '
                    f'NOT IN (SELECT "ROW_ID" FROM "{column.parent}")'
                )
                if legacy.execute(query).fetchone()[0]:
                    found.add(f"{table.name}.{column.name}")
    copied = {"S_AUDIT_ITEM.CREATED_BY", "S_AUDIT_ITEM.USER_ID"}
    assert found - copied == set(EXPECTED_DANGLING)


def test_every_dangling_reference_has_its_line(truth: list[Line], legacy: sqlite3.Connection) -> None:
    """Each row whose reference dangles is named, under the damage that broke it."""
    for place, damage in EXPECTED_DANGLING.items():
        table, column = place.split(".")
        parent = TABLES[table][column].parent
        rows = legacy.execute(
            f'SELECT "ROW_ID" FROM "{table}" WHERE "{column}" IS NOT NULL AND "{column}" NOT IN '
            f'(SELECT "ROW_ID" FROM "{parent}")'
        )
        named = {line["row_id"] for line in truth if line["damage"] == damage and line["table"] == table}
        assert {row[0] for row in rows} <= named | _not_loaded(truth, table), place


def _not_loaded(truth: list[Line], table: str) -> set[str]:
    """Roots whose own end hides what else is wrong with them."""
    return {line["row_id"] for line in truth if line["table"] == table and line["note"] in ("entity", "held")}


def test_widths_are_kept_in_characters(legacy: sqlite3.Connection) -> None:
    """Damage makes values as wide as their column, never wider."""
    legacy.create_function("characters", 1, lambda value: len(value) if isinstance(value, str) else None)
    too_wide = []
    for table in TABLES.values():
        wide = [column for column in table.columns if column.width is not None]
        measured = ", ".join(f'max(characters("{column.name}"))' for column in wide)
        longest = legacy.execute(f'SELECT {measured} FROM "{table.name}"').fetchone()
        too_wide += [
            f"{table.name}.{column.name}"
            for column, length in zip(wide, longest, strict=True)
            if length is not None and length > (column.width or 0)
        ]
    assert too_wide == []


def test_only_contested_identifiers_are_shared(truth: list[Line], legacy: sqlite3.Connection) -> None:
    """Two contacts have one UCI exactly where P09 says so."""
    shared = legacy.execute(
        'SELECT "ROW_ID" FROM "S_CONTACT" WHERE "X_UCI_NUM" <> \'00000000\' AND "X_UCI_NUM" IN '
        '(SELECT "X_UCI_NUM" FROM "S_CONTACT" GROUP BY "X_UCI_NUM" HAVING count(*) > 1)'
    )
    assert {row[0] for row in shared} == {line["row_id"] for line in truth if line["damage"] == "P09"}


@pytest.mark.parametrize(("table", "column"), [("S_CONTACT", "LAST_NAME"), ("S_NOTE_CASE", "NOTE")])
def test_mojibake_can_be_repaired_for_sure(
    truth: list[Line], legacy: sqlite3.Connection, table: str, column: str
) -> None:
    """T01 is what ftfy undoes without a doubt."""
    ids = [line["row_id"] for line in truth if line["damage"] == "T01" and line["table"] == table]
    assert len(ids) >= 3
    for row_id in ids:
        (value,) = legacy.execute(
            f'SELECT "{column}" FROM "{table}" WHERE "ROW_ID" = ?', (row_id,)
        ).fetchone()
        repaired = ftfy.fix_encoding(value)
        assert repaired != value
        assert ftfy.fix_encoding(repaired) == repaired
        assert not ftfy.badness.is_bad(repaired)


def test_the_summary_counts_what_was_written(
    summary: Summary, truth: list[Line], legacy: sqlite3.Connection
) -> None:
    """Rows by table and lines by damage."""
    assert summary.damage == Counter(line["damage"] for line in truth)
    counted = {table: legacy.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0] for table in TABLES}
    assert summary.rows == {table: count for table, count in counted.items() if count}
    assert summary.total == sum(counted.values())
    assert set(counted) - set(summary.rows) == set()


def test_damage_falls_unevenly_over_citizenships() -> None:
    """The proportions are known: a table of the sample's data, from 0.4 to 3."""
    from migrate.sample.data import citizenships

    assert citizenships().damage.min() == pytest.approx(0.4)
    assert citizenships().damage.max() == pytest.approx(3.0)
