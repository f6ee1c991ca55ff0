-- whether the reader had written, at that time, what she decided on
ALTER TABLE approval_decision ADD COLUMN own BOOLEAN NOT NULL DEFAULT FALSE;
