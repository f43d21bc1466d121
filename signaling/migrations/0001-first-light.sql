-- Ids are UUID version 7 and times µs since 1970, both made by the program. Plain SQL that SQLite and PostgreSQL share.

CREATE TABLE users (
    id TEXT PRIMARY KEY,
    account TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('inspector', 'helper', 'observer', 'admin')),
    password TEXT NOT NULL,
    disabled BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    revision BIGINT NOT NULL DEFAULT 1
);

CREATE TABLE sign_ins (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sign_ins_expiry ON sign_ins (expires_at);

CREATE TABLE cases (
    id TEXT PRIMARY KEY,
    case_number TEXT NOT NULL UNIQUE,
    item_code TEXT NOT NULL,
    item_version BIGINT NOT NULL,
    applicant TEXT NOT NULL,
    premises TEXT NOT NULL,
    phone TEXT,
    created_at BIGINT NOT NULL,
    revision BIGINT NOT NULL DEFAULT 1
);

CREATE TABLE visits (
    id TEXT PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES cases (id),
    kind TEXT NOT NULL CHECK (kind IN ('inspection', 'assistance')),
    state TEXT NOT NULL CHECK (state IN ('scheduled', 'waiting', 'live', 'ended')),
    scheduled_at BIGINT NOT NULL,
    started_at BIGINT,
    ended_at BIGINT,
    conclusion TEXT,
    checkpoint TEXT,
    checkpoint_since BIGINT,
    created_at BIGINT NOT NULL,
    revision BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX visits_case ON visits (case_id);
CREATE INDEX visits_time ON visits (scheduled_at);
CREATE INDEX visits_state ON visits (state);

CREATE TABLE visit_staff (
    visit_id TEXT NOT NULL REFERENCES visits (id),
    user_id TEXT NOT NULL REFERENCES users (id),
    PRIMARY KEY (visit_id, user_id)
);
CREATE INDEX visit_staff_user ON visit_staff (user_id);

CREATE TABLE invitations (
    id TEXT PRIMARY KEY,
    visit_id TEXT NOT NULL REFERENCES visits (id),
    name TEXT NOT NULL,
    created_by TEXT NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT,
    used_at BIGINT
);
CREATE INDEX invitations_visit ON invitations (visit_id);

-- A member of the staff by account, an applicant by invitation, a stream by neither (its bearer token names the participant).
CREATE TABLE participants (
    id TEXT PRIMARY KEY,
    visit_id TEXT NOT NULL REFERENCES visits (id),
    role TEXT NOT NULL,
    name TEXT NOT NULL,
    user_id TEXT REFERENCES users (id),
    invitation_id TEXT REFERENCES invitations (id),
    state TEXT NOT NULL CHECK (state IN ('invited', 'waiting', 'admitted', 'left')),
    waiting_since BIGINT,
    consent TEXT,
    consent_at BIGINT,
    joined_at BIGINT,
    created_at BIGINT NOT NULL,
    UNIQUE (visit_id, user_id),
    UNIQUE (invitation_id)
);
CREATE INDEX participants_visit ON participants (visit_id);

CREATE TABLE marks (
    id TEXT PRIMARY KEY,
    visit_id TEXT NOT NULL REFERENCES visits (id),
    kind TEXT NOT NULL,
    checkpoint TEXT,
    at BIGINT NOT NULL,
    participant_id TEXT REFERENCES participants (id)
);
CREATE INDEX marks_visit ON marks (visit_id, at);

CREATE TABLE findings (
    visit_id TEXT NOT NULL REFERENCES visits (id),
    checkpoint TEXT NOT NULL,
    result TEXT,
    note TEXT NOT NULL,
    participant_id TEXT NOT NULL REFERENCES participants (id),
    at BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    PRIMARY KEY (visit_id, checkpoint)
);

CREATE TABLE stills (
    id TEXT PRIMARY KEY,
    visit_id TEXT NOT NULL REFERENCES visits (id),
    checkpoint TEXT,
    requested_by TEXT NOT NULL REFERENCES participants (id),
    participant_id TEXT NOT NULL REFERENCES participants (id),
    at BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('requested', 'stored')),
    sha256 TEXT,
    bytes BIGINT
);
CREATE INDEX stills_visit ON stills (visit_id, at);

CREATE TABLE recordings (
    id TEXT PRIMARY KEY,
    visit_id TEXT NOT NULL UNIQUE REFERENCES visits (id),
    started_at BIGINT NOT NULL,
    ended_at BIGINT,
    site_participant TEXT NOT NULL REFERENCES participants (id),
    title TEXT NOT NULL
);

-- What the recorder has yet to confirm, in order within a visit. Position 0 starts the recording; a consent may wait before there is one.
CREATE TABLE outbox (
    visit_id TEXT NOT NULL REFERENCES visits (id),
    position BIGINT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('start', 'entry', 'still', 'end')),
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    delivered_at BIGINT,
    refused TEXT,
    PRIMARY KEY (visit_id, position)
);
CREATE INDEX outbox_pending ON outbox (delivered_at, visit_id);
