CREATE TABLE practice_record (
  seq SERIAL_KEY,
  record BYTEA NOT NULL
);

CREATE TABLE practice_media (
  media TEXT PRIMARY KEY,
  body BYTEA NOT NULL
);
