-- What visits are found by, model-search.c. A visit is a document with a number; a row of postings says which of 4096 neighbouring documents have
-- a term (search/posting-block.h).

CREATE TABLE search_documents (
    document BIGINT PRIMARY KEY,
    visit_id TEXT NOT NULL UNIQUE REFERENCES visits (id)
);

CREATE TABLE search_postings (
    term TEXT NOT NULL,
    block BIGINT NOT NULL,
    documents TEXT NOT NULL,
    PRIMARY KEY (term, block)
);

-- Between which times the visits of a block are scheduled.
CREATE TABLE search_blocks (
    block BIGINT PRIMARY KEY,
    low_at BIGINT NOT NULL,
    high_at BIGINT NOT NULL
);

-- Visits of which something changed that they can be found by; emptied by the indexer.
CREATE TABLE search_pending (
    visit_id TEXT PRIMARY KEY REFERENCES visits (id)
);
INSERT INTO search_pending (visit_id) SELECT id FROM visits;
