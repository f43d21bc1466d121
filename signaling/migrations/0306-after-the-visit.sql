-- What follows a visit: how the applicant found it, whether it is looked at again on site; and what is attached to a case.

CREATE TABLE evaluations (
    visit_id TEXT PRIMARY KEY REFERENCES visits (id),
    score BIGINT NOT NULL CHECK (score BETWEEN 1 AND 5),
    words TEXT NOT NULL,
    link_id TEXT NOT NULL REFERENCES case_links (id),
    at BIGINT NOT NULL
);

-- One for every inspection that was passed, drawn or not, so that the draw itself can be looked at.
CREATE TABLE audits (
    id TEXT PRIMARY KEY,
    visit_id TEXT NOT NULL UNIQUE REFERENCES visits (id),
    percent BIGINT NOT NULL,
    number BIGINT NOT NULL,
    drawn BIGINT NOT NULL,
    drawn_at BIGINT NOT NULL,
    result TEXT CHECK (result IN ('agrees', 'differs')),
    words TEXT,
    done_by TEXT REFERENCES users (id),
    done_at BIGINT
);
CREATE INDEX audits_drawn ON audits (drawn, done_at);

CREATE TABLE attachments (
    id TEXT PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES cases (id),
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    user_id TEXT REFERENCES users (id),
    link_id TEXT REFERENCES case_links (id),
    at BIGINT NOT NULL
);
CREATE INDEX attachments_case ON attachments (case_id);
