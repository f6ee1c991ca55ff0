-- The programs that work on jobs: one that no longer counts up has died, and
-- what it was working on goes back to the queue.
CREATE TABLE job_node (
    node TEXT PRIMARY KEY,
    beat BIGINT NOT NULL
);
