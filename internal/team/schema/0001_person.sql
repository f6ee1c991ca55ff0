CREATE TABLE person (
  id          TEXT PRIMARY KEY,
  name        TEXT NOT NULL,
  email       TEXT NOT NULL, -- as she writes it; '' for a guest of the example
  email_key   TEXT UNIQUE,   -- folded; NULL for a guest
  password    TEXT NOT NULL, -- argon2id, PHC string; '' when she has none
  language    TEXT NOT NULL,
  zone        TEXT NOT NULL,
  theme       TEXT NOT NULL,
  keyboard    BOOLEAN NOT NULL,
  measure     BOOLEAN NOT NULL,
  admin       BOOLEAN NOT NULL,
  guest       BOOLEAN NOT NULL,
  disabled_at BIGINT,
  made_at     BIGINT NOT NULL,
  version     BIGINT NOT NULL
);

-- Holds at most one row: whoever writes it made the first account.
CREATE TABLE person_first (
  one    BIGINT PRIMARY KEY CHECK (one = 1),
  person TEXT NOT NULL REFERENCES person (id)
);

CREATE TABLE person_role (
  brand     TEXT NOT NULL REFERENCES brand (id),
  person    TEXT NOT NULL REFERENCES person (id),
  role      TEXT NOT NULL,
  since     BIGINT NOT NULL,
  closed_at BIGINT, -- the brand is archived: the role waits
  PRIMARY KEY (brand, person)
);
CREATE INDEX person_role_person ON person_role (person);

CREATE TABLE person_session (
  id         TEXT PRIMARY KEY,
  hash       TEXT NOT NULL UNIQUE, -- SHA-256 of what the cookie holds
  person     TEXT NOT NULL REFERENCES person (id),
  agent      TEXT NOT NULL,
  network    TEXT NOT NULL,
  made_at    BIGINT NOT NULL,
  seen_at    BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX person_session_person ON person_session (person);

-- A browser from which a person once signed in keeps its own budget of tries.
CREATE TABLE person_device (
  hash    TEXT NOT NULL,
  person  TEXT NOT NULL REFERENCES person (id),
  made_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  PRIMARY KEY (hash, person)
);
CREATE INDEX person_device_person ON person_device (person);

-- person is NULL when nobody has the address: the work is the same, so that
-- the time of the answer tells nothing.
CREATE TABLE person_reset (
  id         TEXT PRIMARY KEY,
  hash       TEXT NOT NULL UNIQUE,
  sealed     TEXT NOT NULL, -- the token until its mail has left, then ''
  person     TEXT REFERENCES person (id),
  asked_at   BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at    BIGINT
);
CREATE INDEX person_reset_person ON person_reset (person);

CREATE TABLE person_token (
  id         TEXT PRIMARY KEY,
  hash       TEXT NOT NULL UNIQUE,
  person     TEXT NOT NULL REFERENCES person (id),
  name       TEXT NOT NULL,
  hint       TEXT NOT NULL, -- its last four characters, to tell one from another
  brand      TEXT REFERENCES brand (id),
  scopes     TEXT NOT NULL,
  made_at    BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at    BIGINT,
  revoked_at BIGINT
);
CREATE INDEX person_token_person ON person_token (person);

CREATE TABLE invitation (
  id          TEXT PRIMARY KEY,
  hash        TEXT NOT NULL UNIQUE,
  sealed      TEXT NOT NULL, -- the token until its mail has left, then ''
  brand       TEXT REFERENCES brand (id), -- NULL: into the instance only
  role        TEXT NOT NULL,
  admin       BOOLEAN NOT NULL,
  email       TEXT NOT NULL, -- '' when handed over as a link
  language    TEXT NOT NULL,
  inviter     TEXT REFERENCES person (id),
  made_at     BIGINT NOT NULL,
  expires_at  BIGINT NOT NULL,
  accepted_at BIGINT,
  accepted_by TEXT REFERENCES person (id),
  revoked_at  BIGINT
);
CREATE INDEX invitation_brand ON invitation (brand);
