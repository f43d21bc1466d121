-- The catalogue as it was and will be: a published version is never changed, a visit names the one that it was held under.

CREATE TABLE item_versions (
    code TEXT NOT NULL,
    version BIGINT NOT NULL,
    effective_at BIGINT NOT NULL,
    published_at BIGINT NOT NULL,
    published_by TEXT REFERENCES users (id),
    content TEXT NOT NULL,
    PRIMARY KEY (code, version)
);

CREATE TABLE item_drafts (
    code TEXT PRIMARY KEY,
    content TEXT NOT NULL,
    revision BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    changed_by TEXT NOT NULL REFERENCES users (id)
);

-- NULL until somebody has entered the visit.
ALTER TABLE visits ADD COLUMN item_version BIGINT;
UPDATE visits SET item_version = (SELECT c.item_version FROM cases c WHERE c.id = visits.case_id) WHERE state IN ('live', 'ended');
