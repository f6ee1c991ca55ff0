-- SQLite uses a partial index only for the very words of its condition: one
-- index for two states served neither, and each look read the whole table
DROP INDEX publication_open;
CREATE INDEX publication_sending ON publication (node) WHERE state = 'sending';
CREATE INDEX publication_unknown ON publication (next_at) WHERE state = 'unknown';
