-- when those who answer for the brand were written to again about a receipt
-- that was left to a hand
ALTER TABLE recall_leg ADD COLUMN reminded_at BIGINT;
CREATE INDEX recall_leg_hand ON recall_leg (ended_at) WHERE state = 'cannot' AND reminded_at IS NULL;
