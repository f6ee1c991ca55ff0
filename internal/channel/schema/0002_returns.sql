-- What an authorisation page says when it sends the person back.
ALTER TABLE channel_signin ADD COLUMN returns TEXT NOT NULL DEFAULT '';
