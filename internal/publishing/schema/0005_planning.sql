-- a file of posts on its way in, and what became of it
CREATE TABLE post_import (
  id TEXT PRIMARY KEY,
  brand TEXT NOT NULL,
  name TEXT NOT NULL,
  hash TEXT NOT NULL,
  bytes BIGINT NOT NULL,
  state TEXT NOT NULL,
  settings TEXT NOT NULL,
  report TEXT NOT NULL,
  person TEXT NOT NULL,
  role TEXT NOT NULL,
  problem TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  ordered_at BIGINT,
  done_at BIGINT,
  undone_at BIGINT
);
CREATE INDEX post_import_list ON post_import (brand, made_at);
CREATE INDEX post_import_hash ON post_import (brand, hash);

-- the file itself, in pieces, until it is in or forgotten
CREATE TABLE post_import_piece (
  import TEXT NOT NULL REFERENCES post_import (id) ON DELETE CASCADE,
  seq BIGINT NOT NULL,
  data BYTEA NOT NULL,
  PRIMARY KEY (import, seq)
);

-- which line a post came from, with the cells that nobody knew
CREATE TABLE post_imported (
  import TEXT NOT NULL REFERENCES post_import (id) ON DELETE CASCADE,
  post TEXT NOT NULL REFERENCES post (id) ON DELETE CASCADE,
  line BIGINT NOT NULL,
  extra TEXT NOT NULL,
  PRIMARY KEY (import, post)
);
CREATE INDEX post_imported_post ON post_imported (post);

-- pictures that a post waits for, by their address
CREATE TABLE post_picture (
  id TEXT PRIMARY KEY,
  brand TEXT NOT NULL,
  post TEXT NOT NULL REFERENCES post (id) ON DELETE CASCADE,
  place BIGINT NOT NULL,
  url TEXT NOT NULL,
  alt TEXT NOT NULL,
  media TEXT NOT NULL,
  problem TEXT NOT NULL
);
CREATE INDEX post_picture_post ON post_picture (post, place);

-- a post that waits for its pictures, and who wanted it scheduled with them
CREATE TABLE post_wait (
  post TEXT PRIMARY KEY REFERENCES post (id) ON DELETE CASCADE,
  brand TEXT NOT NULL,
  schedule BOOLEAN NOT NULL,
  person TEXT NOT NULL,
  role TEXT NOT NULL,
  since BIGINT NOT NULL
);

-- a post that comes back: the model and its rule
CREATE TABLE series (
  id TEXT PRIMARY KEY,
  brand TEXT NOT NULL,
  model TEXT NOT NULL,
  rule TEXT NOT NULL,
  start_local TEXT NOT NULL,
  zone TEXT NOT NULL,
  schedule BOOLEAN NOT NULL,
  state TEXT NOT NULL,
  problem TEXT NOT NULL,
  made_until BIGINT NOT NULL,
  person TEXT NOT NULL,
  role TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX series_brand ON series (brand, made_at);
CREATE INDEX series_due ON series (made_until) WHERE state = 'running';

CREATE TABLE series_post (
  series TEXT NOT NULL REFERENCES series (id) ON DELETE CASCADE,
  occurrence TEXT NOT NULL,
  post TEXT NOT NULL REFERENCES post (id) ON DELETE CASCADE,
  alone BOOLEAN NOT NULL,
  PRIMARY KEY (series, occurrence)
);
CREATE INDEX series_post_post ON series_post (post);

-- the calendar as another program subscribes to it; the address is a secret
CREATE TABLE calendar_feed (
  id TEXT PRIMARY KEY,
  brand TEXT NOT NULL,
  name TEXT NOT NULL,
  token_hash TEXT NOT NULL UNIQUE,
  detail TEXT NOT NULL,
  person TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  read_at BIGINT,
  revoked_at BIGINT
);
CREATE INDEX calendar_feed_brand ON calendar_feed (brand, made_at);
