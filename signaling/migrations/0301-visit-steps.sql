-- What belongs to an inspection beside findings and stills. Degrees are millionths, so that they are numbers in every engine.

ALTER TABLE cases ADD COLUMN credit_code TEXT;
ALTER TABLE cases ADD COLUMN lat_e6 BIGINT;
ALTER TABLE cases ADD COLUMN lon_e6 BIGINT;
ALTER TABLE visits ADD COLUMN director TEXT;

-- What an inspector shows: the number of the law-enforcement or work certificate.
CREATE TABLE credentials (
    user_id TEXT PRIMARY KEY REFERENCES users (id),
    number TEXT NOT NULL,
    title TEXT NOT NULL,
    department TEXT NOT NULL,
    changed_at BIGINT NOT NULL
);

CREATE TABLE acts (
    id TEXT PRIMARY KEY,
    visit_id TEXT NOT NULL REFERENCES visits (id),
    act TEXT NOT NULL,
    participant_id TEXT NOT NULL REFERENCES participants (id),
    at BIGINT NOT NULL
);
CREATE INDEX acts_visit ON acts (visit_id, at);

CREATE TABLE locations (
    id TEXT PRIMARY KEY,
    visit_id TEXT NOT NULL REFERENCES visits (id),
    participant_id TEXT NOT NULL REFERENCES participants (id),
    lat_e6 BIGINT NOT NULL,
    lon_e6 BIGINT NOT NULL,
    accuracy_m BIGINT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX locations_visit ON locations (visit_id, at);

CREATE TABLE challenges (
    id TEXT PRIMARY KEY,
    visit_id TEXT NOT NULL REFERENCES visits (id),
    task_zh TEXT NOT NULL,
    task_en TEXT NOT NULL,
    participant_id TEXT NOT NULL REFERENCES participants (id),
    at BIGINT NOT NULL,
    result TEXT CHECK (result IN ('passed', 'failed')),
    judged_at BIGINT
);
CREATE INDEX challenges_visit ON challenges (visit_id, at);

CREATE TABLE measurements (
    id TEXT PRIMARY KEY,
    visit_id TEXT NOT NULL REFERENCES visits (id),
    checkpoint TEXT NOT NULL,
    value TEXT NOT NULL,
    unit TEXT NOT NULL,
    verdict TEXT CHECK (verdict IN ('pass', 'fail')),
    still_id TEXT REFERENCES stills (id),
    participant_id TEXT NOT NULL REFERENCES participants (id),
    at BIGINT NOT NULL
);
CREATE INDEX measurements_visit ON measurements (visit_id, at);

-- Corrected on the spot: the picture before and the one after.
CREATE TABLE corrections (
    id TEXT PRIMARY KEY,
    visit_id TEXT NOT NULL REFERENCES visits (id),
    checkpoint TEXT NOT NULL,
    before_still TEXT NOT NULL REFERENCES stills (id),
    after_still TEXT NOT NULL REFERENCES stills (id),
    participant_id TEXT NOT NULL REFERENCES participants (id),
    at BIGINT NOT NULL
);
CREATE INDEX corrections_visit ON corrections (visit_id, at);

-- Among inspectors; the applicant does not see them, the ledger says that they were private.
CREATE TABLE private_notes (
    id TEXT PRIMARY KEY,
    visit_id TEXT NOT NULL REFERENCES visits (id),
    participant_id TEXT NOT NULL REFERENCES participants (id),
    words TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX private_notes_visit ON private_notes (visit_id, at);
