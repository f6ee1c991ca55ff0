-- one row a brand: its settings, and what its answers and positions are at
CREATE TABLE answer_shelf (
  brand TEXT PRIMARY KEY,
  version BIGINT NOT NULL,
  months BIGINT NOT NULL,
  stale TEXT NOT NULL,
  variables TEXT NOT NULL
);

CREATE TABLE answer (
  id TEXT PRIMARY KEY,
  brand TEXT NOT NULL,
  title TEXT NOT NULL,
  question TEXT NOT NULL,
  folder TEXT NOT NULL,
  labels TEXT NOT NULL,
  texts TEXT NOT NULL,
  media TEXT NOT NULL,
  position TEXT NOT NULL,
  rests_on BIGINT NOT NULL,
  uses BIGINT NOT NULL,
  used_at BIGINT,
  reviewed_at BIGINT NOT NULL,
  archived_at BIGINT,
  made_at BIGINT NOT NULL,
  author TEXT NOT NULL,
  changed_at BIGINT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX answer_brand ON answer (brand, id);

-- a saved answer as each change left it
CREATE TABLE answer_version (
  brand TEXT NOT NULL,
  answer TEXT NOT NULL,
  version BIGINT NOT NULL,
  at BIGINT NOT NULL,
  person TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (answer, version)
);
CREATE INDEX answer_version_brand ON answer_version (brand, answer, version);

CREATE TABLE position (
  id TEXT PRIMARY KEY,
  brand TEXT NOT NULL,
  subject TEXT NOT NULL,
  withdrawn_at BIGINT,
  made_at BIGINT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX position_brand ON position (brand, id);

-- what a position says, version by version; an approved one never changes
CREATE TABLE position_wording (
  position TEXT NOT NULL,
  number BIGINT NOT NULL,
  brand TEXT NOT NULL,
  texts TEXT NOT NULL,
  phrases TEXT NOT NULL,
  from_day TEXT NOT NULL,
  until_day TEXT NOT NULL,
  writers TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  approved_by TEXT NOT NULL,
  approved_at BIGINT,
  PRIMARY KEY (position, number)
);
CREATE INDEX position_wording_brand ON position_wording (brand, position, number);
