-- only: sqlite
-- the words that occur: a beginning is looked up here and asked for as the words
-- it stands for, newest first; FTS5 alone would merge all their documents first
CREATE TABLE search_term (term TEXT PRIMARY KEY) WITHOUT ROWID;

-- only: sqlite
CREATE VIRTUAL TABLE search_vocabulary USING fts5vocab ('search_words', 'row');

-- only: sqlite
INSERT INTO search_term SELECT term FROM search_vocabulary WHERE term NOT LIKE '\_%' ESCAPE '\';

-- only: sqlite
DROP TABLE search_vocabulary;

-- only: postgres
SELECT 1;
