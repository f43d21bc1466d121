-- What goes out to people and to other systems: written in the transaction of what it tells about, sent and repeated later.

ALTER TABLE cases ADD COLUMN email TEXT;

-- The applicant's way to the case without an account: what the office sends and the case's page are reached by it.
CREATE TABLE case_links (
    id TEXT PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES cases (id),
    created_by TEXT REFERENCES users (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT
);
CREATE INDEX case_links_case ON case_links (case_id);

-- Addresses of other systems: for events, or a gateway for messages to people.
CREATE TABLE hooks (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    purpose TEXT NOT NULL CHECK (purpose IN ('event', 'message')),
    url TEXT NOT NULL,
    secret TEXT NOT NULL,
    kinds TEXT NOT NULL,
    created_by TEXT NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL,
    removed_at BIGINT
);

CREATE TABLE deliveries (
    id TEXT PRIMARY KEY,
    seq BIGINT NOT NULL UNIQUE,
    channel TEXT NOT NULL CHECK (channel IN ('event', 'message', 'mail')),
    hook_id TEXT REFERENCES hooks (id),
    case_id TEXT NOT NULL REFERENCES cases (id),
    kind TEXT NOT NULL,
    data TEXT NOT NULL,
    recipient TEXT,
    state TEXT NOT NULL CHECK (state IN ('pending', 'sent', 'failed')),
    attempts BIGINT NOT NULL DEFAULT 0,
    next_at BIGINT NOT NULL,
    problem TEXT,
    created_at BIGINT NOT NULL,
    sent_at BIGINT
);
CREATE INDEX deliveries_due ON deliveries (state, next_at);
CREATE INDEX deliveries_order ON deliveries (hook_id, case_id, seq);
CREATE INDEX deliveries_case ON deliveries (case_id, seq);
