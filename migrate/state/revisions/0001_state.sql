CREATE TABLE bulk (
    table_name VARCHAR(63) NOT NULL,
    name VARCHAR(63) NOT NULL,
    kind VARCHAR(20) NOT NULL,
    step SMALLINT NOT NULL,
    definition TEXT NOT NULL,
    CONSTRAINT pk_bulk PRIMARY KEY (table_name, name)
);
COMMENT ON TABLE bulk IS 'Indexes, constraints and settings that are away during a first load; whoever comes next makes them again.';
COMMENT ON COLUMN bulk.table_name IS 'Platform table.';
COMMENT ON COLUMN bulk.name IS 'Name of the index, constraint or setting.';
COMMENT ON COLUMN bulk.kind IS 'index, constraint or setting.';
COMMENT ON COLUMN bulk.step IS 'Order of making again: keys, unique, indexes, references, settings.';
COMMENT ON COLUMN bulk.definition IS 'What makes it again, as the server wrote it down.';

CREATE TABLE candidate (
    entity VARCHAR(60) NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    cause VARCHAR(20) NOT NULL,
    gone BOOLEAN NOT NULL,
    CONSTRAINT pk_candidate PRIMARY KEY (entity, key)
);
COMMENT ON TABLE candidate IS 'Keys that a net has named and no batch has taken up yet; they outlive the run that named them.';
COMMENT ON COLUMN candidate.entity IS 'Kind of thing.';
COMMENT ON COLUMN candidate.key IS 'Legacy key.';
COMMENT ON COLUMN candidate.cause IS 'Why it is looked at again: delta, sweep, rival, follower, redrive, undone.';
COMMENT ON COLUMN candidate.gone IS 'Its root was not there when it was looked for.';

CREATE TABLE crosswalk (
    system VARCHAR(30) NOT NULL,
    entity VARCHAR(60) NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    valid_to TIMESTAMP WITH TIME ZONE DEFAULT 'infinity' NOT NULL,
    valid_from TIMESTAMP WITH TIME ZONE NOT NULL,
    id UUID NOT NULL,
    cause VARCHAR(20) NOT NULL,
    survivor TEXT COLLATE "C",
    run BIGINT NOT NULL,
    CONSTRAINT pk_crosswalk PRIMARY KEY (system, entity, key, valid_to)
);
CREATE INDEX ix_crosswalk__id ON crosswalk (id);
COMMENT ON TABLE crosswalk IS 'Which platform row a legacy key is, since when and why.';
COMMENT ON COLUMN crosswalk.system IS 'Legacy system.';
COMMENT ON COLUMN crosswalk.entity IS 'Kind of thing.';
COMMENT ON COLUMN crosswalk.key IS 'Legacy key.';
COMMENT ON COLUMN crosswalk.valid_to IS 'Until when the line held; infinity for the current one.';
COMMENT ON COLUMN crosswalk.valid_from IS 'Since when the line holds.';
COMMENT ON COLUMN crosswalk.id IS 'Platform id.';
COMMENT ON COLUMN crosswalk.cause IS 'Why the line exists: first_load, arrived, stub, merge ...';
COMMENT ON COLUMN crosswalk.survivor IS 'For a merge: legacy key of the survivor, whose id this line has.';
COMMENT ON COLUMN crosswalk.run IS 'Run that wrote the line.';

CREATE TABLE exclusion (
    entity VARCHAR(60) NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    table_name VARCHAR(128) NOT NULL,
    row_id TEXT COLLATE "C" NOT NULL,
    rule VARCHAR(60) NOT NULL,
    run BIGINT NOT NULL,
    CONSTRAINT pk_exclusion PRIMARY KEY (entity, key, table_name, row_id, rule)
);
COMMENT ON TABLE exclusion IS 'What is deliberately not loaded, by which rule.';
COMMENT ON COLUMN exclusion.entity IS 'Entity concerned.';
COMMENT ON COLUMN exclusion.key IS 'Its legacy key.';
COMMENT ON COLUMN exclusion.table_name IS 'Legacy table.';
COMMENT ON COLUMN exclusion.row_id IS 'Legacy key of the excluded row; the entity''s own for a whole entity.';
COMMENT ON COLUMN exclusion.rule IS 'Named rule that excludes it.';
COMMENT ON COLUMN exclusion.run IS 'Run that first excluded it.';

CREATE TABLE key_image (
    entity VARCHAR(60) NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    id UUID NOT NULL,
    disposition VARCHAR(10) NOT NULL,
    fingerprint UUID,
    version UUID,
    mapping VARCHAR(64) NOT NULL,
    run BIGINT NOT NULL,
    CONSTRAINT pk_key_image PRIMARY KEY (entity, key)
);
COMMENT ON TABLE key_image IS 'What was last seen of a legacy key; decides whether it changed.';
COMMENT ON COLUMN key_image.entity IS 'Kind of thing.';
COMMENT ON COLUMN key_image.key IS 'Legacy key.';
COMMENT ON COLUMN key_image.id IS 'Platform id, whether or not there is a row.';
COMMENT ON COLUMN key_image.disposition IS 'What became of it when last seen: accepted, rejected, held, excluded, gone; none for rows of nobody''s.';
COMMENT ON COLUMN key_image.fingerprint IS '16 bytes over what the platform holds of it; empty when it was never loaded.';
COMMENT ON COLUMN key_image.version IS '16 bytes over rows, versions and stamps of its members when it was last read; a sweep compares them.';
COMMENT ON COLUMN key_image.mapping IS 'Digest of the mapping that made it so.';
COMMENT ON COLUMN key_image.run IS 'Run that last changed this line.';

CREATE TABLE lease (
    project VARCHAR(60) NOT NULL,
    fence BIGINT NOT NULL,
    holder VARCHAR(255) NOT NULL,
    host VARCHAR(255) NOT NULL,
    pid INTEGER NOT NULL,
    since TIMESTAMP WITH TIME ZONE NOT NULL,
    heartbeat TIMESTAMP WITH TIME ZONE NOT NULL,
    released TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_lease PRIMARY KEY (project)
);
COMMENT ON TABLE lease IS 'Who may write: one row per legacy system.';
COMMENT ON COLUMN lease.project IS 'What is leased: the legacy system being moved.';
COMMENT ON COLUMN lease.fence IS 'Fencing number: grows with every holder; every write checks it.';
COMMENT ON COLUMN lease.holder IS 'Who holds or last held it.';
COMMENT ON COLUMN lease.host IS 'On which machine.';
COMMENT ON COLUMN lease.pid IS 'In which process.';
COMMENT ON COLUMN lease.since IS 'Since when.';
COMMENT ON COLUMN lease.heartbeat IS 'Last sign of life.';
COMMENT ON COLUMN lease.released IS 'When it was given back; empty while held or after a kill.';

CREATE TABLE ledger (
    seq BIGINT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    actor VARCHAR(255) NOT NULL,
    kind VARCHAR(30) NOT NULL,
    run BIGINT,
    entity VARCHAR(60),
    slice INTEGER,
    batch JSONB,
    tally JSONB,
    digest VARCHAR(64),
    previous VARCHAR(64) NOT NULL,
    hash VARCHAR(64) NOT NULL,
    CONSTRAINT pk_ledger PRIMARY KEY (seq)
);
CREATE INDEX ix_ledger__run_entity ON ledger (run, entity);
COMMENT ON TABLE ledger IS 'Append-only journal; every entry holds the hash of the one before.';
COMMENT ON COLUMN ledger.seq IS 'Position in the chain, from 1 without gaps.';
COMMENT ON COLUMN ledger.at IS 'When the entry was made.';
COMMENT ON COLUMN ledger.actor IS 'Who made it: person or process.';
COMMENT ON COLUMN ledger.kind IS 'What happened: run, batch, survey, lease, end ...';
COMMENT ON COLUMN ledger.run IS 'Run in which it happened.';
COMMENT ON COLUMN ledger.entity IS 'Entity of a batch.';
COMMENT ON COLUMN ledger.slice IS 'Slice of a batch, within its entity.';
COMMENT ON COLUMN ledger.batch IS 'Position and key range of a batch.';
COMMENT ON COLUMN ledger.tally IS 'Counts; those of a batch balance.';
COMMENT ON COLUMN ledger.digest IS 'SHA-256 of what was decided, key by key.';
COMMENT ON COLUMN ledger.previous IS 'Hash of the entry before; zeros for the first.';
COMMENT ON COLUMN ledger.hash IS 'SHA-256 of this entry as canonical JSON, the previous hash included.';

CREATE TABLE member_size (
    entity VARCHAR(60) NOT NULL,
    member VARCHAR(60) NOT NULL,
    rows BIGINT NOT NULL,
    CONSTRAINT pk_member_size PRIMARY KEY (entity, member)
);
COMMENT ON TABLE member_size IS 'How big the source was when it was last seen whole: a table that came back short deletes nothing.';
COMMENT ON COLUMN member_size.entity IS 'Kind of thing.';
COMMENT ON COLUMN member_size.member IS 'Root or member of the mapping.';
COMMENT ON COLUMN member_size.rows IS 'Rows that were seen.';

CREATE TABLE merge_claim (
    entity VARCHAR(60) NOT NULL,
    loser TEXT COLLATE "C" NOT NULL,
    survivor TEXT COLLATE "C" NOT NULL,
    run BIGINT NOT NULL,
    CONSTRAINT pk_merge_claim PRIMARY KEY (entity, loser)
);
COMMENT ON TABLE merge_claim IS 'Merges that the legacy system itself names, whether or not the loser was ever loaded.';
COMMENT ON COLUMN merge_claim.entity IS 'Kind of thing.';
COMMENT ON COLUMN merge_claim.loser IS 'Legacy key that a survivor says it has swallowed.';
COMMENT ON COLUMN merge_claim.survivor IS 'Legacy key of the survivor.';
COMMENT ON COLUMN merge_claim.run IS 'Run that read it.';

CREATE TABLE natural_key (
    entity VARCHAR(60) NOT NULL,
    name VARCHAR(60) NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    value TEXT COLLATE "C" NOT NULL,
    variant TEXT COLLATE "C",
    CONSTRAINT pk_natural_key PRIMARY KEY (entity, name, key)
);
CREATE INDEX ix_natural_key__entity_name_value ON natural_key (entity, name, value);
COMMENT ON TABLE natural_key IS 'Natural keys of all roots, surveyed before the first batch.';
COMMENT ON COLUMN natural_key.entity IS 'Entity concerned.';
COMMENT ON COLUMN natural_key.name IS 'Name of the natural key in the mapping.';
COMMENT ON COLUMN natural_key.key IS 'Legacy key of the root.';
COMMENT ON COLUMN natural_key.value IS 'Normalised value, or for a pointer the key it points at.';
COMMENT ON COLUMN natural_key.variant IS 'What may differ between rightful owners of one value.';

CREATE TABLE quarantine (
    id UUID NOT NULL,
    entity VARCHAR(60) NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    scope VARCHAR(10) NOT NULL,
    state VARCHAR(10) NOT NULL,
    found_in VARCHAR(20) NOT NULL,
    member VARCHAR(60),
    table_name VARCHAR(128),
    row_id TEXT COLLATE "C",
    column_name VARCHAR(128),
    rule VARCHAR(60) NOT NULL,
    value TEXT,
    row JSONB,
    needs_entity VARCHAR(60),
    needs_key TEXT COLLATE "C",
    since TIMESTAMP WITH TIME ZONE NOT NULL,
    run BIGINT NOT NULL,
    last_run BIGINT NOT NULL,
    released TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_quarantine PRIMARY KEY (id),
    CONSTRAINT ck_quarantine__scope CHECK (scope IN ('entity', 'row')),
    CONSTRAINT ck_quarantine__state CHECK (state IN ('rejected', 'held', 'waived', 'released'))
);
CREATE INDEX ix_quarantine__entity_key ON quarantine (entity, key) WHERE state <> 'released';
COMMENT ON TABLE quarantine IS 'What could not be loaded, why, and since when.';
COMMENT ON COLUMN quarantine.id IS 'Derived from entity, key, place, rule and need: the same complaint has the same id.';
COMMENT ON COLUMN quarantine.entity IS 'Entity concerned.';
COMMENT ON COLUMN quarantine.key IS 'Its legacy key; empty text for a row that names none.';
COMMENT ON COLUMN quarantine.scope IS 'entity: nothing of it is loaded or changed; row: one member row is set aside.';
COMMENT ON COLUMN quarantine.state IS 'rejected, held, waived or released.';
COMMENT ON COLUMN quarantine.found_in IS 'Kind of slice that found it.';
COMMENT ON COLUMN quarantine.member IS 'Member of the mapping.';
COMMENT ON COLUMN quarantine.table_name IS 'Legacy table.';
COMMENT ON COLUMN quarantine.row_id IS 'Legacy key of the row.';
COMMENT ON COLUMN quarantine.column_name IS 'Legacy column.';
COMMENT ON COLUMN quarantine.rule IS 'Rule that was broken.';
COMMENT ON COLUMN quarantine.value IS 'The offending value; protected: never shown without a reason.';
COMMENT ON COLUMN quarantine.row IS 'The whole legacy row; protected.';
COMMENT ON COLUMN quarantine.needs_entity IS 'For a hold: kind of the thing waited for.';
COMMENT ON COLUMN quarantine.needs_key IS 'For a hold: legacy key of the thing waited for.';
COMMENT ON COLUMN quarantine.since IS 'When it was found.';
COMMENT ON COLUMN quarantine.run IS 'Run that found it.';
COMMENT ON COLUMN quarantine.last_run IS 'Last run that found it again.';
COMMENT ON COLUMN quarantine.released IS 'When it was found no more.';

CREATE TABLE run (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    mode VARCHAR(20) NOT NULL,
    status VARCHAR(20) NOT NULL,
    started TIMESTAMP WITH TIME ZONE NOT NULL,
    ended TIMESTAMP WITH TIME ZONE,
    as_of TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    window_low TIMESTAMP WITHOUT TIME ZONE,
    window_high TIMESTAMP WITHOUT TIME ZONE,
    mappings JSONB NOT NULL,
    plan VARCHAR(64) NOT NULL,
    version VARCHAR(40) NOT NULL,
    host VARCHAR(255) NOT NULL,
    pid INTEGER NOT NULL,
    fence BIGINT NOT NULL,
    seconds NUMERIC(12, 3),
    totals JSONB,
    CONSTRAINT pk_run PRIMARY KEY (id),
    CONSTRAINT ck_run__status CHECK (status IN ('running', 'done', 'failed', 'interrupted'))
);
COMMENT ON TABLE run IS 'One row per run.';
COMMENT ON COLUMN run.id IS 'Number of the run.';
COMMENT ON COLUMN run.mode IS 'full, delta, sweep, deep or redrive.';
COMMENT ON COLUMN run.status IS 'running, done, failed or interrupted.';
COMMENT ON COLUMN run.started IS 'When it began.';
COMMENT ON COLUMN run.ended IS 'When it ended; empty while it runs or after a kill.';
COMMENT ON COLUMN run.as_of IS 'The instant that ages and retention are judged against: the source''s clock, UTC.';
COMMENT ON COLUMN run.window_low IS 'From when changes were looked for: the source''s clock, UTC.';
COMMENT ON COLUMN run.window_high IS 'Up to when changes were looked for: the source''s clock, UTC.';
COMMENT ON COLUMN run.mappings IS 'Entity to digest of the mapping that was used.';
COMMENT ON COLUMN run.plan IS 'SHA-256 of the planned slices.';
COMMENT ON COLUMN run.version IS 'Version of the program.';
COMMENT ON COLUMN run.host IS 'Machine on which the run was started or last resumed.';
COMMENT ON COLUMN run.pid IS 'Process on that machine.';
COMMENT ON COLUMN run.fence IS 'Fencing number under which the run may write.';
COMMENT ON COLUMN run.seconds IS 'How long it worked, all tries together.';
COMMENT ON COLUMN run.totals IS 'Entity to counts, written when the run ends.';

CREATE TABLE batch (
    run BIGINT NOT NULL,
    entity VARCHAR(60) NOT NULL,
    slice INTEGER NOT NULL,
    position INTEGER NOT NULL,
    kind VARCHAR(20) NOT NULL,
    member VARCHAR(60),
    low TEXT COLLATE "C",
    high TEXT COLLATE "C",
    ordinal INTEGER NOT NULL,
    closed BIGINT,
    CONSTRAINT pk_batch PRIMARY KEY (run, entity, slice, position),
    CONSTRAINT fk_batch__run FOREIGN KEY(run) REFERENCES run (id)
);
COMMENT ON TABLE batch IS 'The plan of a run and its resume points.';
COMMENT ON COLUMN batch.run IS 'Run that planned it.';
COMMENT ON COLUMN batch.entity IS 'Entity of the slice.';
COMMENT ON COLUMN batch.slice IS 'Number of the slice within its entity.';
COMMENT ON COLUMN batch.position IS 'Position of the batch within the slice.';
COMMENT ON COLUMN batch.kind IS 'What the slice reads: range, loose, survey or keys.';
COMMENT ON COLUMN batch.member IS 'Member whose loose rows are read.';
COMMENT ON COLUMN batch.low IS 'Lower end of the key range, included.';
COMMENT ON COLUMN batch.high IS 'Upper end of the key range, not included.';
COMMENT ON COLUMN batch.ordinal IS 'Place in the run''s plan, from 0; -1 for a batch that was not planned.';
COMMENT ON COLUMN batch.closed IS 'Ledger entry that closed it; empty while it is to be done.';

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is append-only' USING ERRCODE = 'restrict_violation';
END $$;
COMMENT ON FUNCTION refuse_change() IS 'Keeps the ledger append-only; the hash chain finds who goes around it.';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON ledger FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON ledger FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
