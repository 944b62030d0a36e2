-- What a run overwrites: rows of the platform, kept by the load, and lines of the state, kept by triggers.

CREATE TABLE before_image (
    run BIGINT NOT NULL,
    table_name VARCHAR(128) NOT NULL,
    id UUID NOT NULL,
    seq BIGINT GENERATED ALWAYS AS IDENTITY NOT NULL,
    entity VARCHAR(60) NOT NULL,
    root_id UUID,
    writer BIGINT,
    "row" JSONB,
    CONSTRAINT pk_before_image PRIMARY KEY (run, table_name, id)
);
CREATE INDEX ix_before_image__id ON before_image (id);
CREATE INDEX ix_before_image__writer ON before_image (writer) WHERE writer IS NOT NULL;
COMMENT ON TABLE before_image IS 'What a row or line was before a run first touched it; personal data.';
COMMENT ON COLUMN before_image.run IS 'Run that touched it.';
COMMENT ON COLUMN before_image.table_name IS 'Platform table; for a line of the state, its schema and table.';
COMMENT ON COLUMN before_image.id IS 'Key of the platform row; for a line of the state, a hash of what names it.';
COMMENT ON COLUMN before_image.seq IS 'Order in which images were kept.';
COMMENT ON COLUMN before_image.entity IS 'Entity in whose batch it was touched.';
COMMENT ON COLUMN before_image.root_id IS 'Root to which the row belonged then; empty for a line of the state.';
COMMENT ON COLUMN before_image.writer IS 'For a line of the state: run that had written it.';
COMMENT ON COLUMN before_image."row" IS 'The whole row; protected: never shown. Empty when there was none.';

ALTER TABLE run ADD COLUMN images BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE run ALTER COLUMN images SET DEFAULT TRUE;
ALTER TABLE run DROP CONSTRAINT ck_run__status;
ALTER TABLE run ADD CONSTRAINT ck_run__status
    CHECK (status IN ('running', 'done', 'failed', 'interrupted', 'undone'));
COMMENT ON COLUMN run.images IS 'Whether what it overwrote is still kept, so that it can be taken back.';
COMMENT ON COLUMN run.status IS 'running, done, failed, interrupted or undone.';

ALTER TABLE natural_key ADD COLUMN run BIGINT NOT NULL DEFAULT 0;
ALTER TABLE natural_key ALTER COLUMN run DROP DEFAULT;
COMMENT ON COLUMN natural_key.run IS 'Run that last changed this line; 0 for one from before this was kept.';

-- The run is what the transaction says in case_migrate.run; without it nothing is kept. A line that the same run
-- has written was not there before it. The trigger's arguments name the columns by which a line is known.
CREATE FUNCTION keep_lines() RETURNS trigger LANGUAGE plpgsql
SET search_path FROM CURRENT SET TimeZone = 'UTC' AS $$
DECLARE
    present BIGINT := nullif(current_setting('case_migrate.run', TRUE), '')::BIGINT;
BEGIN
    IF present IS NOT NULL THEN
        INSERT INTO before_image (run, table_name, id, entity, writer, "row")
        SELECT present, TG_TABLE_SCHEMA || '.' || TG_TABLE_NAME,
            md5((SELECT jsonb_agg(to_jsonb(o) -> name) FROM unnest(TG_ARGV) AS name)::text)::uuid,
            o.entity, o.run, to_jsonb(o)
        FROM old_lines AS o WHERE o.run <> present
        ON CONFLICT DO NOTHING;
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION keep_lines() IS 'Keeps what lines were before a run changed or deleted them.';

CREATE TRIGGER keep_updated AFTER UPDATE ON crosswalk REFERENCING OLD TABLE AS old_lines
    FOR EACH STATEMENT EXECUTE FUNCTION keep_lines('system', 'entity', 'key', 'valid_from');
CREATE TRIGGER keep_deleted AFTER DELETE ON crosswalk REFERENCING OLD TABLE AS old_lines
    FOR EACH STATEMENT EXECUTE FUNCTION keep_lines('system', 'entity', 'key', 'valid_from');
CREATE TRIGGER keep_updated AFTER UPDATE ON key_image REFERENCING OLD TABLE AS old_lines
    FOR EACH STATEMENT EXECUTE FUNCTION keep_lines('entity', 'key');
CREATE TRIGGER keep_deleted AFTER DELETE ON key_image REFERENCING OLD TABLE AS old_lines
    FOR EACH STATEMENT EXECUTE FUNCTION keep_lines('entity', 'key');
CREATE TRIGGER keep_updated AFTER UPDATE ON quarantine REFERENCING OLD TABLE AS old_lines
    FOR EACH STATEMENT EXECUTE FUNCTION keep_lines('id');
CREATE TRIGGER keep_deleted AFTER DELETE ON quarantine REFERENCING OLD TABLE AS old_lines
    FOR EACH STATEMENT EXECUTE FUNCTION keep_lines('id');
CREATE TRIGGER keep_updated AFTER UPDATE ON exclusion REFERENCING OLD TABLE AS old_lines
    FOR EACH STATEMENT EXECUTE FUNCTION keep_lines('entity', 'key', 'table_name', 'row_id', 'rule');
CREATE TRIGGER keep_deleted AFTER DELETE ON exclusion REFERENCING OLD TABLE AS old_lines
    FOR EACH STATEMENT EXECUTE FUNCTION keep_lines('entity', 'key', 'table_name', 'row_id', 'rule');
CREATE TRIGGER keep_updated AFTER UPDATE ON natural_key REFERENCING OLD TABLE AS old_lines
    FOR EACH STATEMENT EXECUTE FUNCTION keep_lines('entity', 'name', 'key');
CREATE TRIGGER keep_deleted AFTER DELETE ON natural_key REFERENCING OLD TABLE AS old_lines
    FOR EACH STATEMENT EXECUTE FUNCTION keep_lines('entity', 'name', 'key');
