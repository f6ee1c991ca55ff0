-- a category whose queue begins again with what it published, when it is empty
ALTER TABLE category ADD COLUMN evergreen BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE category ADD COLUMN evergreen_after BIGINT NOT NULL DEFAULT 90;
ALTER TABLE category ADD COLUMN evergreen_times BIGINT NOT NULL DEFAULT 3;
-- who wanted it, with the role of that moment: what is made is theirs
ALTER TABLE category ADD COLUMN evergreen_person TEXT NOT NULL DEFAULT '';
ALTER TABLE category ADD COLUMN evergreen_role TEXT NOT NULL DEFAULT '';

-- the post that is said again ('': it is no repetition), and for the how manieth time
ALTER TABLE post ADD COLUMN origin TEXT NOT NULL DEFAULT '';
ALTER TABLE post ADD COLUMN again BIGINT NOT NULL DEFAULT 0;
CREATE INDEX post_origin ON post (brand, origin) WHERE origin <> '';
