-- Who asked for help, and who is on duty. A ticket's visit and case are made with it.
CREATE TABLE tickets (
    id TEXT PRIMARY KEY,
    number BIGINT NOT NULL,
    visit_id TEXT NOT NULL UNIQUE REFERENCES visits (id),
    subject TEXT NOT NULL,
    language TEXT NOT NULL,
    name TEXT NOT NULL,
    phone TEXT,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'serving', 'missed', 'done')),
    head BIGINT NOT NULL DEFAULT 0,
    notes TEXT NOT NULL DEFAULT '',
    user_id TEXT REFERENCES users (id),
    created_at BIGINT NOT NULL,
    answered_at BIGINT,
    done_at BIGINT
);
CREATE INDEX tickets_state ON tickets (state);
CREATE INDEX tickets_time ON tickets (created_at);

CREATE TABLE duties (
    user_id TEXT PRIMARY KEY REFERENCES users (id),
    subjects TEXT NOT NULL,
    languages TEXT NOT NULL,
    on_duty BIGINT NOT NULL,
    since BIGINT NOT NULL
);
