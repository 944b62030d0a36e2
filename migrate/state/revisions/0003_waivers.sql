-- What persons say about lines of the quarantine, when lines were open before, and merges by their survivor.

CREATE TABLE waiver (
    complaint UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    waived_by VARCHAR(255) NOT NULL,
    reason TEXT NOT NULL,
    until DATE NOT NULL,
    CONSTRAINT pk_waiver PRIMARY KEY (complaint, at)
);
COMMENT ON TABLE waiver IS 'What persons have said may stay in quarantine; the newest line of a complaint counts.';
COMMENT ON COLUMN waiver.complaint IS 'Line of the quarantine.';
COMMENT ON COLUMN waiver.at IS 'When it was waived; a line that was found later is another matter.';
COMMENT ON COLUMN waiver.waived_by IS 'Who takes the responsibility.';
COMMENT ON COLUMN waiver.reason IS 'Why it may stand.';
COMMENT ON COLUMN waiver.until IS 'Last day on which it holds, in UTC.';

CREATE TABLE earlier_complaint (
    complaint UUID NOT NULL,
    since TIMESTAMP WITH TIME ZONE NOT NULL,
    run BIGINT NOT NULL,
    released TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_earlier_complaint PRIMARY KEY (complaint, since)
);
COMMENT ON TABLE earlier_complaint IS 'When lines of the quarantine were open before they came back.';
COMMENT ON COLUMN earlier_complaint.complaint IS 'Line of the quarantine.';
COMMENT ON COLUMN earlier_complaint.since IS 'When it was found.';
COMMENT ON COLUMN earlier_complaint.run IS 'Run that found it.';
COMMENT ON COLUMN earlier_complaint.released IS 'When it was found no more.';

ALTER TABLE quarantine DROP CONSTRAINT ck_quarantine__state;
ALTER TABLE quarantine ADD CONSTRAINT ck_quarantine__state CHECK (state IN ('rejected', 'held', 'released'));
COMMENT ON COLUMN quarantine.state IS 'rejected, held or released; a waiver stands beside it.';

CREATE INDEX ix_crosswalk__entity_survivor ON crosswalk (entity, survivor) WHERE survivor IS NOT NULL;
