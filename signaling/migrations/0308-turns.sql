-- Numbers of people who come without an appointment (叫号). They count from 1 every day; the display shows numbers and counters, never names.

CREATE TABLE turns (
    id TEXT PRIMARY KEY,
    day BIGINT NOT NULL,
    number BIGINT NOT NULL,
    item_code TEXT,
    name TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'called', 'serving', 'skipped', 'done')),
    counter TEXT,
    called_by TEXT REFERENCES users (id),
    created_at BIGINT NOT NULL,
    called_at BIGINT,
    served_at BIGINT,
    done_at BIGINT,
    UNIQUE (day, number)
);
CREATE INDEX turns_done ON turns (done_at);
