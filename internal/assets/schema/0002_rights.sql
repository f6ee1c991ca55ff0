-- a media in the library: where it lies, how it looks, which version it is
ALTER TABLE media ADD COLUMN folder TEXT NOT NULL DEFAULT '';
ALTER TABLE media ADD COLUMN tags TEXT NOT NULL DEFAULT '[]';
ALTER TABLE media ADD COLUMN shape TEXT NOT NULL DEFAULT '';
-- the perceptual hash, sixteen hexadecimal digits twice; empty: not looked at
ALTER TABLE media ADD COLUMN look TEXT NOT NULL DEFAULT '';
ALTER TABLE media ADD COLUMN family TEXT NOT NULL DEFAULT '';
ALTER TABLE media ADD COLUMN number BIGINT NOT NULL DEFAULT 1;
ALTER TABLE media ADD COLUMN newer TEXT NOT NULL DEFAULT '';
-- 0: the words of this row are not in the search, or its look is not known
ALTER TABLE media ADD COLUMN shelved BIGINT NOT NULL DEFAULT 0;
CREATE INDEX media_folder ON media (brand, folder);
CREATE INDEX media_family ON media (brand, family, number) WHERE family <> '';
CREATE INDEX media_shelved ON media (made_at) WHERE shelved = 0;

CREATE TABLE media_tag (
  brand TEXT NOT NULL,
  tag TEXT NOT NULL,
  media TEXT NOT NULL REFERENCES media (id) ON DELETE CASCADE,
  PRIMARY KEY (brand, tag, media)
);
CREATE INDEX media_tag_of ON media_tag (media);

-- two media of a brand that look the same
CREATE TABLE media_twin (
  brand TEXT NOT NULL,
  media TEXT NOT NULL REFERENCES media (id) ON DELETE CASCADE,
  other TEXT NOT NULL REFERENCES media (id) ON DELETE CASCADE,
  distance BIGINT NOT NULL,
  apart BOOLEAN NOT NULL,
  PRIMARY KEY (media, other)
);
CREATE INDEX media_twin_brand ON media_twin (brand, apart, media);
CREATE INDEX media_twin_other ON media_twin (other);

CREATE TABLE media_crop (
  brand TEXT NOT NULL,
  media TEXT NOT NULL REFERENCES media (id) ON DELETE CASCADE,
  network TEXT NOT NULL,
  ratio TEXT NOT NULL,
  PRIMARY KEY (media, network)
);

-- the licence of a media. ends_at is the first instant at which it no longer
-- holds: the midnight that ends to_day in zone
CREATE TABLE media_licence (
  media TEXT PRIMARY KEY REFERENCES media (id) ON DELETE CASCADE,
  brand TEXT NOT NULL,
  kind TEXT NOT NULL,
  holder TEXT NOT NULL,
  territories TEXT NOT NULL,
  networks TEXT NOT NULL,
  from_day TEXT NOT NULL,
  to_day TEXT NOT NULL,
  zone TEXT NOT NULL,
  begins_at BIGINT,
  ends_at BIGINT,
  uses BIGINT NOT NULL,
  price BIGINT NOT NULL,
  currency TEXT NOT NULL,
  invoice TEXT NOT NULL,
  note TEXT NOT NULL,
  credit_needed BOOLEAN NOT NULL,
  credit TEXT NOT NULL,
  ai TEXT NOT NULL,
  editor TEXT NOT NULL,
  edited_at BIGINT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX media_licence_ends ON media_licence (brand, ends_at) WHERE ends_at IS NOT NULL;
CREATE INDEX media_licence_brand ON media_licence (brand, media);

-- what a person, or the owner of a place, agreed to
CREATE TABLE media_consent (
  id TEXT PRIMARY KEY,
  brand TEXT NOT NULL,
  media TEXT NOT NULL REFERENCES media (id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  who TEXT NOT NULL,
  scope TEXT NOT NULL,
  signed_day TEXT NOT NULL,
  until_day TEXT NOT NULL,
  withdrawn_day TEXT NOT NULL,
  zone TEXT NOT NULL,
  -- the first instant at which it no longer holds, for whichever reason
  ends_at BIGINT,
  made_at BIGINT NOT NULL
);
CREATE INDEX media_consent_media ON media_consent (media);
CREATE INDEX media_consent_ends ON media_consent (brand, ends_at) WHERE ends_at IS NOT NULL;

-- contracts, invoices and signed releases; about is '' for the licence or the
-- id of a consent
CREATE TABLE media_document (
  id TEXT PRIMARY KEY,
  brand TEXT NOT NULL,
  media TEXT NOT NULL REFERENCES media (id) ON DELETE CASCADE,
  about TEXT NOT NULL,
  name TEXT NOT NULL,
  type TEXT NOT NULL,
  bytes BIGINT NOT NULL,
  file TEXT NOT NULL,
  made_at BIGINT NOT NULL
);
CREATE INDEX media_document_media ON media_document (media);
CREATE INDEX media_document_file ON media_document (file);

-- where a channel is read; channel '' is the brand's own answer
CREATE TABLE media_audience (
  brand TEXT NOT NULL,
  channel TEXT NOT NULL,
  territories TEXT NOT NULL,
  PRIMARY KEY (brand, channel)
);
