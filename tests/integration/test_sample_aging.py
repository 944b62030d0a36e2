"""Days of officers' work: every kind happens and is what its line says, everywhere alike, and nothing else changes."""

import shutil
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from migrate.errors import InvalidInput, Refused, Unreachable
from migrate.sample import make
from migrate.sample.aging import age, foresee, late_commit
from migrate.sample.schema import TABLES, metadata
from tests.changes import Changes, Line
from tests.databases import NewDatabase
from tests.journeys import connected, project

pytestmark = pytest.mark.filterwarnings("ignore:Dialect sqlite:sqlalchemy.exc.SAWarning")

CLIENTS, SEED = 500, 3
STAMPS = {"LAST_UPD", "LAST_UPD_BY", "DB_LAST_UPD", "DB_LAST_UPD_SRC", "MODIFICATION_NUM"}
Row = dict[str, Any]
Content = dict[tuple[str, str], Row]
"""All rows of a database, by table and key."""


def content(url: str) -> Content:
    """Everything in a database, in a form that does not depend on which it is."""
    engine = sa.create_engine(url, hide_parameters=True)
    found: Content = {}
    with engine.connect() as connection:
        for table in metadata().sorted_tables:
            key = "ROW_ID" if TABLES[table.name].system else TABLES[table.name].columns[0].name
            for row in connection.execute(sa.select(table)).mappings():
                found[table.name, str(row[key])] = {column: _plain(value) for column, value in row.items()}
    engine.dispose()
    return found


def _plain(value: Any) -> Any:
    return format(value.normalize(), "f") if isinstance(value, Decimal) else value


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sample that nobody has worked on yet."""
    file = tmp_path_factory.mktemp("sample") / "legacy.db"
    make(f"sqlite:///{file}", CLIENTS, seed=SEED)
    return file


@pytest.fixture
def fresh(sample: Path, tmp_path: Path) -> Callable[[], str]:
    """URLs of copies of the sample."""
    numbers = iter(range(100))

    def copy() -> str:
        file = tmp_path / f"copy{next(numbers)}.db"
        shutil.copy(sample, file)
        return f"sqlite:///{file}"

    return copy


class Story:
    """A day in a copy of the sample: before, after, and the record."""

    def __init__(self, sample: Path, folder: Path) -> None:
        self.url = f"sqlite:///{folder / 'aged.db'}"
        shutil.copy(sample, folder / "aged.db")
        self.before = content(self.url)
        self.aged = age(self.url, seed=SEED, truth=folder / "changes.csv")
        self.after = content(self.url)
        self.changes = Changes.read(folder / "changes.csv")

    def updates(self, kind: str) -> list[tuple[Line, Row, Row]]:
        """The updated rows of a kind, each with its line, as it was and as it is."""
        return [
            (line, self.before[line["table"], line["row_id"]], self.after[line["table"], line["row_id"]])
            for line in self.changes.of(kind, change="update")
        ]

    def root(self, content: Content, line: Line) -> Row:
        """The root of the entity that a line concerns."""
        return content["S_CONTACT" if line["entity"] == "client" else "S_CASE", line["key"]]

    def naming(self, key: str, parent: str) -> list[tuple[str, str]]:
        """The rows of today that name a row of a parent table, by the schema's own word."""
        columns = {
            table.name: [column.name for column in table.columns if column.parent == parent]
            for table in TABLES.values()
        }
        return [
            row for row, values in self.after.items() if key in [values[name] for name in columns[row[0]]]
        ]


@pytest.fixture(scope="module")
def story(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Story:
    """One day."""
    return Story(sample, tmp_path_factory.mktemp("story"))


def differing(before: Row, after: Row) -> set[str]:
    """The columns in which a row differs."""
    return {column for column in before if before[column] != after[column]}


# -- the day as a whole --------------------------------------------------------------------------------


def test_every_kind_of_change_happens(story: Story, sample: Path) -> None:
    """As often as it is meant to, even in the smallest sample."""
    assert story.aged.changes == foresee(f"sqlite:///{sample}")
    assert {line["kind"] for line in story.changes.lines} == {*story.aged.changes, "row_ids"}
    assert min(story.aged.changes.values()) >= 1


def test_nothing_changes_but_the_rows_on_record(story: Story) -> None:
    """And what the record says of a row is what became of it: inserted, updated or deleted."""
    touched: dict[tuple[str, str], list[str]] = defaultdict(list)
    for line in story.changes.lines:
        touched[line["table"], line["row_id"]].append(line["change"])
    changed = {row for row in story.before | story.after if story.before.get(row) != story.after.get(row)}
    assert changed == touched.keys()
    for row, verbs in touched.items():
        assert (row in story.before) == (verbs[0] != "insert"), row
        assert (row in story.after) == (verbs[-1] != "delete"), row


@pytest.mark.parametrize("kind", ["postgres", "mariadb"])
def test_the_same_day_in_every_database(
    kind: Any, new_database: NewDatabase, sample: Path, story: Story, tmp_path: Path
) -> None:
    """Where sessions are real transactions side by side, the end is the one of SQLite, where they are not."""
    url = new_database(kind)
    make(url, CLIENTS, seed=SEED)
    age(url, seed=SEED, truth=tmp_path / "changes.csv")
    assert content(url) == story.after
    assert Changes.read(tmp_path / "changes.csv") == story.changes


def test_the_same_seed_works_in_the_same_way(story: Story, fresh: Callable[[], str], tmp_path: Path) -> None:
    """The same content, the same record; another seed differs."""
    again, other = fresh(), fresh()
    age(again, seed=SEED, truth=tmp_path / "again.csv")
    age(other, seed=SEED + 1)
    assert content(again) == story.after
    assert Changes.read(tmp_path / "again.csv") == story.changes
    assert content(other) != story.after


def test_two_days_at_once_are_one_day_twice(story: Story, fresh: Callable[[], str], tmp_path: Path) -> None:
    """The clock of the sample goes on by a day; the record is appended."""
    at_once = fresh()
    aged = age(at_once, 2, seed=SEED, truth=tmp_path / "changes.csv")
    lines = Changes.read(tmp_path / "changes.csv").lines
    assert lines[: len(story.changes.lines)] == story.changes.lines
    assert sorted({line["day"] for line in lines}) == ["2026-07-01", "2026-07-02"]
    assert (aged.first, aged.last) == (_at(2026, 7, 1, 13), _at(2026, 7, 2, 21, 30))
    shutil.copy(Path(story.url.removeprefix("sqlite:///")), tmp_path / "twice.db")
    age(f"sqlite:///{tmp_path / 'twice.db'}", seed=SEED)
    assert content(f"sqlite:///{tmp_path / 'twice.db'}") == content(at_once)


def _at(*moment: int) -> datetime:
    return datetime(*moment)  # type: ignore[arg-type]  # noqa: DTZ001  # the legacy's stamps bear no zone


def test_sessions_overlap_and_commit_in_another_order_than_they_stamp(story: Story) -> None:
    """Four take turns, and a fifth holds its changes back while the others commit."""
    spans: dict[tuple[str, str], str] = {}
    for line in story.changes.lines:
        transaction = line["session"], line["committed"]
        spans[transaction] = min(line["stamped"], spans.get(transaction, line["stamped"]))
    assert {session for session, _ in spans} == {"1", "2", "3", "4", "5"}
    assert any(
        begin < begins and ends < end
        for (_, end), begin in spans.items()
        for (_, ends), begins in spans.items()
    )


def test_a_full_load_of_the_aged_sample_balances(
    story: Story, new_database: NewDatabase, tmp_path: Path
) -> None:
    """Every entity that was touched and is still there is loaded: the work of a day makes no rejections."""
    platform = new_database("postgres")
    made = project(tmp_path / "project", story.url, platform)
    with made.open_run("full") as run:
        for stage in run.stages:
            for piece in stage.slices:
                run.move(piece)
        run.release()
        assert run.finish().balanced
    with connected(platform) as connection:
        rows = connection.execute("SELECT entity, key, disposition FROM migration.key_image").fetchall()
    loaded = {(entity, key) for entity, key, disposition in rows if disposition == "accepted"}
    for entity, fate in story.changes.fates().items():
        assert (entity in loaded) == (fate not in ("deleted", "merged")), (entity, fate)


# -- stamps --------------------------------------------------------------------------------------------


def _counted(before: Row, after: Row) -> int:
    return int(after["MODIFICATION_NUM"]) - int(before["MODIFICATION_NUM"])


def test_an_ordinary_update_moves_all_stamps(story: Story) -> None:
    """To the moment on record, before which it was committed at the earliest."""
    for line, before, after in story.updates("field_update"):
        assert differing(before, after) >= {"COMMENTS", "LAST_UPD", "DB_LAST_UPD"}
        assert str(after["LAST_UPD"]) == line["stamped"] <= line["committed"]
        assert after["DB_LAST_UPD"] == after["LAST_UPD"] > before["LAST_UPD"]
        assert _counted(before, after) == 1


def test_a_backdated_update_lies_behind(story: Story) -> None:
    """Both stamps are at least twenty days older than the write, and a modification is counted."""
    for line, before, after in story.updates("backdated_update"):
        assert after["LAST_UPD"] == after["DB_LAST_UPD"]
        assert after["LAST_UPD"] <= datetime.fromisoformat(line["stamped"]) - timedelta(days=20)
        assert _counted(before, after) == 1
        assert line["net"] == "sweep"


def test_a_stamp_may_stay_where_it_was(story: Story) -> None:
    """Only the number of modifications says that something happened."""
    for line, before, after in story.updates("stamp_not_moved"):
        assert differing(before, after) == {"COMMENTS", "MODIFICATION_NUM"}
        assert line["net"] == "sweep"


def test_a_block_of_rows_bears_one_stamp(story: Story) -> None:
    """A script's, and the bulk loader's, which counts no modification and leaves half of the rows as they were."""
    for kind, counts in (("bulk_update", 1), ("bulk_reload", 0)):
        updates = story.updates(kind)
        assert len(updates) > 3
        assert len({after["LAST_UPD"] for _, _, after in updates}) == 1
        assert {(after["LAST_UPD_BY"], _counted(before, after)) for _, before, after in updates} == {
            ("0-1", counts)
        }
    alike = {
        line["expected"]: differing(before, after) - STAMPS
        for line, before, after in story.updates("bulk_reload")
    }
    assert alike == {"unchanged": set(), "updated": {"ATTRIB_47"}}


def test_a_stamp_may_be_missing(story: Story) -> None:
    """DB_LAST_UPD is empty, LAST_UPD moves."""
    for _, before, after in story.updates("stamp_missing"):
        assert after["DB_LAST_UPD"] is None
        assert after["LAST_UPD"] > before["LAST_UPD"]


def test_a_silent_edit_leaves_no_trace(story: Story) -> None:
    """Content changes, and no column of the system's."""
    for line, before, after in story.updates("silent_edit"):
        assert differing(before, after) == {"COMMENTS"}
        assert (line["expected"], line["net"]) == ("updated", "deep")


def test_replication_touches_its_own_stamp_only(story: Story) -> None:
    """Nothing is to be done about it."""
    for line, before, after in story.updates("replication_touch"):
        assert {"DB_LAST_UPD"} <= differing(before, after) <= {"DB_LAST_UPD", "DB_LAST_UPD_SRC"}
        assert line["expected"] == "unchanged"


def test_a_clock_may_be_set_back(story: Story) -> None:
    """An hour lies between the stamp and the write, although the transaction was short."""
    for line, _, after in story.updates("clock_set_back"):
        assert str(after["LAST_UPD"]) == line["stamped"]
        assert timedelta(hours=1) <= _lateness(line) < timedelta(hours=2)


def _lateness(line: Line) -> timedelta:
    return datetime.fromisoformat(line["committed"]) - datetime.fromisoformat(line["stamped"])


def test_a_late_commit_comes_after_commits_that_stamped_later(story: Story) -> None:
    """By hours."""
    late = story.changes.of("late_commit")
    assert late
    for line in late:
        overtaking = [
            other
            for other in story.changes.lines
            if line["stamped"] < other["stamped"] <= other["committed"] < line["committed"]
        ]
        assert len({other["session"] for other in overtaking}) == 4
        assert _lateness(line) > timedelta(hours=2)


# -- members, deletions --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind",
    [
        "address_changed",
        "other_name",
        "late_extension",
        "note_written",
        "note_deleted",
        "key_used_again",
        "bulk_reload",
    ],
)
def test_a_member_changes_and_its_root_does_not(story: Story, kind: str) -> None:
    """Nor do the root's stamps."""
    lines = story.changes.of(kind)
    assert lines
    for line in lines:
        assert story.root(story.before, line) == story.root(story.after, line)
        assert story.before.get((line["table"], line["row_id"])) != story.after.get(
            (line["table"], line["row_id"])
        )


def test_a_late_extension_row_is_the_first(story: Story) -> None:
    """With the ROW_ID of its client."""
    for line in story.changes.of("late_extension"):
        assert ("S_CONTACT_X", line["key"]) == (line["table"], line["row_id"])
        assert not [
            1
            for (table, _), row in story.before.items()
            if table == "S_CONTACT_X" and row["PAR_ROW_ID"] == line["key"]
        ]


@pytest.mark.parametrize(("kind", "root"), [("case_deleted", "S_CASE"), ("client_deleted", "S_CONTACT")])
def test_what_is_deleted_leaves_nothing_behind(story: Story, kind: str, root: str) -> None:
    """Root, members and links are gone; addresses stay, for others may live there."""
    gone = {line["key"] for line in story.changes.of(kind, table=root)}
    assert len(gone) == story.aged.changes[kind]
    for key in gone:
        assert (root, key) not in story.after
        assert {table for table, _ in story.naming(key, root)} <= {"S_ADDR_PER"}


def test_what_is_typed_again_has_a_new_key_and_the_old_content(story: Story) -> None:
    """A document of a client, and a family link, which is an entity of its own."""
    gone, come = (
        story.changes.of("reinserted", change="delete"),
        story.changes.of("reinserted", change="insert"),
    )
    assert [line["table"] for line in gone] == [line["table"] for line in come]
    for one, other in zip(gone, come, strict=True):
        before, after = (
            story.before[one["table"], one["row_id"]],
            story.after[other["table"], other["row_id"]],
        )
        assert differing(before, after) - STAMPS <= {"ROW_ID", "CREATED", "CREATED_BY"}
        assert "ROW_ID" in differing(before, after)
    fates = {line["expected"] for line in gone + come if line["entity"] == "relation"}
    assert fates == {"deleted", "created"}


def test_a_key_is_used_again_for_other_content(story: Story) -> None:
    """Deleted and inserted, as if for the first time."""
    for line in story.changes.of("key_used_again", change="insert"):
        before, after = (
            story.before["S_NOTE_CASE", line["row_id"]],
            story.after["S_NOTE_CASE", line["row_id"]],
        )
        assert {"NOTE", "CREATED"} <= differing(before, after)
        assert after["MODIFICATION_NUM"] == "0"


# -- merges --------------------------------------------------------------------------------------------


def _losers(story: Story) -> dict[str, str]:
    """Loser -> survivor, as the day's merges went one by one."""
    kinds = ("merge", "merge_of_survivor")
    return {
        line["key"]: line["survivor"]
        for kind in kinds
        for line in story.changes.of(kind, table="S_CONTACT", expected="merged")
    }


def test_nobody_names_the_loser_of_a_merge_any_more(story: Story) -> None:
    """It is gone with its party and its extension; what named it names the last survivor."""
    survivors = story.changes.survivors()
    assert len(survivors) == len(_losers(story)) >= 10
    for loser, survivor in survivors.items():
        assert not {("S_CONTACT", loser), ("S_PARTY", loser), ("S_CONTACT_X", loser)} & story.after.keys()
        assert story.naming(loser, "S_CONTACT") == []
        assert ("S_CONTACT", survivor) in story.after
        moved = {
            row
            for row in story.after
            if loser in story.before.get(row, {}).values() and row[0] != "S_AUDIT_ITEM"
        }
        assert any(survivor in story.after[row].values() for row in moved)


def test_a_survivor_keeps_its_own_values(story: Story) -> None:
    """Nothing of the loser's is combined with them."""
    for survivor in story.changes.survivors().values():
        changes = differing(story.before["S_CONTACT", survivor], story.after["S_CONTACT", survivor])
        assert not changes or story.changes.fates()["client", survivor] != "merged"
        assert not changes & {"LAST_NAME", "FST_NAME", "BIRTH_DT", "X_UCI_NUM"}


def test_merges_come_in_chains_and_across_client_groups(story: Story) -> None:
    """Who swallowed in the morning was swallowed in the afternoon."""
    losers = _losers(story)
    assert set(losers) & set(losers.values())
    assert story.changes.of("merge", note="across client groups")


def test_some_rows_are_doubled_by_a_merge(story: Story) -> None:
    """They bear a CONFLICT_ID of their own beside the row they collide with."""
    doubled = [line for line in story.changes.lines if line["note"] == "doubled"]
    assert doubled
    for line in doubled:
        assert story.after[line["table"], line["row_id"]]["CONFLICT_ID"] == line["row_id"]


def test_only_some_survivors_say_whom_they_replaced(story: Story) -> None:
    """The pointer holds the dead id."""
    losers = _losers(story)
    said = {
        row["X_REPLACED_ROW_ID"]: row["PAR_ROW_ID"]
        for (table, _), row in story.after.items()
        if table == "S_CONTACT_X"
    }
    told = {loser for loser, survivor in losers.items() if said.get(loser) == survivor}
    assert 0 < len(told) < len(losers)


def test_an_unmerge_makes_a_client_and_gives_rows_back(story: Story) -> None:
    """A new UCI, a part of the rows, and no pointer any more."""
    for line in story.changes.of("unmerge", table="S_CONTACT", change="insert"):
        old, new = line["survivor"], line["key"]
        assert story.after["S_CONTACT", new]["X_UCI_NUM"] not in {
            row.get("X_UCI_NUM") for row in story.before.values()
        }
        back = story.naming(new, "S_CONTACT")
        assert back
        assert all(old in story.before[row].values() for row in back)
        assert story.before["S_CONTACT_X", old]["X_REPLACED_ROW_ID"]
        assert story.after["S_CONTACT_X", old]["X_REPLACED_ROW_ID"] is None


# -- files, lists, beginnings --------------------------------------------------------------------------


def _cases(story: Story, kind: str) -> list[tuple[Row, Row]]:
    return [(before, after) for line, before, after in story.updates(kind) if line["table"] == "S_CASE"]


def test_a_file_is_closed_and_another_opened_again(story: Story) -> None:
    """With its finalization and a line in its history."""
    reopened = {line["key"] for line in story.changes.of("case_reopened")}
    closed = {line["key"] for line in story.changes.of("case_closed")}
    assert reopened < closed
    for key in closed:
        case = story.after["S_CASE", key]
        final = [
            row
            for (table, _), row in story.after.items()
            if table == "S_EVT_ACT" and row["CASE_ID"] == key and row["TODO_CD"] == "FINALIZE"
        ]
        is_open = key in reopened
        assert case["STATUS_CD"] == ("Open" if is_open else "Closed")
        assert (case["CLOSED_DT"] is None, case["RESOLUTION_CD"] is None) == (is_open, is_open)
        assert [row["EVT_STAT_CD"] for row in final] == ["Not Started" if is_open else "Complete"]
        assert len(story.changes.of("case_closed", key=key, table="S_CASE_XM")) == 1


def test_a_payment_is_followed_by_the_refund_of_what_was_too_much(story: Story) -> None:
    """Fifty dollars, of the payment of the same day."""
    refunds = story.changes.of("refund", table="S_SRC_PAYMENT")
    payments = {line["row_id"] for line in story.changes.of("payment", table="S_SRC_PAYMENT")}
    assert refunds
    for line in refunds:
        refund = story.after["S_SRC_PAYMENT", line["row_id"]]
        assert (refund["PAY_AMT"], refund["X_REFUND_OF_ID"] in payments) == ("-50", True)
        invoice = story.after["S_INVOICE", refund["INVOICE_ID"]]
        paid = [
            Decimal(row["PAY_AMT"])
            for (table, _), row in story.after.items()
            if table == "S_SRC_PAYMENT" and row["INVOICE_ID"] == invoice["ROW_ID"]
        ]
        assert sum(paid) == Decimal(invoice["TTL_INVC_AMT"])


def test_a_representative_changes_and_an_authority_is_rejected(story: Story) -> None:
    """The file names somebody whom its persons name too."""
    for before, after in _cases(story, "representative_changed"):
        assert before["PR_REP_CON_ID"] != after["PR_REP_CON_ID"]
        roles = [
            row
            for (table, _), row in story.after.items()
            if table == "S_CASE_CON"
            and row["CASE_ID"] == after["ROW_ID"]
            and row["RELATION_TYPE_CD"] == "REP"
        ]
        assert {(role["CONTACT_ID"] == after["PR_REP_CON_ID"], role["STATUS_CD"]) for role in roles} == {
            (True, "Active"),
            (False, "Removed"),
        }
    assert {after["X_AUTH_STAT_CD"] for _, _, after in story.updates("authority_rejected")} == {"Rejected"}


def test_a_note_becomes_restricted_and_its_file_with_it(story: Story) -> None:
    """Both were open to everybody before."""
    for _, before, after in story.updates("note_restricted"):
        assert (before["X_RESTRICTED_FLG"], after["X_RESTRICTED_FLG"]) == ("N", "Y")


def test_a_temporary_number_gives_way_to_the_final_one(story: Story) -> None:
    """And stays as a reference."""
    for line in story.changes.of("number_made_final", table="S_CASE_XM"):
        number, reference = (
            story.after["S_CASE", line["key"]]["CASE_NUM"],
            story.after["S_CASE_XM", line["row_id"]],
        )
        assert (reference["ATTRIB_03"], reference["ATTRIB_34"]) == ("TEMP_APP", f"X{number}")


def test_values_are_renamed_and_deactivated(story: Story) -> None:
    """Their codes stay."""
    assert {"VAL"} == set().union(*(differing(b, a) - STAMPS for _, b, a in story.updates("value_renamed")))
    assert {"ACTIVE_FLG"} == set().union(
        *(differing(b, a) - STAMPS for _, b, a in story.updates("value_deactivated"))
    )


@pytest.mark.parametrize(
    ("kind", "table", "entity"),
    [("new_client", "S_CONTACT", "client"), ("new_application", "S_CASE", "application")],
)
def test_new_clients_and_applications_are_created(story: Story, kind: str, table: str, entity: str) -> None:
    """As many as the day says, each with rows under it."""
    made = story.changes.of(kind, table=table)
    assert len(made) == story.aged.changes[kind]
    for line in made:
        assert story.changes.fates()[entity, line["key"]] == "created"
        assert len(story.changes.of(kind, key=line["key"])) > 1


def test_the_queue_has_rows_that_wait(story: Story) -> None:
    """They concern no entity."""
    assert {(line["table"], line["entity"]) for line in story.changes.of("queued")} == {("S_ESCL_REQ", "")}


# -- an open transaction -------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["sqlite", "postgres", "mariadb"])
def test_a_late_commit_shows_when_its_block_ends(kind: Any, new_database: NewDatabase) -> None:
    """A whole day of others' work fits in between."""
    url = new_database(kind)
    make(url, CLIENTS, seed=SEED, audit=0)
    with late_commit(url, cases=5) as late:
        before = content(url)
        age(url, avoid=late.keys)
        between = content(url)
    after = content(url)
    assert len(late.keys) == 5
    assert {key for key in after if after[key] != between.get(key)} == {("S_CASE", key) for key in late.keys}
    assert all(before["S_CASE", key] == between["S_CASE", key] for key in late.keys)
    stamps = {after["S_CASE", key]["LAST_UPD"] for key in late.keys}
    assert stamps == {late.stamped}
    assert late.stamped < max(row["LAST_UPD"] for row in between.values() if "LAST_UPD" in row)


def test_an_error_takes_a_late_commit_back(fresh: Callable[[], str]) -> None:
    """As if it had never been."""
    url = fresh()
    before = content(url)
    with pytest.raises(ZeroDivisionError), late_commit(url):
        raise ZeroDivisionError
    assert content(url) == before


# -- what cannot be ------------------------------------------------------------------------------------


def test_a_database_without_a_sample_is_refused(tmp_path: Path) -> None:
    """Nothing is made in it."""
    with pytest.raises(Refused, match="no sample"):
        age(f"sqlite:///{tmp_path / 'empty.db'}")


def test_a_day_begins_after_the_last_one(story: Story, fresh: Callable[[], str]) -> None:
    """An earlier start is refused; a later one is taken."""
    with pytest.raises(InvalidInput):
        age(story.url, start=_at(2026, 7, 1))
    with pytest.raises(InvalidInput):
        age(story.url, days=0)
    url = fresh()
    start = _at(2027, 1, 4, 9, 30)
    assert age(url, start=start).first == start
    changed = [
        row["LAST_UPD"] for row in content(url).values() if row.get("LAST_UPD") and row["LAST_UPD"] > start
    ]
    assert changed
    assert max(changed) < start + timedelta(hours=9)


def test_a_database_that_may_only_be_read_is_named(fresh: Callable[[], str]) -> None:
    """Without its address, which may hold a password."""
    file = fresh().removeprefix("sqlite:///")
    with pytest.raises(Unreachable, match="refused") as caught:
        age(f"sqlite:///file:{file}?mode=ro&uri=true")
    assert file not in str(caught.value)


def test_a_rate_multiplies_what_happens(sample: Path) -> None:
    """But not below what must happen at least."""
    usual, often = foresee(f"sqlite:///{sample}", rate=0), foresee(f"sqlite:///{sample}", rate=10)
    assert usual["field_update"] == 3
    assert often["field_update"] > 10
    assert (
        foresee(f"sqlite:///{sample}", 2)["field_update"]
        == 2 * foresee(f"sqlite:///{sample}")["field_update"]
    )
