CREATE TABLE schema_record (
    system VARCHAR(30) NOT NULL,
    side VARCHAR(10) NOT NULL,
    name VARCHAR(128) NOT NULL,
    description JSONB NOT NULL,
    accepted TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_schema_record PRIMARY KEY (system, side, name),
    CONSTRAINT ck_schema_record__side CHECK (side IN ('legacy', 'platform'))
);
COMMENT ON TABLE schema_record IS 'What both databases looked like when that was last accepted; every run compares before it writes.';
COMMENT ON COLUMN schema_record.system IS 'Legacy system.';
COMMENT ON COLUMN schema_record.side IS 'legacy or platform.';
COMMENT ON COLUMN schema_record.name IS 'Table, in upper case; empty for what is no table''s own.';
COMMENT ON COLUMN schema_record.description IS 'What it looked like: columns, types, widths, settings.';
COMMENT ON COLUMN schema_record.accepted IS 'When that was accepted as what is expected.';
