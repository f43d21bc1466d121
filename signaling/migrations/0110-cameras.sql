-- Fixed cameras of a visit. Each is a participant of the role `camera`. The URL may carry a password: it is emptied when the camera is taken away
-- and when the visit ends.
CREATE TABLE cameras (
    participant_id TEXT PRIMARY KEY REFERENCES participants (id),
    visit_id TEXT NOT NULL REFERENCES visits (id),
    url TEXT NOT NULL,
    address TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    removed_at BIGINT
);
CREATE INDEX cameras_visit ON cameras (visit_id);
