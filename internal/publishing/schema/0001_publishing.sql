CREATE TABLE campaign (
  id TEXT PRIMARY KEY,
  brand TEXT NOT NULL,
  name TEXT NOT NULL,
  colour TEXT NOT NULL,
  from_day TEXT NOT NULL,
  to_day TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  removed_at BIGINT
);
CREATE INDEX campaign_brand ON campaign (brand, from_day);

CREATE TABLE post (
  id TEXT PRIMARY KEY,
  brand TEXT NOT NULL,
  title TEXT NOT NULL,
  body TEXT NOT NULL,
  media TEXT NOT NULL,
  options TEXT NOT NULL,
  campaign TEXT NOT NULL,
  labels TEXT NOT NULL,
  local_time TEXT NOT NULL,
  zone TEXT NOT NULL,
  at BIGINT,
  validation TEXT NOT NULL,
  badge TEXT NOT NULL,
  changed BOOLEAN NOT NULL,
  channels TEXT NOT NULL,
  media_count BIGINT NOT NULL,
  author TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  editor TEXT NOT NULL,
  edited_at BIGINT NOT NULL,
  version BIGINT NOT NULL,
  binned_at BIGINT
);
CREATE INDEX post_calendar ON post (brand, at, id) WHERE binned_at IS NULL AND at IS NOT NULL;
CREATE INDEX post_edited ON post (brand, edited_at, id) WHERE binned_at IS NULL;
CREATE INDEX post_badge ON post (brand, badge, at) WHERE binned_at IS NULL;
CREATE INDEX post_binned ON post (binned_at) WHERE binned_at IS NOT NULL;

CREATE TABLE variant (
  id TEXT PRIMARY KEY,
  brand TEXT NOT NULL,
  post TEXT NOT NULL REFERENCES post (id) ON DELETE CASCADE,
  channel TEXT NOT NULL,
  place BIGINT NOT NULL,
  body TEXT,
  media TEXT,
  options TEXT,
  split BOOLEAN NOT NULL,
  UNIQUE (post, channel)
);

CREATE TABLE post_label (
  brand TEXT NOT NULL,
  label TEXT NOT NULL,
  post TEXT NOT NULL REFERENCES post (id) ON DELETE CASCADE,
  PRIMARY KEY (brand, label, post)
);
CREATE INDEX post_label_post ON post_label (post);

CREATE TABLE post_media (
  brand TEXT NOT NULL,
  media TEXT NOT NULL,
  post TEXT NOT NULL REFERENCES post (id) ON DELETE CASCADE,
  PRIMARY KEY (brand, media, post)
);
CREATE INDEX post_media_post ON post_media (post);

CREATE TABLE publication (
  id TEXT PRIMARY KEY,
  brand TEXT NOT NULL,
  post TEXT NOT NULL REFERENCES post (id) ON DELETE CASCADE,
  channel TEXT NOT NULL,
  state TEXT NOT NULL,
  hash TEXT NOT NULL,
  local_time TEXT NOT NULL,
  zone TEXT NOT NULL,
  due_at BIGINT NOT NULL,
  next_at BIGINT,
  attempts BIGINT NOT NULL,
  attempted_at BIGINT,
  intent_at BIGINT,
  node TEXT NOT NULL,
  sent TEXT NOT NULL,
  sent_at BIGINT,
  url TEXT NOT NULL,
  confirm BOOLEAN NOT NULL,
  problem TEXT NOT NULL,
  detail TEXT NOT NULL,
  looks BIGINT NOT NULL,
  version BIGINT NOT NULL
);
-- what the clock asks: who is next
CREATE INDEX publication_next ON publication (next_at) WHERE state IN ('planned', 'due');
CREATE INDEX publication_open ON publication (state, next_at) WHERE state IN ('sending', 'unknown');
CREATE INDEX publication_confirm ON publication (next_at) WHERE confirm;
CREATE INDEX publication_post ON publication (post);
CREATE INDEX publication_list ON publication (brand, due_at, id);
-- what somebody must look at; a full index by state would cost every claim two writes
CREATE INDEX publication_trouble ON publication (brand, state, due_at, id) WHERE state IN ('failed', 'unknown', 'frozen');
CREATE INDEX publication_channel ON publication (channel, due_at);

-- apart from the row that moves: a claim rewrites ten thousand rows in a moment
CREATE TABLE publication_content (
  publication TEXT PRIMARY KEY REFERENCES publication (id) ON DELETE CASCADE,
  content TEXT NOT NULL
);

CREATE TABLE publication_step (
  seq SERIAL_KEY,
  publication TEXT NOT NULL REFERENCES publication (id) ON DELETE CASCADE,
  at BIGINT NOT NULL,
  what TEXT NOT NULL,
  part BIGINT NOT NULL,
  attempt BIGINT NOT NULL,
  took BIGINT NOT NULL,
  request TEXT NOT NULL,
  status BIGINT NOT NULL,
  answer TEXT NOT NULL,
  problem TEXT NOT NULL,
  detail TEXT NOT NULL,
  who TEXT NOT NULL,
  node TEXT NOT NULL
);
CREATE INDEX publication_step_of ON publication_step (publication, seq);

CREATE TABLE brand_freeze (
  id TEXT PRIMARY KEY,
  brand TEXT NOT NULL,
  reason TEXT NOT NULL,
  by_person TEXT NOT NULL,
  since BIGINT NOT NULL,
  lifted_at BIGINT,
  lifted_by TEXT NOT NULL
);
CREATE UNIQUE INDEX freeze_open ON brand_freeze (brand) WHERE lifted_at IS NULL;

-- one row: claiming shares it, freezing takes it alone, so that on PostgreSQL
-- no claim that began before a freeze can end after it
CREATE TABLE gate (
  id BIGINT PRIMARY KEY,
  moved BIGINT NOT NULL
);
INSERT INTO gate (id, moved) VALUES (1, 0);

CREATE TABLE node (
  id TEXT PRIMARY KEY,
  started_at BIGINT NOT NULL,
  beat BIGINT NOT NULL
);

CREATE TABLE slot (
  id TEXT PRIMARY KEY,
  brand TEXT NOT NULL,
  channel TEXT NOT NULL,
  weekday BIGINT NOT NULL,
  local_time TEXT NOT NULL,
  UNIQUE (channel, weekday, local_time)
);
CREATE INDEX slot_brand ON slot (brand, channel);
