-- several versions of one post, of which a reader chooses one
CREATE TABLE approval_choice (
  id TEXT PRIMARY KEY,
  brand TEXT NOT NULL,
  post TEXT NOT NULL,
  words TEXT NOT NULL,
  by_person TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  state TEXT NOT NULL,
  picked BIGINT NOT NULL,
  person TEXT NOT NULL,
  link TEXT NOT NULL,
  closed_at BIGINT
);
CREATE UNIQUE INDEX approval_choice_open ON approval_choice (brand, post) WHERE closed_at IS NULL;
CREATE INDEX approval_choice_post ON approval_choice (brand, post, id);

-- n counts from 1; the first is what the post said when they were offered
CREATE TABLE approval_candidate (
  choice TEXT NOT NULL REFERENCES approval_choice (id) ON DELETE CASCADE,
  brand TEXT NOT NULL,
  n BIGINT NOT NULL,
  saying TEXT NOT NULL,
  items TEXT NOT NULL,
  PRIMARY KEY (choice, n)
);

-- what was changed since it was read, to be submitted again
CREATE INDEX approval_round_edited ON approval_round (brand, post, n) WHERE why IN ('edited', 'picture');

-- the choice that a round asks about; '' for one content
ALTER TABLE approval_round ADD COLUMN choice TEXT NOT NULL DEFAULT '';
-- given for another version than the one that was chosen since
ALTER TABLE approval_decision ADD COLUMN dropped BOOLEAN NOT NULL DEFAULT FALSE;
