-- Appointments (网上预约): when teams take which items, when the office is closed, and what became of a visit that did not take place.

CREATE TABLE slot_rules (
    id TEXT PRIMARY KEY,
    item_code TEXT,
    weekday BIGINT NOT NULL,
    from_minute BIGINT NOT NULL,
    to_minute BIGINT NOT NULL,
    minutes BIGINT NOT NULL,
    capacity BIGINT NOT NULL,
    lead_hours BIGINT NOT NULL,
    horizon_days BIGINT NOT NULL,
    created_by TEXT NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL,
    removed_at BIGINT
);

CREATE TABLE slot_rule_staff (
    rule_id TEXT NOT NULL REFERENCES slot_rules (id),
    user_id TEXT NOT NULL REFERENCES users (id),
    PRIMARY KEY (rule_id, user_id)
);

-- A day that is not as its weekday: 0 is closed, 1 to 7 works as Monday to Sunday (调休).
CREATE TABLE holidays (
    day TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    weekday BIGINT NOT NULL
);

ALTER TABLE visits ADD COLUMN rule_id TEXT;
ALTER TABLE visits ADD COLUMN cancelled_at BIGINT;
ALTER TABLE visits ADD COLUMN cancelled_by TEXT;
ALTER TABLE visits ADD COLUMN no_show_at BIGINT;
ALTER TABLE visits ADD COLUMN reminded_at BIGINT;

-- A calendar program has no cookie: whoever has the address reads the appointments of one account. Only its digest is kept.
CREATE TABLE calendar_feeds (
    digest TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL
);
