-- Whether who is not in a visit may look at it while it is live: observers and administrators, announced to everybody in it.
ALTER TABLE visits ADD COLUMN observation INTEGER NOT NULL DEFAULT 1;
