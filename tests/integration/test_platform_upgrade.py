"""The platform's schema comes to life in PostgreSQL, and is the one that the model describes."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine, create_engine, delete, func, make_url, select, text, update
from sqlalchemy.exc import IntegrityError

from migrate.errors import Drift, Unreachable
from migrate.platform import code_table, codes, metadata, tables, upgrade, upgrading

SCHEMA = "case platform"  # a name that has to be quoted


@pytest.fixture(scope="module")
def platform(new_module_database: Callable[[str], str]) -> Iterator[Engine]:
    """A database with an upgraded schema, for tests that leave it as it is."""
    engine = create_engine(new_module_database("postgres"), hide_parameters=True)
    upgrade(engine, SCHEMA)
    yield engine
    engine.dispose()


@pytest.fixture
def engine(postgres_url: str) -> Iterator[Engine]:
    """An empty database."""
    engine = create_engine(postgres_url, hide_parameters=True)
    yield engine
    engine.dispose()


def test_an_empty_database_gets_every_table_and_every_code(engine: Engine) -> None:
    done = upgrade(engine, SCHEMA)
    assert (done.before, done.after, done.changed) == (None, "0002", True)
    assert done.steps == (
        "0001 Create the case platform.",
        "0002 Let foreign keys within an application wait for the end of a transaction.",
    )
    assert done.codes == sum(len(codes.codes(code_list)) for code_list in codes.CODE_LISTS)


def test_a_second_upgrade_changes_nothing(platform: Engine) -> None:
    before = written(platform)
    done = upgrade(platform, SCHEMA)
    assert (done.before, done.after, done.steps, done.codes, done.changed) == ("0002", "0002", (), 0, False)
    assert written(platform) == before


def test_the_database_is_what_the_model_says_comments_included(platform: Engine) -> None:
    def ours(_object: object, name: str | None, kind: str, _reflected: bool, _other: object) -> bool:
        return not (kind == "table" and name == "alembic_version")

    with platform.connect() as connection:
        options = {
            "include_schemas": True,
            "include_name": lambda name, kind, _parents: kind != "schema" or name == SCHEMA,
            "include_object": ours,
            "compare_type": True,
            "compare_server_default": True,
        }
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata(SCHEMA)) == []


def test_checks_keys_and_indexes_are_those_of_the_model_word_for_word(platform: Engine) -> None:
    with platform.begin() as connection:
        connection.execute(text("CREATE SCHEMA model"))
        metadata("model").create_all(connection)
        found, expected = definitions(connection, SCHEMA), definitions(connection, "model")
        connection.rollback()
    assert found == expected


def test_labels_that_were_changed_by_hand_are_corrected(engine: Engine) -> None:
    upgrade(engine, SCHEMA)
    sex = code_table("sex", SCHEMA)
    with engine.begin() as connection:
        connection.execute(update(sex).where(sex.c.code == "F").values(label_fr="changed"))
        connection.execute(delete(sex).where(sex.c.code == "M"))
    assert upgrade(engine, SCHEMA).codes == 2
    with engine.connect() as connection:
        labels = {row.code: row.label_fr for row in connection.execute(select(sex.c.code, sex.c.label_fr))}
    assert (labels["F"], labels["M"]) == ("Femme", "Homme")


def test_codes_that_the_package_does_not_know_stay(engine: Engine) -> None:
    upgrade(engine, SCHEMA)
    sex = code_table("sex", SCHEMA)
    own = {"code": "OWN", "label_en": "Own", "label_fr": "Propre", "is_active": True, "sort_order": 99}
    with engine.begin() as connection:
        connection.execute(sex.insert(), [own])
    assert upgrade(engine, SCHEMA).codes == 0
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(sex).where(sex.c.code == "OWN")) == 1


def test_two_upgrades_at_once_wait_for_each_other(engine: Engine) -> None:
    done: list[upgrading.Upgrade] = []
    threads = [threading.Thread(target=lambda: done.append(upgrade(engine, SCHEMA))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(len(upgrade.steps) for upgrade in done) == [0, 2]


def test_a_schema_of_a_newer_program_is_left_alone(engine: Engine) -> None:
    upgrade(engine, SCHEMA)
    with engine.begin() as connection:
        connection.execute(text(f"UPDATE \"{SCHEMA}\".alembic_version SET version_num = '9999'"))
    with pytest.raises(Drift, match="9999"):
        upgrade(engine, SCHEMA)


def test_a_failed_revision_leaves_no_trace(engine: Engine, tmp_path: Path) -> None:
    body = "revision = '1'\ndown_revision = None\ndef upgrade():\n    op.execute('CREATE TABLE a (b int)')\n"
    (tmp_path / "1.py").write_text(
        f'"""Fail."""\nfrom alembic import op\n{body}    raise ZeroDivisionError\n'
    )
    with pytest.raises(ZeroDivisionError):
        upgrading.upgrade_schema(engine, "other", tmp_path)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM pg_namespace WHERE nspname = 'other'")) == 0


def test_any_schema_can_be_upgraded_from_a_folder_of_revisions(engine: Engine, tmp_path: Path) -> None:
    for number, before in (("1", None), ("2", "1")):
        code = f"op.execute('CREATE TABLE t{number} (b int)')"
        head = f'"""Step {number}."""\nfrom alembic import op\nrevision = {number!r}\ndown_revision = {before!r}\n'
        (tmp_path / f"{number}.py").write_text(f"{head}def upgrade():\n    {code}\n")
    done = upgrading.upgrade_schema(engine, "other", tmp_path)
    assert done == upgrading.Upgrade("other", None, "2", ("1 Step 1.", "2 Step 2."))
    assert upgrading.upgrade_schema(engine, "other", tmp_path) == replace(done, before="2", steps=())
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM other.t1, other.t2")) == 0


def test_an_unreachable_database_says_so_without_its_password() -> None:
    url = make_url("postgresql+psycopg://somebody:canary-7391@127.0.0.1:1/nowhere?connect_timeout=2")
    with pytest.raises(Unreachable) as raised:
        upgrade(create_engine(url, hide_parameters=True), SCHEMA)
    assert "canary-7391" not in str(raised.value)
    assert "platform.url" in str(raised.value)


def test_a_role_without_the_right_is_told_what_to_grant(engine: Engine) -> None:
    role = f"reader_{make_url(engine.url).database}"
    with engine.begin() as connection:
        connection.execute(text(f"CREATE ROLE {role} NOLOGIN"))
    as_reader = create_engine(engine.url, hide_parameters=True, connect_args={"options": f"-c role={role}"})
    try:
        with pytest.raises(Unreachable, match="GRANT"):
            upgrade(as_reader, SCHEMA)
    finally:
        as_reader.dispose()
        with engine.begin() as connection:
            connection.execute(text(f"DROP ROLE {role}"))


@pytest.mark.parametrize(
    ("parts", "accepted"),
    [
        ((1985, None, None, None), True),
        ((None, 6, 12, None), True),
        ((1985, 6, 12, "1985-06-12"), True),
        ((1985, 2, 30, None), True),  # impossible as typed: the parts stay, no date is made up
        ((1985, None, None, "1985-01-01"), False),
        ((1985, 6, 12, "1985-12-06"), False),
        ((1985, 13, None, None), False),
    ],
)
def test_a_birth_date_is_whole_only_with_all_its_parts(
    platform: Engine, parts: tuple[int | None, int | None, int | None, str | None], accepted: bool
) -> None:
    with platform.connect() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))  # no person is needed here
        table = tables(SCHEMA)["person_birth_date"]
        year, month, day, born_on = parts
        row = {
            "person_birth_date_id": func.gen_random_uuid(),
            "person_id": func.gen_random_uuid(),
            "type_code": "CURRENT",
            "birth_year": year,
            "birth_month": month,
            "birth_day": day,
            "born_on": text(f"DATE '{born_on}'") if born_on else None,
            "is_primary": True,
        }
        if accepted:
            connection.execute(table.insert().values(row))
        else:
            with pytest.raises(IntegrityError):
                connection.execute(table.insert().values(row))
        connection.rollback()


@pytest.mark.parametrize(
    ("kind", "status", "accepted"),
    [
        ("flagged", "open", True),
        ("converted", None, True),
        ("flagged", None, False),
        ("converted", "open", False),
    ],
)
def test_a_flag_asks_for_work_and_a_conversion_does_not(
    platform: Engine, kind: str, status: str | None, accepted: bool
) -> None:
    with platform.connect() as connection:
        row = {
            "quality_mark_id": func.gen_random_uuid(),
            "root_entity": "client",
            "root_id": func.gen_random_uuid(),
            "table_name": "person",
            "row_id": func.gen_random_uuid(),
            "kind": kind,
            "rule": "any",
            "work_item_status": status,
        }
        insert = tables(SCHEMA)["quality_mark"].insert().values(row)
        if accepted:
            connection.execute(insert)
        else:
            with pytest.raises(IntegrityError):
                connection.execute(insert)
        connection.rollback()


def written(engine: Engine) -> int:
    """Where the write-ahead log stands for the rows of the schema: the sum of all row versions' transactions."""
    with engine.connect() as connection:
        names = [f'SELECT xmin::text::bigint AS x FROM "{SCHEMA}"."{name}"' for name in tables()]
        return int(connection.scalar(text(f"SELECT sum(x) FROM ({' UNION ALL '.join(names)}) AS rows")) or 0)


def definitions(connection: Connection, schema: str) -> set[tuple[str, str, str]]:
    """(table, name, definition) of every constraint and index, without the schema's name."""
    query = text("""
        SELECT c.relname, k.conname, pg_get_constraintdef(k.oid) FROM pg_constraint k
        JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = :schema
        UNION ALL
        SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = :schema
    """)
    quoted = connection.dialect.identifier_preparer.quote(schema)
    return {
        (table, name, definition.replace(f"{quoted}.", ""))
        for table, name, definition in connection.execute(query, {"schema": schema})
        if table != "alembic_version"
    }
