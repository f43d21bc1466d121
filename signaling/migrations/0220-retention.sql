-- How long a recording is kept, what may not be touched, and what was disposed of. docs/decisions/220-retention.md.

-- The class is that of the item when the recording began. due_at: when its term has ended, -1 never; NULL until somebody asks.
ALTER TABLE recordings ADD COLUMN retention TEXT;
ALTER TABLE recordings ADD COLUMN due_at BIGINT;
ALTER TABLE recordings ADD COLUMN disposed_at BIGINT;
CREATE INDEX recordings_due ON recordings (due_at);

CREATE TABLE legal_holds (
    id TEXT PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES cases (id),
    reason TEXT NOT NULL,
    placed_by TEXT NOT NULL REFERENCES users (id),
    placed_at BIGINT NOT NULL,
    lift_reason TEXT,
    lifted_by TEXT REFERENCES users (id),
    lifted_at BIGINT
);
CREATE INDEX legal_holds_case ON legal_holds (case_id);

CREATE TABLE disposals (
    id TEXT PRIMARY KEY,
    state TEXT NOT NULL CHECK (state IN ('open', 'approved', 'done', 'withdrawn')),
    reason TEXT NOT NULL,
    created_by TEXT NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL,
    closed_at BIGINT
);
CREATE INDEX disposals_state ON disposals (state);

-- `going`: the recorder has been told; until it has answered nobody can place a hold.
CREATE TABLE disposal_items (
    disposal_id TEXT NOT NULL REFERENCES disposals (id),
    recording_id TEXT NOT NULL REFERENCES recordings (id),
    state TEXT NOT NULL CHECK (state IN ('listed', 'going', 'disposed', 'kept')),
    problem TEXT,
    at BIGINT,
    PRIMARY KEY (disposal_id, recording_id)
);
CREATE INDEX disposal_items_recording ON disposal_items (recording_id);

CREATE TABLE disposal_approvals (
    disposal_id TEXT NOT NULL REFERENCES disposals (id),
    user_id TEXT NOT NULL REFERENCES users (id),
    at BIGINT NOT NULL,
    PRIMARY KEY (disposal_id, user_id)
);

-- Who did what; only ever added to. user_id NULL: the program itself.
CREATE TABLE retention_acts (
    id TEXT PRIMARY KEY,
    act TEXT NOT NULL,
    user_id TEXT REFERENCES users (id),
    case_id TEXT REFERENCES cases (id),
    disposal_id TEXT REFERENCES disposals (id),
    recording_id TEXT REFERENCES recordings (id),
    words TEXT NOT NULL,
    at BIGINT NOT NULL
);
