-- the hash of the content that may leave; a claim takes a row only when it is
-- the row's own. Rows of before were planned under nobody's eyes: as then.
ALTER TABLE publication ADD COLUMN cleared TEXT NOT NULL DEFAULT '';
UPDATE publication SET cleared = hash;
-- its post says something else now: nobody was asked about that yet
ALTER TABLE publication ADD COLUMN stale BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX publication_pending ON publication (brand, due_at, id) WHERE state = 'pending';
