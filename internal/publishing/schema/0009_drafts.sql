-- drafts are few among the posts of years, and asked for on every page
CREATE INDEX post_draft ON post (brand, edited_at, id) WHERE validation = 'draft';
