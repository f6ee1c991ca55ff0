-- posts that the pause of a category holds, until it goes on
CREATE TABLE category_held (
  post TEXT PRIMARY KEY REFERENCES post (id) ON DELETE CASCADE,
  brand TEXT NOT NULL,
  category TEXT NOT NULL,
  since BIGINT NOT NULL
);
CREATE INDEX category_held_of ON category_held (brand, category);

-- what a category says, to be held or said again
CREATE INDEX post_category ON post (brand, category, badge) WHERE category <> '';
