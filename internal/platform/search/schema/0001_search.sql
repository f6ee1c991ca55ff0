CREATE TABLE search_doc (
  seq SERIAL_KEY,
  brand TEXT NOT NULL,
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  UNIQUE (kind, id)
);
CREATE INDEX search_doc_brand ON search_doc (brand, seq);

-- only: sqlite
CREATE VIRTUAL TABLE search_words USING fts5 (words, content = '', contentless_delete = 1, tokenize = "unicode61 remove_diacritics 0 tokenchars '_'", prefix = '2 3', detail = 'none');

-- only: postgres
ALTER TABLE search_doc ADD COLUMN words TSVECTOR NOT NULL DEFAULT '';

-- only: postgres
CREATE INDEX search_doc_words ON search_doc USING GIN (words) WITH (fastupdate = off);
