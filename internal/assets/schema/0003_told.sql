-- a licence that is exclusive: for whom (empty: the brand itself), where
-- (none: everywhere), and the first instant at which it is so no longer
ALTER TABLE media_licence ADD COLUMN exclusive BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE media_licence ADD COLUMN exclusive_for TEXT NOT NULL DEFAULT '';
ALTER TABLE media_licence ADD COLUMN exclusive_lands TEXT NOT NULL DEFAULT '[]';
ALTER TABLE media_licence ADD COLUMN exclusive_day TEXT NOT NULL DEFAULT '';
ALTER TABLE media_licence ADD COLUMN exclusive_ends_at BIGINT;
CREATE INDEX media_licence_exclusive ON media_licence (brand) WHERE exclusive;
CREATE INDEX media_licence_soon ON media_licence (ends_at) WHERE ends_at IS NOT NULL;
CREATE INDEX media_consent_soon ON media_consent (ends_at) WHERE ends_at IS NOT NULL;

-- who is told that a right ends, and how many days before: a row a person, an
-- end and a warning. The rows of one letter share its name. about is '' for the
-- licence or the id of a consent
CREATE TABLE media_warning (
  brand TEXT NOT NULL,
  person TEXT NOT NULL,
  media TEXT NOT NULL REFERENCES media (id) ON DELETE CASCADE,
  about TEXT NOT NULL,
  ends_at BIGINT NOT NULL,
  days BIGINT NOT NULL,
  letter TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  sent_at BIGINT,
  PRIMARY KEY (media, about, ends_at, days, person)
);
CREATE INDEX media_warning_letter ON media_warning (letter);
CREATE INDEX media_warning_brand ON media_warning (brand, ends_at);
