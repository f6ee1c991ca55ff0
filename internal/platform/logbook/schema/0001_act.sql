CREATE TABLE act (
    seq SERIAL_KEY,
    id TEXT NOT NULL UNIQUE,
    brand TEXT NOT NULL,
    at BIGINT NOT NULL,
    actor_kind TEXT NOT NULL,
    actor TEXT NOT NULL,
    token TEXT NOT NULL,
    act TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    data TEXT NOT NULL,
    personal_hash TEXT NOT NULL
);

-- A transaction has its number before it draws an entry's: the readers wait
-- for every transaction that could still bring a lower entry (tail.go).

-- only: postgres
ALTER TABLE act ALTER COLUMN seq DROP IDENTITY;
CREATE SEQUENCE act_seq OWNED BY act.seq;
-- +goose StatementBegin
CREATE FUNCTION act_next() RETURNS BIGINT LANGUAGE sql VOLATILE AS
    $$ SELECT pg_current_xact_id(); SELECT nextval('act_seq') $$;
-- +goose StatementEnd
ALTER TABLE act ALTER COLUMN seq SET DEFAULT act_next();

CREATE INDEX act_brand ON act (brand, seq);
CREATE INDEX act_subject ON act (brand, subject_kind, subject, seq);
CREATE INDEX act_actor ON act (brand, actor, seq);

-- What can be erased without breaking the chain, which only knows its hash.
CREATE TABLE act_personal (
    act TEXT PRIMARY KEY,
    about TEXT NOT NULL,
    salt BYTEA NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX act_personal_about ON act_personal (about) WHERE about <> '';

-- The time a person spent: hers alone.
CREATE TABLE act_took (
    act TEXT PRIMARY KEY,
    person TEXT NOT NULL,
    at BIGINT NOT NULL,
    ms BIGINT NOT NULL
);
CREATE INDEX act_took_person ON act_took (person, at);

CREATE TABLE act_block (
    brand TEXT NOT NULL,
    number BIGINT NOT NULL,
    first_seq BIGINT NOT NULL,
    last_seq BIGINT NOT NULL,
    entries BIGINT NOT NULL,
    leaves BYTEA NOT NULL,
    previous TEXT NOT NULL,
    hash TEXT NOT NULL,
    sealed_at BIGINT NOT NULL,
    PRIMARY KEY (brand, number)
);

-- How far each reader, and the sealer, has come.
CREATE TABLE act_cursor (
    reader TEXT PRIMARY KEY,
    seq BIGINT NOT NULL
);
