-- The office itself: who works there and how they prove it, and the trail of what everybody did, each line with the digest of the one before.

ALTER TABLE users ADD COLUMN division TEXT;
ALTER TABLE users ADD COLUMN totp TEXT;
ALTER TABLE users ADD COLUMN totp_wanted TEXT;
ALTER TABLE users ADD COLUMN totp_step BIGINT NOT NULL DEFAULT 0;

CREATE TABLE trail (
    seq BIGINT PRIMARY KEY,
    at BIGINT NOT NULL,
    user_id TEXT,
    account TEXT NOT NULL,
    act TEXT NOT NULL,
    object TEXT NOT NULL,
    digest TEXT NOT NULL
);
CREATE INDEX trail_at ON trail (at);
