-- Rectification (整改): what a signed record asks to be corrected by a deadline, point by point, answered with pictures by the applicant's link.

CREATE TABLE rectifications (
    id TEXT PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES cases (id),
    visit_id TEXT NOT NULL UNIQUE REFERENCES visits (id),
    state TEXT NOT NULL CHECK (state IN ('open', 'answered', 'accepted', 'revisit')),
    remark TEXT NOT NULL,
    deadline_at BIGINT NOT NULL,
    reminded BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    closed_at BIGINT,
    revision BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX rectifications_state ON rectifications (state, deadline_at);
CREATE INDEX rectifications_case ON rectifications (case_id);

CREATE TABLE rectification_points (
    rectification_id TEXT NOT NULL REFERENCES rectifications (id),
    checkpoint TEXT NOT NULL,
    position BIGINT NOT NULL,
    result TEXT NOT NULL,
    note TEXT NOT NULL,
    before_still TEXT REFERENCES stills (id),
    state TEXT NOT NULL CHECK (state IN ('open', 'answered', 'again', 'accepted', 'revisit')),
    words TEXT,
    decided_by TEXT REFERENCES users (id),
    decided_at BIGINT,
    PRIMARY KEY (rectification_id, checkpoint)
);

-- Of the applicant. What was sent stays, also when more was asked for.
CREATE TABLE rectification_answers (
    id TEXT PRIMARY KEY,
    rectification_id TEXT NOT NULL REFERENCES rectifications (id),
    checkpoint TEXT NOT NULL,
    words TEXT NOT NULL,
    link_id TEXT NOT NULL REFERENCES case_links (id),
    at BIGINT NOT NULL
);
CREATE INDEX rectification_answers_of ON rectification_answers (rectification_id);

CREATE TABLE rectification_pictures (
    id TEXT PRIMARY KEY,
    rectification_id TEXT NOT NULL REFERENCES rectifications (id),
    checkpoint TEXT NOT NULL,
    answer_id TEXT REFERENCES rectification_answers (id),
    sha256 TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX rectification_pictures_of ON rectification_pictures (rectification_id);
