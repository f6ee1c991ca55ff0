-- what lies in a person's hands: when she is reminded, and the list of a brand.
-- One index for each question, in the very words of its condition.
CREATE INDEX publication_handed ON publication (next_at) WHERE state = 'handed';
CREATE INDEX publication_by_hand ON publication (brand, due_at, id) WHERE state = 'handed';
