-- one row a brand: what its rules, words and days are at
CREATE TABLE charter (
  brand TEXT PRIMARY KEY,
  version BIGINT NOT NULL,
  words_version BIGINT NOT NULL,
  days_version BIGINT NOT NULL
);

CREATE TABLE charter_rule (
  id TEXT PRIMARY KEY,
  brand TEXT NOT NULL,
  place BIGINT NOT NULL,
  name TEXT NOT NULL,
  why TEXT NOT NULL,
  kind TEXT NOT NULL,
  severity TEXT NOT NULL,
  scope TEXT NOT NULL,
  networks TEXT NOT NULL,
  is_on BOOLEAN NOT NULL,
  spec TEXT NOT NULL,
  changed_at BIGINT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX charter_rule_brand ON charter_rule (brand, place, id);

-- the whole charter as each change left it
CREATE TABLE charter_version (
  brand TEXT NOT NULL,
  version BIGINT NOT NULL,
  at BIGINT NOT NULL,
  person TEXT NOT NULL,
  act TEXT NOT NULL,
  name TEXT NOT NULL,
  rules TEXT NOT NULL,
  PRIMARY KEY (brand, version)
);

CREATE TABLE charter_word (
  brand TEXT NOT NULL,
  word TEXT NOT NULL,
  person TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (brand, word)
);

-- what somebody decided to let stand in one post
CREATE TABLE charter_ignored (
  brand TEXT NOT NULL,
  post TEXT NOT NULL,
  mark TEXT NOT NULL,
  person TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (brand, post, mark)
);

-- the days on which a brand keeps silent
CREATE TABLE charter_day (
  id TEXT PRIMARY KEY,
  brand TEXT NOT NULL,
  name TEXT NOT NULL,
  why TEXT NOT NULL,
  from_day TEXT NOT NULL,
  to_day TEXT NOT NULL,
  yearly BOOLEAN NOT NULL,
  severity TEXT NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX charter_day_brand ON charter_day (brand, from_day);
