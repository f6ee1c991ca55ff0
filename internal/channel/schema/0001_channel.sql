CREATE TABLE channel (
  id TEXT PRIMARY KEY,
  brand TEXT NOT NULL,
  network TEXT NOT NULL,
  ref TEXT NOT NULL,
  handle TEXT NOT NULL,
  name TEXT NOT NULL,
  avatar TEXT NOT NULL,
  url TEXT NOT NULL,
  server TEXT NOT NULL,
  credentials TEXT NOT NULL,
  health TEXT NOT NULL,
  problem TEXT NOT NULL,
  checked_at BIGINT,
  expires_at BIGINT,
  warned_at BIGINT,
  capabilities TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  removed_at BIGINT,
  version BIGINT NOT NULL
);
CREATE INDEX channel_brand ON channel (brand, made_at);
CREATE UNIQUE INDEX channel_account ON channel (brand, network, ref) WHERE removed_at IS NULL;
CREATE INDEX channel_checked ON channel (checked_at) WHERE removed_at IS NULL;

CREATE TABLE channel_signin (
  id TEXT PRIMARY KEY,
  brand TEXT NOT NULL,
  person TEXT NOT NULL,
  network TEXT NOT NULL,
  reconnects TEXT NOT NULL,
  step TEXT NOT NULL,
  sealed TEXT NOT NULL,
  expires_at BIGINT NOT NULL
);
