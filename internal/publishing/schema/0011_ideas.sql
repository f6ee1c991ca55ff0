-- what might become a post; it never leaves, and stands on no calendar
CREATE TABLE idea (
  id TEXT PRIMARY KEY,
  brand TEXT NOT NULL,
  state TEXT NOT NULL,
  place BIGINT NOT NULL,
  words TEXT NOT NULL,
  note TEXT NOT NULL,
  link TEXT NOT NULL,
  labels TEXT NOT NULL,
  campaign TEXT NOT NULL,
  person TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  editor TEXT NOT NULL,
  edited_at BIGINT NOT NULL,
  version BIGINT NOT NULL,
  removed_at BIGINT
);
CREATE INDEX idea_board ON idea (brand, state, place, id);

-- the posts that were made of an idea
CREATE TABLE idea_post (
  idea TEXT NOT NULL REFERENCES idea (id) ON DELETE CASCADE,
  post TEXT NOT NULL REFERENCES post (id) ON DELETE CASCADE,
  brand TEXT NOT NULL,
  PRIMARY KEY (idea, post)
);
CREATE INDEX idea_post_post ON idea_post (post);

-- a post to begin others with
CREATE TABLE post_template (
  id TEXT PRIMARY KEY,
  brand TEXT NOT NULL,
  name TEXT NOT NULL,
  model TEXT NOT NULL,
  person TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  edited_at BIGINT NOT NULL,
  version BIGINT NOT NULL,
  removed_at BIGINT
);
CREATE INDEX post_template_brand ON post_template (brand, made_at);

-- one change made to many posts, with what they said before
CREATE TABLE post_bulk (
  id TEXT PRIMARY KEY,
  brand TEXT NOT NULL,
  changes TEXT NOT NULL,
  did TEXT NOT NULL,
  person TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  undone_at BIGINT
);
CREATE INDEX post_bulk_brand ON post_bulk (brand, made_at);
