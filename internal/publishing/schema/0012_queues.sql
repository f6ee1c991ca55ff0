-- what a brand speaks of, and how much of its open hours each subject gets
CREATE TABLE category (
  id TEXT PRIMARY KEY,
  brand TEXT NOT NULL,
  name TEXT NOT NULL,
  colour TEXT NOT NULL,
  weight BIGINT NOT NULL,
  paused BOOLEAN NOT NULL,
  made_at BIGINT NOT NULL,
  removed_at BIGINT
);
CREATE INDEX category_brand ON category (brand, made_at);

-- '' is open to all, and of no category
ALTER TABLE slot ADD COLUMN category TEXT NOT NULL DEFAULT '';
ALTER TABLE post ADD COLUMN category TEXT NOT NULL DEFAULT '';

-- which days a brand's calendar marks; without a row, as its zone says
CREATE TABLE calendar_marks (
  brand TEXT PRIMARY KEY,
  public_days BOOLEAN NOT NULL,
  local_days BOOLEAN NOT NULL,
  sensitive_days BOOLEAN NOT NULL,
  own_days BOOLEAN NOT NULL,
  zones TEXT NOT NULL
);
