-- who speaks to a brand, as one network knows her
CREATE TABLE speaker (
  id TEXT PRIMARY KEY,
  brand TEXT NOT NULL,
  network TEXT NOT NULL,
  ref TEXT NOT NULL,
  handle TEXT NOT NULL,
  name TEXT NOT NULL,
  url TEXT NOT NULL,
  avatar TEXT NOT NULL,
  bot BOOLEAN NOT NULL,
  first_at BIGINT NOT NULL,
  last_at BIGINT NOT NULL,
  UNIQUE (brand, network, ref)
);

CREATE TABLE conversation (
  id TEXT PRIMARY KEY,
  brand TEXT NOT NULL,
  channel TEXT NOT NULL,
  network TEXT NOT NULL,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  under TEXT NOT NULL, -- reference of our own post that it stands under; empty: none
  speaker TEXT NOT NULL,
  name TEXT NOT NULL,
  excerpt TEXT NOT NULL,
  language TEXT NOT NULL,
  private BOOLEAN NOT NULL,
  state TEXT NOT NULL,
  until BIGINT,
  assignee TEXT NOT NULL,
  desk TEXT NOT NULL,
  messages BIGINT NOT NULL,
  last_at BIGINT NOT NULL,
  last_in_at BIGINT,
  last_out_at BIGINT,
  unanswered_at BIGINT,
  done_by TEXT NOT NULL,
  done_at BIGINT,
  made_at BIGINT NOT NULL,
  version BIGINT NOT NULL
);
-- a question has the index that answers it, in the order of the list
CREATE INDEX conversation_all ON conversation (brand, last_at, id);
CREATE INDEX conversation_state ON conversation (brand, state, last_at, id);
CREATE INDEX conversation_mine ON conversation (brand, assignee, state, last_at, id);
CREATE INDEX conversation_channel ON conversation (brand, channel, state, last_at, id);
CREATE INDEX conversation_kind ON conversation (brand, kind, state, last_at, id);
CREATE INDEX conversation_speaker ON conversation (brand, speaker, last_at, id);
CREATE INDEX conversation_snoozed ON conversation (until) WHERE state = 'snoozed';
CREATE INDEX conversation_unanswered ON conversation (brand, unanswered_at, id) WHERE state = 'open' AND unanswered_at IS NOT NULL;

-- every reference that was named in a conversation: what comes later and names
-- one of them belongs to it
CREATE TABLE conversation_ref (
  channel TEXT NOT NULL,
  ref TEXT NOT NULL,
  brand TEXT NOT NULL,
  conversation TEXT NOT NULL,
  PRIMARY KEY (channel, ref)
);
CREATE INDEX conversation_ref_of ON conversation_ref (conversation);

-- a conversation that turned out to be part of another one
CREATE TABLE conversation_joined (
  conversation TEXT PRIMARY KEY,
  brand TEXT NOT NULL,
  into_one TEXT NOT NULL
);
CREATE INDEX conversation_joined_into ON conversation_joined (into_one);

CREATE TABLE message (
  id TEXT PRIMARY KEY,
  brand TEXT NOT NULL,
  conversation TEXT NOT NULL,
  channel TEXT NOT NULL,
  ref TEXT NOT NULL,
  version TEXT NOT NULL,
  kind TEXT NOT NULL,
  parent TEXT NOT NULL,
  root TEXT NOT NULL,
  speaker TEXT NOT NULL,
  subject TEXT NOT NULL,
  words TEXT NOT NULL,
  html TEXT NOT NULL, -- sealed; empty: none
  media TEXT NOT NULL,
  language TEXT NOT NULL,
  url TEXT NOT NULL,
  at BIGINT NOT NULL,
  edited_at BIGINT,
  gone_at BIGINT,
  held TEXT NOT NULL,
  own BOOLEAN NOT NULL,
  private BOOLEAN NOT NULL,
  automatic BOOLEAN NOT NULL,
  received_at BIGINT NOT NULL,
  UNIQUE (channel, ref)
);
CREATE INDEX message_thread ON message (conversation, at, id);
CREATE INDEX message_speaker ON message (brand, speaker, at);

CREATE TABLE message_version (
  message TEXT NOT NULL,
  brand TEXT NOT NULL,
  version TEXT NOT NULL,
  words TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (message, version)
);

-- our own posts, as the network tells them: what people answer, and how often
-- they reacted
CREATE TABLE spoken (
  channel TEXT NOT NULL,
  ref TEXT NOT NULL,
  brand TEXT NOT NULL,
  post TEXT NOT NULL, -- when Vigie published it
  words TEXT NOT NULL,
  url TEXT NOT NULL,
  media TEXT NOT NULL,
  alt TEXT NOT NULL,
  at BIGINT,
  likes BIGINT NOT NULL,
  shares BIGINT NOT NULL,
  replies BIGINT NOT NULL,
  quotes BIGINT NOT NULL,
  counted_at BIGINT,
  PRIMARY KEY (channel, ref)
);
CREATE INDEX spoken_brand ON spoken (brand);

-- how far a person has read
CREATE TABLE conversation_read (
  person TEXT NOT NULL,
  conversation TEXT NOT NULL,
  brand TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (person, conversation)
);
CREATE INDEX conversation_read_of ON conversation_read (conversation);

CREATE TABLE conversation_note (
  id TEXT PRIMARY KEY,
  brand TEXT NOT NULL,
  conversation TEXT NOT NULL,
  speaker TEXT NOT NULL,
  person TEXT NOT NULL,
  words TEXT NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX conversation_note_of ON conversation_note (conversation, at);
CREATE INDEX conversation_note_speaker ON conversation_note (brand, speaker, at);

-- what somebody is writing
CREATE TABLE conversation_draft (
  person TEXT NOT NULL,
  conversation TEXT NOT NULL,
  brand TEXT NOT NULL,
  words TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (person, conversation)
);
CREATE INDEX conversation_draft_of ON conversation_draft (conversation);

-- who answered what, written with the answer's place in the ledger: two people
-- who answer at the same moment find each other here
CREATE TABLE conversation_answer (
  answer TEXT PRIMARY KEY,
  brand TEXT NOT NULL,
  conversation TEXT NOT NULL,
  message TEXT NOT NULL,
  person TEXT NOT NULL,
  private BOOLEAN NOT NULL,
  at BIGINT NOT NULL,
  taken_back BOOLEAN NOT NULL
);
CREATE INDEX conversation_answer_of ON conversation_answer (conversation, at);

-- a gesture, for as long as it can be taken back
CREATE TABLE inbox_change (
  id TEXT PRIMARY KEY,
  brand TEXT NOT NULL,
  person TEXT NOT NULL,
  at BIGINT NOT NULL,
  before TEXT NOT NULL
);
CREATE INDEX inbox_change_at ON inbox_change (at);

-- a list of filters that a person named
CREATE TABLE inbox_view (
  id TEXT PRIMARY KEY,
  brand TEXT NOT NULL,
  person TEXT NOT NULL,
  name TEXT NOT NULL,
  query TEXT NOT NULL,
  made_at BIGINT NOT NULL
);
CREATE INDEX inbox_view_of ON inbox_view (brand, person, made_at);

-- how far a channel was read, and who reads it
CREATE TABLE inbox_reader (
  channel TEXT PRIMARY KEY,
  brand TEXT NOT NULL,
  place TEXT NOT NULL,
  read_at BIGINT,
  node TEXT NOT NULL,
  until BIGINT,
  failures BIGINT NOT NULL,
  problem TEXT NOT NULL,
  past TEXT NOT NULL, -- none, reading, whole, failed
  past_place TEXT NOT NULL,
  past_items BIGINT NOT NULL,
  past_at BIGINT
);
CREATE INDEX inbox_reader_brand ON inbox_reader (brand);
CREATE INDEX inbox_reader_past ON inbox_reader (channel) WHERE past = 'reading';
