-- one gesture that takes back, or corrects, what is published
CREATE TABLE recall (
  id TEXT PRIMARY KEY,
  brand TEXT NOT NULL,
  kind TEXT NOT NULL,
  reason TEXT NOT NULL,
  media TEXT NOT NULL,
  by_person TEXT NOT NULL,
  told TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  ended_at BIGINT
);
CREATE INDEX recall_list ON recall (brand, made_at, id);

-- one publication of it: the intent is written before the call, the receipt
-- after; it stays when the post is gone, as the record of what was done
CREATE TABLE recall_leg (
  id TEXT PRIMARY KEY,
  recall TEXT NOT NULL REFERENCES recall (id) ON DELETE CASCADE,
  brand TEXT NOT NULL,
  post TEXT NOT NULL,
  title TEXT NOT NULL,
  publication TEXT NOT NULL,
  channel TEXT NOT NULL,
  state TEXT NOT NULL,
  was TEXT NOT NULL,
  original TEXT NOT NULL,
  content TEXT NOT NULL,
  parts TEXT NOT NULL,
  url TEXT NOT NULL,
  problem TEXT NOT NULL,
  detail TEXT NOT NULL,
  attempts BIGINT NOT NULL,
  node TEXT NOT NULL,
  next_at BIGINT,
  ended_at BIGINT,
  who TEXT NOT NULL
);
CREATE INDEX recall_leg_of ON recall_leg (recall, id);
CREATE INDEX recall_leg_next ON recall_leg (next_at) WHERE state = 'waiting';
CREATE INDEX recall_leg_calling ON recall_leg (node) WHERE state = 'calling';
CREATE INDEX recall_leg_post ON recall_leg (post);
-- nothing is recalled twice at once
CREATE UNIQUE INDEX recall_leg_open ON recall_leg (publication) WHERE ended_at IS NULL;

-- an open recall holds this row: no claim takes it, whatever clears its content
ALTER TABLE publication ADD COLUMN recalled BOOLEAN NOT NULL DEFAULT FALSE;
