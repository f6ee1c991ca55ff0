-- since when nobody knows how an attempt ended: a network's "not here" is
-- believed only some time after it, and a claim may be much older (uploads,
-- the earlier parts of a thread)
ALTER TABLE publication ADD COLUMN doubt_at BIGINT;
-- with the id, so that a channel's pages come out of the index in their order
DROP INDEX publication_channel;
CREATE INDEX publication_channel ON publication (channel, due_at, id);
