-- where the links of posts lead, as last looked at by a job
CREATE TABLE charter_link (
  id TEXT PRIMARY KEY,
  brand TEXT NOT NULL,
  url TEXT NOT NULL,
  asked_at BIGINT NOT NULL,
  looked_at BIGINT,
  state TEXT NOT NULL,
  status BIGINT NOT NULL,
  leads TEXT NOT NULL,
  UNIQUE (brand, url)
);
CREATE INDEX charter_link_asked ON charter_link (brand, asked_at);
