"""`migrate reconcile --quick`: by checksums only what has changed is read again, and it says what a whole one says.

Each test holds a quick reconciliation against a whole one of the same moment: same figures, same differences. The
faults are drawn at random; the seed is printed when something differs.
"""

import json
import random
import shutil
import zoneinfo
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa
from sqlalchemy import make_url

from migrate.judging import evidence_root, judge
from migrate.platform.layout import layout
from migrate.project import Project
from migrate.sample import make
from migrate.sample.aging import age
from reconciliation.compare import Comparison, read
from reconciliation.evidence import Limits
from reconciliation.folder import Folder
from reconciliation.model import Kind, Verdict
from reconciliation.sides import LegacySide
from reconciliation.unchanged import Sealed
from tests.databases import Kind as Database
from tests.databases import NewDatabase
from tests.journeys import connected, full_load, project, run_once
from tests.planting import KINDS, Planter
from tests.torture import times

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

CLIENTS = 500
MAPPINGS = Path(__file__).parents[2] / "mappings" / "gcms"
DATABASES = pytest.mark.parametrize("kind", ["sqlite", "postgres", "mariadb"])


class World:
    """A loaded sample, and its project."""

    def __init__(self, folder: Path, legacy: str, platform: str) -> None:
        self.folder, self.legacy, self.platform = folder, legacy, platform
        if not (folder / "migrate.toml").exists():
            project(folder, legacy, platform)

    def judged(self, *, quick: bool, **options: Any) -> dict[str, Any]:
        """What `migrate reconcile --check rows` finds; `left`: entity -> roots that were not read again."""
        found = Project.find(self.folder)
        summary = judge(found, checks=["rows"], quick=quick, **options)
        lines = Folder.open(evidence_root(found), summary.name).all_differences().to_pylist()
        reasons = [(f.subject.entity, reason) for f in summary.findings for reason in f.reasons]
        return {
            "verdict": summary.verdict,
            "figures": [
                (
                    f.subject.entity,
                    f.subject.name,
                    f.legacy,
                    f.platform,
                    f.compared,
                    sorted(f.explained.items()),
                )
                for f in summary.findings
            ],
            "lines": sorted(json.dumps(line, sort_keys=True) for line in lines),
            "left": {
                entity: int(reason.given["roots"]) for entity, reason in reasons if reason.name == "unchanged"
            },
            "how": Folder.open(evidence_root(found), summary.name).manifest()["moment"]["how"],
        }

    @contextmanager
    def legacy_tables(self) -> Iterator[tuple[sa.Connection, Callable[[str], sa.Table]]]:
        """The legacy database, to change it as somebody does who leaves no stamp."""
        engine, known = sa.create_engine(self.legacy), sa.MetaData()
        with engine.begin() as connection:
            yield connection, lambda name: sa.Table(name, known, autoload_with=engine)
        engine.dispose()

    def accepted(self, entity: str) -> list[str]:
        """The legacy keys of an entity that are on the platform, in their order."""
        with connected(self.platform) as connection:
            found = connection.execute(
                "SELECT key FROM migration.key_image WHERE entity = %s AND disposition = 'accepted' ORDER BY 1",
                [entity],
            ).fetchall()
        return [str(key) for (key,) in found]

    def alike(self) -> dict[str, Any]:
        """A quick reconciliation, that says what a whole one says of the same moment."""
        quick, whole = self.judged(quick=True), self.judged(quick=False)
        for what in ("lines", "figures", "verdict"):
            assert quick[what] == whole[what]
        assert whole["left"] == {}
        return quick


def loaded(folder: Path, new: NewDatabase, kind: Database, seed: int = 1) -> World:
    legacy = new(kind)
    make(legacy, CLIENTS, seed)
    world = World(folder, legacy, new("postgres"))
    settings = folder / "migrate.toml"
    settings.write_text(settings.read_text() + "deep_nights = 1\n")
    full_load(folder)
    return world


@pytest.fixture(scope="module")
def world_of(
    new_module_database: NewDatabase, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[Database], World]:
    """A loaded sample in a legacy database of that kind, made once."""
    return cache(lambda kind: loaded(tmp_path_factory.mktemp("world") / "p", new_module_database, kind))


@pytest.fixture
def copied(
    world_of: Callable[[Database], World], new_database: NewDatabase, tmp_path: Path
) -> Callable[[Database], World]:
    """The same with a platform, and but for MariaDB a legacy database as well, for the test alone."""

    def copy(kind: Database) -> World:
        world, legacy = world_of(kind), world_of(kind).legacy
        if kind == "sqlite":
            legacy = new_database("sqlite")
            shutil.copyfile(str(make_url(world.legacy).database), str(make_url(legacy).database))
        if kind == "postgres":
            legacy = new_database("postgres", like=world.legacy)
        return World(tmp_path / "p", legacy, new_database("postgres", like=world.platform))

    return copy


@pytest.fixture(scope="module")
def comparisons() -> dict[str, Comparison]:
    return read(MAPPINGS, layout())


@DATABASES
def test_where_nothing_has_changed_only_what_differed_is_read_again(
    kind: Database, world_of: Callable[[Database], World]
) -> None:
    world = world_of(kind)
    first = world.judged(quick=True)
    assert first["left"] == {}
    again = world.alike()
    assert again["verdict"] is Verdict.SAME
    assert again["left"].keys() == read(MAPPINGS, layout()).keys()
    assert sum(again["left"].values()) > 0.9 * sum(
        f[2] for f in again["figures"] if f[1] in ("person", "application")
    )


@DATABASES
@pytest.mark.parametrize("turn", range(times(1, 6)))
def test_every_fault_on_the_platform_is_found(
    kind: Database,
    copied: Callable[[Database], World],
    comparisons: dict[str, Comparison],
    turn: int,
    seed: int,
) -> None:
    world = copied(kind)
    world.judged(quick=True)
    planter = Planter(world.platform, comparisons, layout(), random.Random(seed + turn))
    planted = [planter.plant(fault) for fault in KINDS]
    found = world.alike()
    assert found["left"]
    assert len(found["lines"]) >= len(planted)
    assert world.alike()["lines"] == found["lines"]  # also when it was known before


def test_after_a_day_of_work_and_each_net_it_says_what_a_whole_one_says(
    new_database: NewDatabase, tmp_path: Path
) -> None:
    world = loaded(tmp_path / "p", new_database, "sqlite", 3)
    world.judged(quick=True)
    age(
        world.legacy,
        days=1,
        seed=5,
        start=datetime.now(UTC).replace(tzinfo=None),
        truth=tmp_path / "changes.csv",
    )
    assert world.alike()["verdict"] is Verdict.DIFFERENT
    for net in ("delta", "sweep", "deep"):
        run_once(world.folder, net)
        assert world.alike()["left"]
    assert world.alike()["verdict"] is Verdict.SAME


SILENT: tuple[tuple[str, str, str, dict[str, Any] | None], ...] = (
    ("client", "S_CONTACT", "ROW_ID", {"LAST_NAME": "Silent"}),
    ("client", "S_CONTACT", "ROW_ID", {"LAST_NAME": sa.func.lower(sa.column("LAST_NAME"))}),
    ("client", "S_CONTACT", "ROW_ID", None),
    ("client", "S_PER_COMM_ADDR", "PER_ID", None),
    ("client", "S_CON_IDNTY_DOC", "CONTACT_ID", {"IDENTITY_DOC_NUM": "SILENT"}),
    ("client", "S_ADDR_PER", "S_CON_ADDR", {"CITY": "Silent"}),
    ("client", "S_ADDR_PER", "S_CON_ADDR", None),
    ("application", "S_CASE", "ROW_ID", None),
    ("application", "S_CASE_CON", "CASE_ID", {"CASE_ID": "of another"}),
    ("application", "S_EVT_ACT", "CASE_ID", {"COMMENTS": "Silent"}),
    ("application", "S_INVOICE", "X_CASE_ID", {"GROSS_AMT": sa.column("GROSS_AMT") + sa.literal(1)}),
    ("application", "S_NOTE_CASE", "SRC_ROW_ID", None),
    ("relation", "S_CONTACT_REL", "ROW_ID", {"REL_CONTACT_ID": sa.column("CONTACT_ID")}),
    ("user", "S_USER", "ROW_ID", {"LOGIN": "SILENT"}),
    ("user", "S_CONTACT", "ROW_ID", {"JOB_TITLE": "Silent"}),
)
"""Changes that leave no stamp, each of another root: entity, table, its column with the root's key (or the table that
lies between), what the row says then; None: it is deleted."""


@DATABASES
def test_every_silent_change_of_legacy_is_found(
    kind: Database, new_database: NewDatabase, tmp_path: Path
) -> None:
    world = loaded(tmp_path / "p", new_database, kind, 4)
    world.judged(quick=True)
    changed = {changed_silently(world, change, at): change[1:] for at, change in enumerate(SILENT)}
    found = world.alike()
    lines = [json.loads(line) for line in found["lines"]]
    assert found["left"]
    known = {(line["entity"], line["key"]) for line in lines}
    assert {root: change for root, change in changed.items() if root not in known} == {}
    assert world.alike()["lines"] == found["lines"]  # also when it was known before


def changed_silently(
    world: World, change: tuple[str, str, str, dict[str, Any] | None], at: int
) -> tuple[str, str]:
    """Make one of them; the entity and the legacy key of the root."""
    entity, name, root, says = change
    with world.legacy_tables() as (connection, table):
        changing = table(name)
        if root in changing.c:
            rows = sa.select(changing.c.ROW_ID, changing.c[root])
        else:
            rows = sa.select(table(root).c.ADDR_PER_ID, table(root).c.CONTACT_ID)
        row_of = {key: row for row, key in connection.execute(rows) if row and key}
        keys = [key for key in world.accepted(entity) if key in row_of]
        key, other = keys[len(keys) * at // len(SILENT)], keys[0]
        where, moved = changing.c.ROW_ID.in_([row_of[key]]), says == {root: "of another"}
        if says is None:
            connection.execute(sa.delete(changing).where(where))
        else:
            values = {root: other} if moved else says
            connection.execute(sa.update(changing).where(where).values(values))
    return entity, str(other if moved else key)


@pytest.mark.parametrize("turn", range(times(1, 12)))
def test_after_whatever_happens_it_says_what_a_whole_one_says(
    copied: Callable[[Database], World], comparisons: dict[str, Comparison], turn: int, seed: int
) -> None:
    """Several nights, each after some changes of either side or of the books, or a comparison that stopped early."""
    world, draw = copied("sqlite"), random.Random(seed + turn)
    planter = Planter(world.platform, comparisons, layout(), draw)
    world.judged(quick=True)
    for _ in range(3):
        happened = draw.choices(
            ("legacy", "platform", "books", "stopped"), (6, 3, 2, 1), k=draw.randint(1, 6)
        )
        for what in happened:
            match what:
                case "legacy":
                    something_in_legacy(world, draw.choice(sorted(comparisons.items()))[1], draw)
                case "platform":
                    planter.plant(draw.choice(sorted(KINDS)))
                case "books":
                    something_in_the_books(world, draw)
                case _:
                    world.judged(quick=True, limits=Limits(differences=draw.randrange(9)))
        assert world.alike()["left"], happened


def something_in_legacy(world: World, comparison: Comparison, draw: random.Random) -> None:
    """A row is deleted or copied, or takes another key, or a value of another row; no stamp tells of it."""
    name = draw.choice(sorted(comparison.sources))
    with suppress(sa.exc.IntegrityError), world.legacy_tables() as (connection, table):
        changing = table(name)
        keys = sorted(connection.scalars(sa.select(changing.c.ROW_ID)))
        rows = [
            connection.execute(sa.select(changing).where(changing.c.ROW_ID.in_([draw.choice(keys)]))).one()
            for _ in range(2)
        ]
        row, other = (dict(each._mapping) for each in rows)
        where, new = changing.c.ROW_ID.in_([row["ROW_ID"]]), f"9-{draw.randrange(10**9)}"
        match draw.choice(["deleted", "copied", "changed", "changed", "changed"]):
            case "deleted":
                connection.execute(sa.delete(changing).where(where))
            case "copied":
                connection.execute(sa.insert(changing).values({**row, "ROW_ID": new}))
            case _:
                column = draw.choice(sorted(comparison.sources[name]))
                value = new if column == "ROW_ID" else other[column]
                connection.execute(sa.update(changing).where(where).values({column: value}))


def something_in_the_books(world: World, draw: random.Random) -> None:
    """Something else is said of a root, or it is merged into another one."""
    entity = draw.choice(["application", "client", "office", "user"])
    with connected(world.platform) as connection:
        lines = connection.execute(
            "SELECT key, id FROM migration.crosswalk WHERE entity = %s AND valid_to = 'infinity' ORDER BY key",
            [entity],
        ).fetchall()
        (key, _), (survivor, id_) = draw.sample(lines, 2)
        if draw.random() < 0.5:
            connection.execute(
                "UPDATE migration.crosswalk SET cause = 'merge', id = %s, survivor = %s"
                " WHERE entity = %s AND key = %s AND valid_to = 'infinity'",
                [id_, survivor, entity, key],
            )
        else:
            connection.execute(
                "UPDATE migration.key_image SET disposition = %s WHERE entity = %s AND key = %s",
                [draw.choice(["accepted", "rejected", "held", "excluded", "gone"]), entity, key],
            )


def test_what_the_passing_of_time_decides_anew_is_looked_at(
    copied: Callable[[Database], World], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An application is due to be deleted tomorrow: the day after it must not be there, though no row has changed."""
    world = copied("sqlite")
    key, tomorrow = (
        world.accepted("application")[5],
        datetime.now(UTC).replace(tzinfo=None) + timedelta(days=1),
    )
    with world.legacy_tables() as (connection, table):
        case = table("S_CASE")
        due = {"X_PROSP_DEL_DT": tomorrow, "X_LEGAL_HOLD_FLG": "N"}
        connection.execute(sa.update(case).where(case.c.ROW_ID.in_([key])).values(due))
    run_once(world.folder, "full")
    world.judged(quick=True)
    assert world.alike()["verdict"] is Verdict.SAME
    monkeypatch.setattr(LegacySide, "clock", lambda self: tomorrow + timedelta(days=1))
    found = world.alike()
    assert found["left"]["application"] > 0
    assert {(line["kind"], line["key"]) for line in map(json.loads, found["lines"])} == {(Kind.EXTRA, key)}


def test_what_the_books_say_anew_of_a_root_without_a_legacy_row_is_looked_at(
    copied: Callable[[Database], World],
) -> None:
    """A user is gone from legacy; the run that has said so is taken back, so that nobody explains the user any more."""
    world = copied("sqlite")
    key = world.accepted("user")[5]
    with world.legacy_tables() as (connection, table):
        user = table("S_USER")
        connection.execute(sa.delete(user).where(user.c.ROW_ID.in_([key])))
    run_once(world.folder, "sweep")
    world.judged(quick=True)
    assert world.alike()["verdict"] is Verdict.SAME
    Project.find(world.folder).undo(2, reason="the table had come back short")
    found = world.alike()
    assert found["left"]["user"] > 0
    assert {(line["kind"], line["key"]) for line in map(json.loads, found["lines"])} == {(Kind.EXTRA, key)}


def test_what_is_read_again_is_of_the_instant_of_the_checksums(
    copied: Callable[[Database], World], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the evidence could not say that both sides were seen at the same instant."""
    world = copied("postgres")
    key = world.accepted("client")[5]
    world.judged(quick=True)
    renamed(world, key, "Before")
    keys = Sealed.keys

    def meanwhile(sealing: Sealed) -> Iterator[Any]:
        renamed(world, key, "Later")
        yield from keys(sealing)

    monkeypatch.setattr(Sealed, "keys", meanwhile)
    found = world.judged(quick=True)
    assert {json.loads(line)["legacy"] for line in found["lines"]} == {"Before"}
    assert found["how"] == "same_instant"


def test_what_differed_before_and_has_changed_again_counts_once_among_what_is_read(
    copied: Callable[[Database], World],
) -> None:
    world = copied("sqlite")
    key = world.accepted("client")[5]
    world.judged(quick=True)
    renamed(world, key, "Once")
    first = world.judged(quick=True)
    renamed(world, key, "Twice")
    assert world.judged(quick=True)["left"] == first["left"]


def renamed(world: World, key: str, name: str) -> None:
    """Legacy calls somebody by another name, and leaves no stamp."""
    with world.legacy_tables() as (connection, table):
        contact = table("S_CONTACT")
        connection.execute(sa.update(contact).where(contact.c.ROW_ID.in_([key])).values(LAST_NAME=name))


def test_a_seal_that_the_evidence_does_not_vouch_for_counts_for_nothing(
    copied: Callable[[Database], World],
) -> None:
    world = copied("sqlite")
    world.judged(quick=True)
    seal = world.folder / ".migrate" / "seals" / "user.parquet"
    told = {b"seal": pq.read_metadata(seal).metadata[b"seal"]}
    pq.write_table(pq.read_table(seal).replace_schema_metadata(told), seal, row_group_size=1)
    left = world.judged(quick=True)["left"]
    assert "user" not in left
    assert "client" in left


def test_evidence_that_cannot_be_read_vouches_for_no_seal(copied: Callable[[Database], World]) -> None:
    world = copied("sqlite")
    world.judged(quick=True)
    (manifest,) = (world.folder / ".migrate" / "evidence").glob("*/manifest.json")
    manifest.write_text("{", encoding="utf-8")
    assert world.judged(quick=True)["left"] == {}


def test_a_comparison_that_was_changed_compares_everything_of_its_entity(
    copied: Callable[[Database], World],
) -> None:
    world = copied("sqlite")
    user = own_comparisons(world) / "user.yaml"
    world.judged(quick=True)
    user.write_text(user.read_text() + "# another one\n")
    left = world.judged(quick=True)["left"]
    assert "user" not in left
    assert "client" in left


def test_a_merge_is_followed_though_the_pointer_to_who_was_merged_has_to_be_brought_into_a_form(
    copied: Callable[[Database], World],
) -> None:
    world = copied("sqlite")
    office = own_comparisons(world) / "office.yaml"
    office.write_text(office.read_text().replace("with: PAR_BU_ID,", "with: PAR_BU_ID, as: [trim],"))
    with world.legacy_tables() as (connection, table):
        bu = table("S_BU")
        parents = connection.scalars(sa.select(bu.c.PAR_BU_ID)).all()
        keys = world.accepted("office")
        merged, survivor = next(key for key in keys if key in parents), keys[-1]
        connection.execute(sa.update(bu).where(bu.c.PAR_BU_ID.in_([merged])).values(PAR_BU_ID=f"{merged} "))
    world.judged(quick=True)
    assert world.alike()["verdict"] is Verdict.SAME
    merge(world, merged, survivor)
    found = world.alike()
    assert "parent_id" in {json.loads(line)["column"] for line in found["lines"]}


def test_what_a_merged_key_leaves_behind_is_looked_at_when_legacy_has_it_no_more(
    copied: Callable[[Database], World],
) -> None:
    world = copied("sqlite")
    merged, survivor = world.accepted("office")[-2:]
    merge(world, merged, survivor)
    world.judged(quick=True)
    known = world.alike()
    with world.legacy_tables() as (connection, table):
        bu = table("S_BU")
        connection.execute(sa.delete(bu).where(bu.c.ROW_ID.in_([merged])))
    assert world.alike()["lines"] != known["lines"]


def own_comparisons(world: World) -> Path:
    """Where the project has comparison files of its own from now on, as they are shipped."""
    shutil.copytree(MAPPINGS, world.folder / "own")
    settings = world.folder / "migrate.toml"
    settings.write_text(settings.read_text() + '[mappings]\npath = "own"\n')
    return world.folder / "own" / "compare"


def merge(world: World, merged: str, survivor: str) -> None:
    """Let the books say that an office is another one."""
    with connected(world.platform) as connection:
        connection.execute(
            "UPDATE migration.crosswalk SET cause = 'merge', survivor = %s, id = (SELECT id FROM migration.crosswalk"
            " WHERE entity = 'office' AND key = %s AND valid_to = 'infinity')"
            " WHERE entity = 'office' AND key = %s AND valid_to = 'infinity'",
            [survivor, survivor, merged],
        )


def test_another_table_of_time_zones_compares_everything_that_is_read_by_them(
    copied: Callable[[Database], World], tmp_path: Path
) -> None:
    world = copied("sqlite")
    world.judged(quick=True)
    (tmp_path / "zones" / "America").mkdir(parents=True)
    (tmp_path / "zones" / "America" / "Toronto").write_bytes(b"of next year")
    zoneinfo.reset_tzpath([str(tmp_path / "zones"), *zoneinfo.TZPATH])
    try:
        left = world.judged(quick=True)["left"]
    finally:
        zoneinfo.reset_tzpath()
    assert "application" not in left
    assert "office" in left


def test_a_legacy_column_of_another_type_compares_everything_of_its_entity(
    copied: Callable[[Database], World],
) -> None:
    world = copied("postgres")
    world.judged(quick=True)
    with world.legacy_tables() as (connection, _):
        connection.execute(sa.text('ALTER TABLE "S_USER" ALTER COLUMN "LOGIN" TYPE text'))
    left = world.judged(quick=True)["left"]
    assert "user" not in left
    assert "office" in left


def test_where_much_has_changed_everything_is_compared(copied: Callable[[Database], World]) -> None:
    world = copied("sqlite")
    world.judged(quick=True)
    with world.legacy_tables() as (connection, table):
        connection.execute(sa.update(table("S_CONTACT")).values(PLACE_OF_BIRTH="Elsewhere"))
    found = world.alike()
    assert "client" not in found["left"]
    assert found["lines"]


def test_a_comparison_that_stopped_early_leaves_the_seal_from_before(
    copied: Callable[[Database], World],
) -> None:
    world = copied("sqlite")
    world.judged(quick=True)
    with world.legacy_tables() as (connection, table):
        case = table("S_CASE")
        some = sa.select(case.c.ROW_ID).where(case.c.ROW_ID.in_(world.accepted("application")[:9]))
        connection.execute(sa.update(case).where(case.c.ROW_ID.in_(some)).values(DESC_TEXT="Silent"))
    stopped = world.judged(quick=True, limits=Limits(differences=0))
    assert stopped["verdict"] is not Verdict.SAME
    found = world.alike()
    assert found["left"]["application"] > 0
    assert len(found["lines"]) == 9


def test_without_quick_no_seal_is_read_or_written(copied: Callable[[Database], World]) -> None:
    world = copied("sqlite")
    assert world.judged(quick=False)["left"] == {}
    assert not (world.folder / ".migrate" / "seals").exists()
