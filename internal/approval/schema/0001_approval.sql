-- channel '' is the brand's own; a channel's row overrides it
CREATE TABLE approval_policy (
  brand TEXT NOT NULL,
  channel TEXT NOT NULL,
  steps TEXT NOT NULL,
  own BOOLEAN NOT NULL,
  tolerance BIGINT NOT NULL,
  deadline BIGINT NOT NULL,
  past TEXT NOT NULL,
  quiet_from TEXT NOT NULL,
  quiet_to TEXT NOT NULL,
  changed_at BIGINT NOT NULL,
  changed_by TEXT NOT NULL,
  PRIMARY KEY (brand, channel)
);

-- one submission of one post: immutable, another one follows any change
CREATE TABLE approval_round (
  id TEXT PRIMARY KEY,
  brand TEXT NOT NULL,
  post TEXT NOT NULL,
  n BIGINT NOT NULL,
  title TEXT NOT NULL,
  author TEXT NOT NULL,
  editor TEXT NOT NULL,
  by_person TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  local_time TEXT NOT NULL,
  zone TEXT NOT NULL,
  planned_at BIGINT NOT NULL,
  state TEXT NOT NULL,
  step BIGINT NOT NULL,
  due_at BIGINT,
  closed_at BIGINT,
  why TEXT NOT NULL,
  UNIQUE (brand, post, n)
);
CREATE INDEX approval_round_open ON approval_round (brand, planned_at, id) WHERE closed_at IS NULL;
CREATE UNIQUE INDEX approval_round_one ON approval_round (brand, post) WHERE closed_at IS NULL;
CREATE INDEX approval_round_todo ON approval_round (brand, planned_at, id) WHERE closed_at IS NULL AND state <> 'approved';
CREATE INDEX approval_round_asks ON approval_round (planned_at) WHERE closed_at IS NULL AND state IN ('waiting', 'at_client');

CREATE TABLE approval_item (
  round TEXT NOT NULL REFERENCES approval_round (id) ON DELETE CASCADE,
  brand TEXT NOT NULL,
  channel TEXT NOT NULL,
  place BIGINT NOT NULL,
  hash TEXT NOT NULL,
  content TEXT NOT NULL,
  asked BOOLEAN NOT NULL,
  PRIMARY KEY (round, channel)
);

CREATE TABLE approval_decision (
  id TEXT PRIMARY KEY,
  brand TEXT NOT NULL,
  post TEXT NOT NULL,
  round TEXT NOT NULL REFERENCES approval_round (id) ON DELETE CASCADE,
  gesture TEXT NOT NULL,
  channel TEXT NOT NULL,
  hash TEXT NOT NULL,
  local_time TEXT NOT NULL,
  zone TEXT NOT NULL,
  planned_at BIGINT NOT NULL,
  verdict TEXT NOT NULL,
  words TEXT NOT NULL,
  other_local TEXT NOT NULL,
  person TEXT NOT NULL,
  link TEXT NOT NULL,
  client BOOLEAN NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX approval_decision_post ON approval_decision (brand, post, id);

CREATE TABLE approval_remark (
  id TEXT PRIMARY KEY,
  brand TEXT NOT NULL,
  post TEXT NOT NULL,
  round TEXT NOT NULL REFERENCES approval_round (id) ON DELETE CASCADE,
  channel TEXT NOT NULL,
  part BIGINT NOT NULL,
  from_byte BIGINT NOT NULL,
  to_byte BIGINT NOT NULL,
  quote TEXT NOT NULL,
  media TEXT NOT NULL,
  x DOUBLE PRECISION NOT NULL,
  y DOUBLE PRECISION NOT NULL,
  words TEXT NOT NULL,
  instead TEXT,
  internal BOOLEAN NOT NULL,
  reply_to TEXT NOT NULL,
  person TEXT NOT NULL,
  link TEXT NOT NULL,
  at BIGINT NOT NULL,
  settled_at BIGINT,
  settled_by TEXT NOT NULL,
  accepted BOOLEAN NOT NULL
);
CREATE INDEX approval_remark_post ON approval_remark (brand, post, id);

-- what each reader has seen last, and before that
CREATE TABLE approval_look (
  brand TEXT NOT NULL,
  post TEXT NOT NULL,
  reader TEXT NOT NULL,
  round TEXT NOT NULL,
  before_round TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (brand, post, reader)
);

CREATE TABLE approval_link (
  id TEXT PRIMARY KEY,
  brand TEXT NOT NULL,
  name TEXT NOT NULL,
  email TEXT NOT NULL,
  language TEXT NOT NULL,
  token_hash TEXT NOT NULL,
  sealed TEXT NOT NULL,
  pin TEXT NOT NULL,
  from_day TEXT NOT NULL,
  to_day TEXT NOT NULL,
  made_by TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  ends_at BIGINT NOT NULL,
  revoked_at BIGINT,
  seen_at BIGINT,
  tries BIGINT NOT NULL,
  locked_until BIGINT
);
CREATE UNIQUE INDEX approval_link_token ON approval_link (token_hash);
CREATE INDEX approval_link_brand ON approval_link (brand, id);

CREATE TABLE approval_link_pass (
  hash TEXT PRIMARY KEY,
  brand TEXT NOT NULL,
  link TEXT NOT NULL REFERENCES approval_link (id) ON DELETE CASCADE,
  ends_at BIGINT NOT NULL
);

-- letters: one per reader, round and reason
CREATE TABLE approval_letter (
  id TEXT PRIMARY KEY,
  brand TEXT NOT NULL,
  round TEXT NOT NULL REFERENCES approval_round (id) ON DELETE CASCADE,
  reader TEXT NOT NULL,
  kind TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  sent_at BIGINT,
  UNIQUE (round, reader, kind)
);
CREATE INDEX approval_letter_reader ON approval_letter (brand, reader);
