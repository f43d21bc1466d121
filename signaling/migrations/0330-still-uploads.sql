-- What a phone said of a picture in the moment in which it took it: the bytes may come much later, and must be these.

ALTER TABLE stills ADD COLUMN taken_sha256 TEXT;
ALTER TABLE stills ADD COLUMN taken_bytes BIGINT;
ALTER TABLE stills ADD COLUMN taken_at BIGINT;
