-- one index a state: SQLite proves that "state = 'failed'" may use an index only
-- when the index says just that, and read a million rows to find no failure
DROP INDEX publication_trouble;
CREATE INDEX publication_failed ON publication (brand, due_at, id) WHERE state = 'failed';
CREATE INDEX publication_doubt ON publication (brand, due_at, id) WHERE state = 'unknown';
CREATE INDEX publication_frozen ON publication (brand, due_at, id) WHERE state = 'frozen';
