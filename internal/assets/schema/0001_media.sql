CREATE TABLE media (
  id TEXT PRIMARY KEY,
  brand TEXT NOT NULL,
  name TEXT NOT NULL,
  folded TEXT NOT NULL,
  state TEXT NOT NULL,
  problem TEXT NOT NULL,
  type TEXT NOT NULL,
  bytes BIGINT NOT NULL,
  width BIGINT NOT NULL,
  height BIGINT NOT NULL,
  file TEXT NOT NULL,
  alt TEXT NOT NULL,
  focus_x DOUBLE PRECISION,
  focus_y DOUBLE PRECISION,
  facts TEXT NOT NULL,
  tries BIGINT NOT NULL,
  author TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  edited_at BIGINT NOT NULL,
  version BIGINT NOT NULL,
  binned_at BIGINT
);
CREATE UNIQUE INDEX media_once ON media (brand, file);
CREATE INDEX media_file ON media (file);
CREATE INDEX media_library ON media (brand, made_at, id);
CREATE INDEX media_working ON media (made_at) WHERE state = 'working';
CREATE INDEX media_binned ON media (binned_at) WHERE binned_at IS NOT NULL;

CREATE TABLE rendition (
  brand TEXT NOT NULL,
  media TEXT NOT NULL REFERENCES media (id) ON DELETE CASCADE,
  rule TEXT NOT NULL,
  wish TEXT NOT NULL,
  type TEXT NOT NULL,
  bytes BIGINT NOT NULL,
  width BIGINT NOT NULL,
  height BIGINT NOT NULL,
  file TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  PRIMARY KEY (media, rule)
);
CREATE INDEX rendition_file ON rendition (file);

CREATE TABLE media_upload (
  id TEXT PRIMARY KEY,
  brand TEXT NOT NULL,
  person TEXT NOT NULL,
  name TEXT NOT NULL,
  bytes BIGINT NOT NULL,
  media TEXT NOT NULL,
  made_at BIGINT NOT NULL
);
CREATE INDEX media_upload_made ON media_upload (made_at);
