CREATE TABLE idempotency (
	person  TEXT NOT NULL,
	key     TEXT NOT NULL,
	request TEXT NOT NULL, -- hash of what was asked
	status  BIGINT NOT NULL, -- 0 while it is being done
	ctype   TEXT NOT NULL,
	body    BYTEA NOT NULL,
	made    BIGINT NOT NULL,
	expires BIGINT NOT NULL,
	PRIMARY KEY (person, key)
);
CREATE INDEX idempotency_expires ON idempotency (expires);
