-- A post may answer somebody: about names the conversation in the room that
-- keeps it, parent and root are the network's references. Lists of what a brand
-- says by itself leave answers out, so their indexes do.
ALTER TABLE post ADD COLUMN about TEXT NOT NULL DEFAULT '';
ALTER TABLE post ADD COLUMN parent TEXT NOT NULL DEFAULT '';
ALTER TABLE post ADD COLUMN root TEXT NOT NULL DEFAULT '';
CREATE INDEX post_about ON post (brand, about, made_at) WHERE about <> '';
DROP INDEX post_calendar;
CREATE INDEX post_calendar ON post (brand, at, id) WHERE binned_at IS NULL AND at IS NOT NULL AND about = '';
DROP INDEX post_edited;
CREATE INDEX post_edited ON post (brand, edited_at, id) WHERE binned_at IS NULL AND about = '';
DROP INDEX post_draft;
CREATE INDEX post_draft ON post (brand, edited_at, id) WHERE validation = 'draft' AND about = '';
