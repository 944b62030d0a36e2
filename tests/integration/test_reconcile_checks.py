"""The checks beside `rows`, on real databases: a clean load is the same in every question, each planted fault is told.

All faults are planted at once on one copy of a loaded platform, each where no other stands; one reconciliation answers.
"""

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pytest
from sqlalchemy import create_engine, make_url

from migrate.judging import evidence_root, judge
from migrate.project import Project
from migrate.sample import make
from reconciliation.evidence import Limits
from reconciliation.folder import Folder
from reconciliation.grouping import grouped
from reconciliation.model import Finding, Reason, Result
from tests.databases import NewDatabase
from tests.journeys import full_load, project

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

CHECKS = ("counts", "totals", "keys", "relations", "identity", "continuity", "balance")
Answer = Callable[[str, str, str], tuple[Finding, list[dict[str, str]]]]

FAULTS = """
SET session_replication_role = replica;  -- what the constraints of the platform would refuse is planted too

-- counts, keys: an office that legacy does not have
INSERT INTO case_platform.office SELECT (jsonb_populate_record(o, jsonb_build_object(
    'office_id', gen_random_uuid(), 'name', 'Planted'))).* FROM case_platform.office o LIMIT 1;

-- totals: one payment is a cent more
UPDATE case_platform.payment SET amount = amount + 0.01 WHERE payment_id =
    (SELECT payment_id FROM case_platform.payment WHERE currency_code = 'CAD' ORDER BY payment_id LIMIT 1);

-- keys: a user without a line, a position whose line leads nowhere, an organisation that legacy never had
DELETE FROM migration.crosswalk WHERE (entity, key) =
    (SELECT entity, key FROM migration.crosswalk WHERE entity = 'user' AND cause <> 'stub' ORDER BY key LIMIT 1);
UPDATE migration.crosswalk SET id = gen_random_uuid() WHERE (entity, key) =
    (SELECT entity, key FROM migration.crosswalk WHERE entity = 'position' ORDER BY key LIMIT 1);
INSERT INTO migration.crosswalk SELECT (jsonb_populate_record(c, '{"key": "1-PLANTED"}')).*
    FROM migration.crosswalk c WHERE entity = 'organisation' ORDER BY key LIMIT 1;

-- relations: a link to a person whom there is not, an application without its principal applicant
UPDATE case_platform.person_relation SET related_person_id = gen_random_uuid() WHERE person_relation_id =
    (SELECT person_relation_id FROM case_platform.person_relation ORDER BY 1 LIMIT 1);
UPDATE case_platform.application_party SET role_code = 'SPOUSE' WHERE application_party_id =
    (SELECT application_party_id FROM case_platform.application_party
     WHERE role_code = 'PRINCIPAL_APPLICANT' ORDER BY 1 LIMIT 1);

-- identity: two persons with one client number; a representative who was merged away and lives; a relation of two keys
UPDATE case_platform.person_identifier SET value = other.value FROM (
    SELECT value FROM case_platform.person_identifier WHERE scheme_code = 'UCI' ORDER BY 1 LIMIT 1) other
WHERE person_identifier_id = (SELECT person_identifier_id FROM case_platform.person_identifier
    WHERE scheme_code = 'UCI' ORDER BY value DESC LIMIT 1);
UPDATE migration.crosswalk SET cause = 'merge', survivor = key WHERE (entity, key) =
    (SELECT entity, key FROM migration.crosswalk WHERE entity = 'representative' ORDER BY key LIMIT 1);
UPDATE migration.crosswalk SET id = other.id FROM (
    SELECT id FROM migration.crosswalk WHERE entity = 'relation' ORDER BY key LIMIT 1) other
WHERE (entity, key) = (SELECT entity, key FROM migration.crosswalk WHERE entity = 'relation' ORDER BY key DESC LIMIT 1);

-- continuity: open work of another owner; a due date a day later
UPDATE case_platform.application SET owner_id = (SELECT user_account_id FROM case_platform.user_account
    WHERE user_account_id <> owner_id ORDER BY 1 LIMIT 1) WHERE application_id = (SELECT application_id
    FROM case_platform.application WHERE status_code = 'OPEN' AND owner_id IS NOT NULL ORDER BY 1 LIMIT 1);
UPDATE case_platform.application SET due_at = due_at + interval '1 day' WHERE application_id = (SELECT application_id
    FROM case_platform.application WHERE status_code = 'OPEN' AND due_at IS NOT NULL ORDER BY 1 DESC LIMIT 1);

-- balance: nobody knows what became of a client; a rejected one has no line in the quarantine any more
DELETE FROM migration.key_image WHERE (entity, key) = (SELECT entity, key FROM migration.key_image
    WHERE entity = 'client' AND disposition = 'accepted' ORDER BY key LIMIT 1);
DELETE FROM migration.quarantine WHERE entity = 'client' AND key = (SELECT key FROM migration.key_image
    WHERE entity = 'client' AND disposition = 'rejected' ORDER BY key LIMIT 1);
"""

TOLD = {
    ("counts", "office", "office"): "amount",
    ("keys", "office", "platform to crosswalk"): "extra",
    ("totals", "application", "payments"): "amount",
    ("keys", "user", "legacy to crosswalk"): "missing",
    ("keys", "position", "crosswalk to platform"): "missing",
    ("keys", "organisation", "crosswalk to legacy"): "extra",
    ("relations", "relation", "links"): "orphan",
    ("relations", "application", "one principal applicant"): "cardinality",
    ("identity", "client", "client number"): "collision",
    ("identity", "representative", "merges"): "contradiction",
    ("identity", "relation", "one row, one key"): "collision",
    ("continuity", "application", "owner_id"): "conflict",
    ("continuity", "application", "due_at"): "conflict",
    ("balance", "client", "every key has one end"): "unexplained",
    ("balance", "client", "rejected: a line of the quarantine"): "unexplained",
}
"""Check, entity and subject of each planted fault -> its kind."""


@pytest.fixture(scope="module")
def loaded(
    new_module_database: NewDatabase, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, str, str]:
    """(project, URL of its legacy database, URL of its platform)"""
    folder = tmp_path_factory.mktemp("checks") / "p"
    legacy, platform = new_module_database("sqlite"), new_module_database("postgres")
    make(legacy, 500, 1)
    project(folder, legacy, platform)
    full_load(folder)
    return folder, legacy, platform


def answers(folder: Path, checks: tuple[str, ...] = CHECKS) -> Answer:
    """What each question was answered with: its finding, and its differences."""
    summary = judge(Project.find(folder), checks=checks)
    kept = Folder.open(evidence_root(Project.find(folder)), summary.name)
    lines = kept.all_differences().to_pylist()

    def answer(check: str, entity: str, subject: str) -> tuple[Finding, list[dict[str, str]]]:
        place = (check, entity, subject)
        (found,) = (
            f for f in summary.findings if (f.subject.check, f.subject.entity, f.subject.name) == place
        )
        return found, [line for line in lines if (line["check"], line["entity"], line["subject"]) == place]

    return answer


@pytest.fixture(scope="module")
def clean(loaded: tuple[Path, str, str]) -> tuple[Finding, ...]:
    return judge(Project.find(loaded[0]), checks=CHECKS).findings


@pytest.fixture(scope="module")
def damaged(
    loaded: tuple[Path, str, str], new_module_database: NewDatabase, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The project of a copy of the platform in which everything is wrong that FAULTS says."""
    _, legacy, platform = loaded
    copy, folder = new_module_database("postgres", like=platform), tmp_path_factory.mktemp("dirty") / "p"
    url = make_url(copy).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as connection:
        connection.execute(FAULTS)
    project(folder, legacy, copy)
    return folder


@pytest.fixture(scope="module")
def dirty(damaged: Path) -> Answer:
    return answers(damaged)


def test_a_clean_load_is_the_same_in_every_question(clean):
    assert {
        f"{f.subject.check} {f.subject.entity} {f.subject.name}" for f in clean if f.result != Result.SAME
    } == set()
    assert {f.subject.check for f in clean} == set(CHECKS)


def test_what_is_the_same_was_compared_or_is_declared_to_be_empty(clean):
    assert all(finding.compared or finding.subject.may_be_empty for finding in clean)


def test_money_is_added_up_by_currency_and_agrees_to_the_cent(clean, loaded):
    folder = Folder.open(evidence_root(Project.find(loaded[0])))
    payments = [m for m in folder.all_measures() if (m.check, m.subject) == ("totals", "payments")]
    assert {measure.unit for measure in payments} >= {"CAD"}
    assert {measure.left_over for measure in payments} == {0}
    assert sum(bool(measure.explained) for measure in payments)  # some are in quarantine, and explain a part


@pytest.mark.parametrize(("place", "kind"), TOLD.items(), ids=[" ".join(place) for place in TOLD])
def test_a_planted_fault_is_told_where_it_is(dirty, place, kind):
    finding, lines = dirty(*place)
    assert finding.result is Result.DIFFERENT
    assert {line["kind"] for line in lines} == {kind}
    assert 1 <= len(lines) <= 4


def test_what_is_no_code_is_counted_and_not_written_down(loaded, new_database, tmp_path):
    """Anything may stand where a code should be, a person's name too: the evidence of a cross table is open to all."""
    _, legacy, platform = loaded
    copy = shutil.copy(str(make_url(legacy).database), tmp_path / "legacy.db")
    with sqlite3.connect(copy) as connection:
        connection.execute("UPDATE S_SRC_PAYMENT SET PAY_TYPE_CD = 'Planted Person', PAY_CURCY_CD = 'Person'")
    connection.close()
    project(tmp_path / "p", f"sqlite:///{copy}", new_database("postgres", like=platform))
    summary = judge(Project.find(tmp_path / "p"), checks=["totals"], entities=["application"])
    evidence = Folder.open(evidence_root(Project.find(tmp_path / "p")), summary.name).path
    written = (evidence / "measures.jsonl").read_text() + (evidence / "differences.jsonl").read_text()
    assert "(no code)" in written
    assert "Person" not in written


def test_rows_without_a_key_and_keys_of_two_rows_are_told_first(loaded, new_database, tmp_path):
    """A row without a key lies in no range of keys: no comparison of rows would ever see it."""
    _, legacy, platform = loaded
    copy = shutil.copy(str(make_url(legacy).database), tmp_path / "legacy.db")
    with sqlite3.connect(copy) as connection:  # without the constraints of the old tables
        connection.executescript(
            """
            CREATE TABLE notes AS SELECT * FROM S_NOTE_CASE; DROP TABLE S_NOTE_CASE;
            ALTER TABLE notes RENAME TO S_NOTE_CASE;
            INSERT INTO S_NOTE_CASE SELECT * FROM S_NOTE_CASE ORDER BY ROW_ID LIMIT 1;
            UPDATE S_NOTE_CASE SET ROW_ID = NULL WHERE rowid = (SELECT max(rowid) - 1 FROM S_NOTE_CASE);
            """
        )
        (key,) = connection.execute("SELECT min(ROW_ID) FROM S_NOTE_CASE").fetchone()
    connection.close()
    project(tmp_path / "p", f"sqlite:///{copy}", new_database("postgres", like=platform))
    finding, lines = answers(tmp_path / "p", ("keys",))("keys", "application", "legacy keys")
    told = {(line["kind"], line["table"], line["key"] or line["legacy"]) for line in lines}
    assert finding.result is Result.DIFFERENT
    assert told == {("doubled", "S_NOTE_CASE", key), ("broken_rule", "S_NOTE_CASE", "1")}


def test_where_a_limit_cuts_the_list_the_finding_says_of_how_many(damaged):
    summary = judge(Project.find(damaged), checks=["identity"], entities=["client"], limits=Limits(1))
    (finding,) = (f for f in summary.findings if f.subject.name == "client number")
    assert (finding.result, finding.differing) == (Result.DIFFERENT, 1)
    assert finding.reasons == (Reason("cut", {"found": "2", "listed": "1"}),)


def test_what_officers_commit_while_a_table_is_added_up_is_no_difference(
    new_database: NewDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The special cases and the table are read one after the other; both have to be of one instant."""
    legacy, platform = new_database("postgres"), new_database("postgres")
    make(legacy, 500, 1)
    project(tmp_path / "p", legacy, platform)
    full_load(tmp_path / "p")
    engine = create_engine(legacy)

    def meanwhile(*args: Any, **given: Any) -> pa.Table:
        with engine.begin() as officer:
            officer.exec_driver_sql(
                """
                UPDATE "S_CONTACT" SET "SEX_MF" = CASE "SEX_MF" WHEN 'F' THEN 'M' ELSE 'F' END,
                    "LAST_UPD" = now() AT TIME ZONE 'UTC', "DB_LAST_UPD" = now() AT TIME ZONE 'UTC'
                """
            )
        return grouped(*args, **given)

    monkeypatch.setattr("reconciliation.crosstab.grouped", meanwhile)
    summary = judge(Project.find(tmp_path / "p"), checks=["totals"], entities=["client"])
    engine.dispose()
    assert {finding.result for finding in summary.findings} == {Result.SAME}


def test_what_has_no_fault_is_still_the_same(dirty):
    assert dirty("counts", "code_value", "code_value")[0].result is Result.SAME
    assert dirty("continuity", "application", "received_on")[0].result is Result.SAME
    assert dirty("totals", "application", "fees due")[0].result is Result.SAME
