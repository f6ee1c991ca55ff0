-- which media a publication carries, of the content it leaves or left with: the
-- post may be edited afterwards, and what stands on the network stays
CREATE TABLE publication_media (
  publication TEXT NOT NULL REFERENCES publication (id) ON DELETE CASCADE,
  brand TEXT NOT NULL,
  media TEXT NOT NULL,
  PRIMARY KEY (publication, media)
);
CREATE INDEX publication_media_of ON publication_media (brand, media);
INSERT INTO publication_media (publication, brand, media)
  SELECT DISTINCT p.id, p.brand, m.media FROM post_media m JOIN publication p ON p.post = m.post AND p.brand = m.brand
  JOIN publication_content c ON c.publication = p.id WHERE c.content LIKE '%' || m.media || '%';
