CREATE TABLE brand (
  id          TEXT PRIMARY KEY,
  name        TEXT NOT NULL,
  about       TEXT NOT NULL,
  monogram    TEXT NOT NULL,
  colour      TEXT NOT NULL,
  language    TEXT NOT NULL,
  zone        TEXT NOT NULL,
  week        BIGINT NOT NULL,
  example     BOOLEAN NOT NULL,
  made_at     BIGINT NOT NULL,
  version     BIGINT NOT NULL,
  archived_at BIGINT
);
