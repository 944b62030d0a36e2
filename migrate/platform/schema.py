"""The vocabulary in which the platform's tables are written.

In: names, plain-English meanings, widths. Out: SQLAlchemy `Table` objects in `METADATA`, without a schema
name (the schema is chosen at run time, see `migrate.platform.metadata`).

Every builder demands a comment, so that a table or column without a meaning cannot be written. The
conventions:

    <table>_id    the table's own uuid, or the uuid of a row of that other table
    <x>_code      a code of the list named in `Column.info["code_list"]`, kept in the table `code_<list>`
    <x>_on        a calendar date, as are valid_from, valid_to, since and <x>_until;   <x>_at  an instant, UTC
    is_, has_     true, false, or NULL where the office never said
    others        text as the office wrote it, numbers and amounts

A *root* is the leading table of an aggregate; a *member* carries its root's id, so that a whole aggregate
can be read, compared and replaced by one column. `Table.info` holds `root` (name of the root table; None
for tables outside any aggregate) and `root_id` (name of the column with the root's id; None for code
tables).

References are indexed, optional ones by a partial index, which stays small where the column is rarely
filled. References to what is never taken away (codes, users, offices, positions) are indexed only where
they say to which aggregate a row belongs, or where people search by them: no delete ever has to look for
them, and a first load would pay for a hundred indexes that nobody asks.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Numeric,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.schema import SchemaItem
from sqlalchemy.types import TypeEngine

METADATA = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s__%(column_0_N_name)s",
        "uq": "uq_%(table_name)s__%(column_0_N_name)s",
        "ix": "ix_%(table_name)s__%(column_0_N_name)s",
        "ck": "ck_%(table_name)s__%(constraint_name)s",
    }
)

LASTING = frozenset(
    {"user_account", "office", "position"}
)  # rows that are never taken away, beside the codes

AMOUNT = Numeric(22, 7)  # as wide and as exact as the widest amount a legacy system is known to hold


def root_table(name: str, comment: str, *items: SchemaItem, stamps_required: bool = True) -> Table:
    """The leading table of an aggregate: uuid primary key, its own columns, and the four stamps."""
    return _table(name, comment, *items, *_stamps(stamps_required), root=name, root_id=f"{name}_id")


def member_table(name: str, root: str, comment: str, *items: SchemaItem, stamps: bool = False) -> Table:
    """A table whose rows travel with a row of `root`; `stamps` where officers rely on who wrote it when."""
    root_id = f"{root}_id"
    belongs = reference(
        root_id, root, f"The {root.replace('_', ' ')} to which this row belongs.", required=True
    )
    belongs.info["indexed"] = True
    return _table(
        name, comment, belongs, *items, *(_stamps(True) if stamps else ()), root=root, root_id=root_id
    )


def marks_table(name: str, comment: str, *items: SchemaItem, root_id: str) -> Table:
    """A table of remarks about rows of any aggregate; `root_id` names its column with the aggregate's id."""
    return _table(name, comment, *items, root=None, root_id=root_id)


def words(name: str, width: int, comment: str, *, required: bool = False) -> Column[Any]:
    """Text of at most `width` characters."""
    return _column(name, String(width), comment, required)


def long_text(name: str, comment: str, *, required: bool = False) -> Column[Any]:
    """Text of any length."""
    return _column(name, Text(), comment, required)


def flag(name: str, comment: str, *, required: bool = False) -> Column[Any]:
    """True or false; NULL, unless required, means that the office never said."""
    return _column(name, Boolean(), comment, required)


def day(name: str, comment: str, *, required: bool = False) -> Column[Any]:
    """A calendar date without a time of day or a zone."""
    return _column(name, Date(), comment, required)


def instant(name: str, comment: str, *, required: bool = False) -> Column[Any]:
    """A moment in time, kept in UTC."""
    return _column(name, DateTime(timezone=True), f"{comment} UTC.", required)


def count(name: str, comment: str, *, required: bool = False) -> Column[Any]:
    """A whole number up to two thousand million."""
    return _column(name, Integer(), comment, required)


def small(name: str, comment: str) -> Column[Any]:
    """A whole number up to 32767; optional."""
    return _column(name, SmallInteger(), comment, False)


def big_count(name: str, comment: str, *, required: bool = False) -> Column[Any]:
    """A whole number beyond two thousand million, such as a size in bytes."""
    return _column(name, BigInteger(), comment, required)


def amount(name: str, comment: str, *, required: bool = False) -> Column[Any]:
    """An exact decimal: 15 digits before the point, 7 after it."""
    return _column(name, AMOUNT, comment, required)


def code(name: str, code_list: str, comment: str, *, required: bool = False) -> Column[Any]:
    """A code of the list `code_list`; the foreign key leads to the table `code_<list>`."""
    assert name.endswith("_code"), name
    target = ForeignKey(f"code_{code_list}.code")
    return _column(name, String(30), comment, required, target, info={"code_list": code_list})


def reference(
    name: str, table: str, comment: str, *, required: bool = False, waits: bool = False
) -> Column[Any]:
    """The uuid of a row of `table`, with foreign key; with an index unless that table is LASTING.

    waits: the key is checked at commit when the transaction asks for it. So it is between rows of one table, which may
    come in any order, and of one aggregate: a row may go before the one that stays refers to it no more.
    """
    assert name.endswith("_id"), name
    order = "IMMEDIATE" if waits else None
    target = ForeignKey(f"{table}.{table}_id", deferrable=waits or None, initially=order)
    return _column(name, Uuid(), comment, required, target, info={"indexed": table not in LASTING})


def plain_id(name: str, comment: str, *, required: bool = False) -> Column[Any]:
    """A uuid that no single foreign key can describe."""
    return _column(name, Uuid(), comment, required)


def check(name: str, rule: str) -> CheckConstraint:
    """A rule of one row; `name` says in two or three words what holds."""
    return CheckConstraint(rule, name=name)


def at_least(name: str, column: str, least: int) -> CheckConstraint:
    """The smallest number that a column may hold; smaller ones are found before the write."""
    return CheckConstraint(f"{column} >= {least}", name=name, info={"least": {column: least}})


def elsewhere(name: str, column: str, key: str) -> CheckConstraint:
    """A reference that never names its own row, whose key is `key`; such ones are found before the write."""
    return CheckConstraint(f"{column} <> {key}", name=name, info={"elsewhere": column})


def unique(*columns: str) -> UniqueConstraint:
    """No two rows agree in these columns, whatever the legacy data holds."""
    return UniqueConstraint(*columns)


def index(*columns: str) -> Index:
    """An index for a search that people or programs make by these columns."""
    return Index(None, *columns)


def _table(name: str, comment: str, *items: SchemaItem, root: str | None, root_id: str) -> Table:
    key: Column[Any] = Column(f"{name}_id", Uuid(), primary_key=True, comment="Identity of the row.")
    table = Table(name, METADATA, key, *items, comment=comment, info={"root": root, "root_id": root_id})
    already = {tuple(rule.columns) for rule in table.constraints if isinstance(rule, UniqueConstraint)}
    for column in table.columns:
        if column.info.pop("indexed", False) and (column,) not in already:
            filled = text(f"{column.name} IS NOT NULL") if column.nullable else None
            Index(None, column, postgresql_where=filled)
    return table


def _stamps(required: bool) -> tuple[Column[Any], ...]:
    return (
        instant(
            "recorded_at", "When the record was made, as stamped by the system of origin.", required=required
        ),
        _user("recorded_by_id", "Who made the record."),
        instant(
            "changed_at",
            "When the record was last changed, as stamped by the system of origin.",
            required=required,
        ),
        _user("changed_by_id", "Who last changed the record."),
    )


def _user(name: str, comment: str) -> Column[Any]:
    """A stamp; deferrable, since users are stamped by users."""
    return _column(name, Uuid(), comment, False, _to_user())


def _to_user() -> ForeignKey:
    return ForeignKey("user_account.user_account_id", deferrable=True, initially="IMMEDIATE")


def _column(
    name: str,
    kind: TypeEngine[Any],
    comment: str,
    required: bool,
    *items: SchemaItem,
    info: dict[str, Any] | None = None,
) -> Column[Any]:
    assert comment.endswith("."), f"{name}: the comment is not a sentence"
    return Column(name, kind, *items, nullable=not required, comment=comment, info=info or {})
