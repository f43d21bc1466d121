-- The record of an inspection (现场核查记录): a version is frozen when the inspectors conclude, then signed by everybody. Nothing is ever rewritten:
-- a change is a new version, and what was signed stays.

ALTER TABLE visits ADD COLUMN decision TEXT;
ALTER TABLE visits ADD COLUMN deadline_at BIGINT;

CREATE TABLE records (
    id TEXT PRIMARY KEY,
    visit_id TEXT NOT NULL REFERENCES visits (id),
    version BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'signed', 'superseded')),
    decision TEXT NOT NULL CHECK (decision IN ('passed', 'rectify', 'failed', 'on-site')),
    remark TEXT NOT NULL,
    deadline_at BIGINT,
    inspectors_min BIGINT NOT NULL,
    content TEXT NOT NULL,
    digest TEXT NOT NULL,
    created_by TEXT NOT NULL REFERENCES participants (id),
    created_at BIGINT NOT NULL,
    signed_at BIGINT,
    pdf_sha256 TEXT,
    pdf_bytes BIGINT,
    signature_sha256 TEXT,
    UNIQUE (visit_id, version)
);

-- One per person: an inspector signs by password, the applicant with a finger, or refuses; then an inspector may have noted it.
CREATE TABLE record_signatures (
    record_id TEXT NOT NULL REFERENCES records (id),
    participant_id TEXT NOT NULL REFERENCES participants (id),
    act TEXT NOT NULL CHECK (act IN ('signed', 'refused')),
    words TEXT NOT NULL,
    strokes TEXT,
    noted_by TEXT REFERENCES participants (id),
    at BIGINT NOT NULL,
    PRIMARY KEY (record_id, participant_id)
);
