-- how a network that somebody made up is shown, and who publishes there by hand
ALTER TABLE channel ADD COLUMN title TEXT NOT NULL DEFAULT '';
ALTER TABLE channel ADD COLUMN short TEXT NOT NULL DEFAULT '';
ALTER TABLE channel ADD COLUMN colour TEXT NOT NULL DEFAULT '';
ALTER TABLE channel ADD COLUMN people TEXT NOT NULL DEFAULT '[]';
