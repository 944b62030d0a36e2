"""The tables of the state, in the schema `migration` beside the platform's own schema (named at run time).

They answer, for every legacy row ever read: which platform row is it, what was last seen of it, why is it not there,
and which run, under which mapping, decided so. They are written in the same transaction as the platform's rows.

Keys are legacy keys: text compared byte by byte (collation "C"). Ids and fingerprints are 16 bytes, kept as uuid.
Instants are the platform database's clock, with zone, except where a comment says otherwise.

The revisions under `revisions/` make them; a test compares both.
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
    Identity,
    Index,
    Integer,
    MetaData,
    Numeric,
    SmallInteger,
    String,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.schema import SchemaItem

SCHEMA = "migration"

METADATA = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s__%(column_0_N_name)s",
        "ix": "ix_%(table_name)s__%(column_0_N_name)s",
        "ck": "ck_%(table_name)s__%(constraint_name)s",
    },
)

ENTITY = String(60)
KEY = Text(collation="C")
INSTANT = DateTime(timezone=True)


def _column(
    name: str,
    kind: Any,
    comment: str,
    *items: SchemaItem,
    key: bool = False,
    optional: bool = False,
    **more: Any,
) -> Column[Any]:
    return Column(name, kind, *items, primary_key=key, nullable=optional, comment=comment, **more)


run = Table(
    "run",
    METADATA,
    _column("id", BigInteger, "Number of the run.", Identity(always=True), key=True),
    _column("mode", String(20), "full, delta, sweep, deep or redrive."),
    _column("status", String(20), "running, done, failed, interrupted or undone."),
    _column("started", INSTANT, "When it began."),
    _column("ended", INSTANT, "When it ended; empty while it runs or after a kill.", optional=True),
    _column(
        "as_of", DateTime, "The instant that ages and retention are judged against: the source's clock, UTC."
    ),
    _column(
        "window_low", DateTime, "From when changes were looked for: the source's clock, UTC.", optional=True
    ),
    _column(
        "window_high", DateTime, "Up to when changes were looked for: the source's clock, UTC.", optional=True
    ),
    _column("mappings", JSONB, "Entity to digest of the mapping that was used."),
    _column("plan", String(64), "SHA-256 of the planned slices."),
    _column("version", String(40), "Version of the program."),
    _column("host", String(255), "Machine on which the run was started or last resumed."),
    _column("pid", Integer, "Process on that machine."),
    _column("fence", BigInteger, "Fencing number under which the run may write."),
    _column("seconds", Numeric(12, 3), "How long it worked, all tries together.", optional=True),
    _column("totals", JSONB, "Entity to counts, written when the run ends.", optional=True),
    _column(
        "images",
        Boolean,
        "Whether what it overwrote is still kept, so that it can be taken back.",
        server_default="true",
    ),
    CheckConstraint("status IN ('running', 'done', 'failed', 'interrupted', 'undone')", name="status"),
    comment="One row per run.",
)

ledger = Table(
    "ledger",
    METADATA,
    _column("seq", BigInteger, "Position in the chain, from 1 without gaps.", key=True, autoincrement=False),
    _column("at", INSTANT, "When the entry was made."),
    _column("actor", String(255), "Who made it: person or process."),
    _column("kind", String(30), "What happened: run, batch, survey, lease, end ..."),
    _column("run", BigInteger, "Run in which it happened.", optional=True),
    _column("entity", ENTITY, "Entity of a batch.", optional=True),
    _column("slice", Integer, "Slice of a batch, within its entity.", optional=True),
    _column("batch", JSONB, "Position and key range of a batch.", optional=True),
    _column("tally", JSONB, "Counts; those of a batch balance.", optional=True),
    _column("digest", String(64), "SHA-256 of what was decided, key by key.", optional=True),
    _column("previous", String(64), "Hash of the entry before; zeros for the first."),
    _column("hash", String(64), "SHA-256 of this entry as canonical JSON, the previous hash included."),
    Index(None, "run", "entity"),
    comment="Append-only journal; every entry holds the hash of the one before.",
)

batch = Table(
    "batch",
    METADATA,
    _column("run", BigInteger, "Run that planned it.", ForeignKey("run.id"), key=True, autoincrement=False),
    _column("entity", ENTITY, "Entity of the slice.", key=True),
    _column("slice", Integer, "Number of the slice within its entity.", key=True, autoincrement=False),
    _column("position", Integer, "Position of the batch within the slice.", key=True, autoincrement=False),
    _column("kind", String(20), "What the slice reads: range, loose, survey or keys."),
    _column("member", String(60), "Member whose loose rows are read.", optional=True),
    _column("low", KEY, "Lower end of the key range, included.", optional=True),
    _column("high", KEY, "Upper end of the key range, not included.", optional=True),
    _column("ordinal", Integer, "Place in the run's plan, from 0; -1 for a batch that was not planned."),
    _column(
        "closed", BigInteger, "Ledger entry that closed it; empty while it is to be done.", optional=True
    ),
    comment="The plan of a run and its resume points.",
)

crosswalk = Table(
    "crosswalk",
    METADATA,
    _column("system", String(30), "Legacy system.", key=True),
    _column("entity", ENTITY, "Kind of thing.", key=True),
    _column("key", KEY, "Legacy key.", key=True),
    _column(
        "valid_to",
        INSTANT,
        "Until when the line held; infinity for the current one.",
        key=True,
        server_default="infinity",
    ),
    _column("valid_from", INSTANT, "Since when the line holds."),
    _column("id", Uuid, "Platform id."),
    _column("cause", String(20), "Why the line exists: first_load, arrived, stub, merge ..."),
    _column(
        "survivor", KEY, "For a merge: legacy key of the survivor, whose id this line has.", optional=True
    ),
    _column("run", BigInteger, "Run that wrote the line."),
    Index(None, "id"),
    Index(None, "entity", "survivor", postgresql_where=text("survivor IS NOT NULL")),
    comment="Which platform row a legacy key is, since when and why.",
)

key_image = Table(
    "key_image",
    METADATA,
    _column("entity", ENTITY, "Kind of thing.", key=True),
    _column("key", KEY, "Legacy key.", key=True),
    _column("id", Uuid, "Platform id, whether or not there is a row."),
    _column(
        "disposition",
        String(10),
        "What became of it when last seen: accepted, rejected, held, excluded, gone; none for rows of nobody's.",
    ),
    _column(
        "fingerprint",
        Uuid,
        "16 bytes over what the platform holds of it; empty when it was never loaded.",
        optional=True,
    ),
    _column(
        "version",
        Uuid,
        "16 bytes over rows, versions and stamps of its members when it was last read; a sweep compares them.",
        optional=True,
    ),
    _column("mapping", String(64), "Digest of the mapping that made it so."),
    _column("run", BigInteger, "Run that last changed this line."),
    comment="What was last seen of a legacy key; decides whether it changed.",
)

candidate = Table(
    "candidate",
    METADATA,
    _column("entity", ENTITY, "Kind of thing.", key=True),
    _column("key", KEY, "Legacy key.", key=True),
    _column(
        "cause", String(20), "Why it is looked at again: delta, sweep, rival, follower, redrive, undone."
    ),
    _column("gone", Boolean, "Its root was not there when it was looked for."),
    comment="Keys that a net has named and no batch has taken up yet; they outlive the run that named them.",
)

merge_claim = Table(
    "merge_claim",
    METADATA,
    _column("entity", ENTITY, "Kind of thing.", key=True),
    _column("loser", KEY, "Legacy key that a survivor says it has swallowed.", key=True),
    _column("survivor", KEY, "Legacy key of the survivor."),
    _column("run", BigInteger, "Run that read it."),
    comment="Merges that the legacy system itself names, whether or not the loser was ever loaded.",
)

member_size = Table(
    "member_size",
    METADATA,
    _column("entity", ENTITY, "Kind of thing.", key=True),
    _column("member", String(60), "Root or member of the mapping.", key=True),
    _column("rows", BigInteger, "Rows that were seen."),
    comment="How big the source was when it was last seen whole: a table that came back short deletes nothing.",
)

quarantine = Table(
    "quarantine",
    METADATA,
    _column(
        "id",
        Uuid,
        "Derived from entity, key, place, rule and need: the same complaint has the same id.",
        key=True,
    ),
    _column("entity", ENTITY, "Entity concerned."),
    _column("key", KEY, "Its legacy key; empty text for a row that names none."),
    _column(
        "scope", String(10), "entity: nothing of it is loaded or changed; row: one member row is set aside."
    ),
    _column("state", String(10), "rejected, held or released; a waiver stands beside it."),
    _column("found_in", String(20), "Kind of slice that found it."),
    _column("member", String(60), "Member of the mapping.", optional=True),
    _column("table_name", String(128), "Legacy table.", optional=True),
    _column("row_id", KEY, "Legacy key of the row.", optional=True),
    _column("column_name", String(128), "Legacy column.", optional=True),
    _column("rule", String(60), "Rule that was broken."),
    _column("value", Text, "The offending value; protected: never shown without a reason.", optional=True),
    _column("row", JSONB, "The whole legacy row; protected.", optional=True),
    _column("needs_entity", ENTITY, "For a hold: kind of the thing waited for.", optional=True),
    _column("needs_key", KEY, "For a hold: legacy key of the thing waited for.", optional=True),
    _column("since", INSTANT, "When it was found."),
    _column("run", BigInteger, "Run that found it."),
    _column("last_run", BigInteger, "Last run that found it again."),
    _column("released", INSTANT, "When it was found no more.", optional=True),
    CheckConstraint("scope IN ('entity', 'row')", name="scope"),
    CheckConstraint("state IN ('rejected', 'held', 'released')", name="state"),
    Index(None, "entity", "key", postgresql_where=text("state <> 'released'")),
    comment="What could not be loaded, why, and since when.",
)

earlier_complaint = Table(
    "earlier_complaint",
    METADATA,
    _column("complaint", Uuid, "Line of the quarantine.", key=True),
    _column("since", INSTANT, "When it was found.", key=True),
    _column("run", BigInteger, "Run that found it."),
    _column("released", INSTANT, "When it was found no more."),
    comment="When lines of the quarantine were open before they came back.",
)

waiver = Table(
    "waiver",
    METADATA,
    _column("complaint", Uuid, "Line of the quarantine.", key=True),
    _column("at", INSTANT, "When it was waived; a line that was found later is another matter.", key=True),
    _column("waived_by", String(255), "Who takes the responsibility."),
    _column("reason", Text, "Why it may stand."),
    _column("until", Date, "Last day on which it holds, in UTC."),
    comment="What persons have said may stay in quarantine; the newest line of a complaint counts.",
)

exclusion = Table(
    "exclusion",
    METADATA,
    _column("entity", ENTITY, "Entity concerned.", key=True),
    _column("key", KEY, "Its legacy key.", key=True),
    _column("table_name", String(128), "Legacy table.", key=True),
    _column("row_id", KEY, "Legacy key of the excluded row; the entity's own for a whole entity.", key=True),
    _column("rule", String(60), "Named rule that excludes it.", key=True),
    _column("run", BigInteger, "Run that first excluded it."),
    comment="What is deliberately not loaded, by which rule.",
)

natural_key = Table(
    "natural_key",
    METADATA,
    _column("entity", ENTITY, "Entity concerned.", key=True),
    _column("name", String(60), "Name of the natural key in the mapping.", key=True),
    _column("key", KEY, "Legacy key of the root.", key=True),
    _column("value", KEY, "Normalised value, or for a pointer the key it points at."),
    _column("variant", KEY, "What may differ between rightful owners of one value.", optional=True),
    _column("run", BigInteger, "Run that last changed this line; 0 for one from before this was kept."),
    Index(None, "entity", "name", "value"),
    comment="Natural keys of all roots, surveyed before the first batch.",
)

before_image = Table(
    "before_image",
    METADATA,
    _column("run", BigInteger, "Run that touched it.", key=True, autoincrement=False),
    _column(
        "table_name", String(128), "Platform table; for a line of the state, its schema and table.", key=True
    ),
    _column(
        "id", Uuid, "Key of the platform row; for a line of the state, a hash of what names it.", key=True
    ),
    _column("seq", BigInteger, "Order in which images were kept.", Identity(always=True)),
    _column("entity", ENTITY, "Entity in whose batch it was touched."),
    _column(
        "root_id", Uuid, "Root to which the row belonged then; empty for a line of the state.", optional=True
    ),
    _column("writer", BigInteger, "For a line of the state: run that had written it.", optional=True),
    _column("row", JSONB, "The whole row; protected: never shown. Empty when there was none.", optional=True),
    Index(None, "id"),
    Index(None, "writer", postgresql_where=text("writer IS NOT NULL")),
    comment="What a row or line was before a run first touched it; personal data.",
)

lease = Table(
    "lease",
    METADATA,
    _column("project", String(60), "What is leased: the legacy system being moved.", key=True),
    _column("fence", BigInteger, "Fencing number: grows with every holder; every write checks it."),
    _column("holder", String(255), "Who holds or last held it."),
    _column("host", String(255), "On which machine."),
    _column("pid", Integer, "In which process."),
    _column("since", INSTANT, "Since when."),
    _column("heartbeat", INSTANT, "Last sign of life."),
    _column("released", INSTANT, "When it was given back; empty while held or after a kill.", optional=True),
    comment="Who may write: one row per legacy system.",
)

schema_record = Table(
    "schema_record",
    METADATA,
    _column("system", String(30), "Legacy system.", key=True),
    _column("side", String(10), "legacy or platform.", key=True),
    _column("name", String(128), "Table, in upper case; empty for what is no table's own.", key=True),
    _column("description", JSONB, "What it looked like: columns, types, widths, settings."),
    _column("accepted", INSTANT, "When that was accepted as what is expected."),
    CheckConstraint("side IN ('legacy', 'platform')", name="side"),
    comment="What both databases looked like when that was last accepted; every run compares before it writes.",
)

bulk = Table(
    "bulk",
    METADATA,
    _column("table_name", String(63), "Platform table.", key=True),
    _column("name", String(63), "Name of the index, constraint or setting.", key=True),
    _column("kind", String(20), "index, constraint or setting."),
    _column("step", SmallInteger, "Order of making again: keys, unique, indexes, references, settings."),
    _column("definition", Text, "What makes it again, as the server wrote it down."),
    comment="Indexes, constraints and settings that are away during a first load; whoever comes next makes them again.",
)
