-- Who looked at which recording, why and how: `review` with a reason, `play` and `export` as they happen.
CREATE TABLE recording_accesses (
    id TEXT PRIMARY KEY,
    recording_id TEXT NOT NULL REFERENCES recordings (id),
    user_id TEXT NOT NULL REFERENCES users (id),
    kind TEXT NOT NULL CHECK (kind IN ('review', 'play', 'export')),
    reason TEXT,
    at BIGINT NOT NULL
);
CREATE INDEX recording_accesses_recording ON recording_accesses (recording_id, id);
CREATE INDEX recording_accesses_user ON recording_accesses (user_id, id);
