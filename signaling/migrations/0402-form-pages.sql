-- Photographed pages of documents, attached to fields of forms by their ids. Like the drafts they belong to the case and outlive the visit.
CREATE TABLE form_pages (
    id TEXT PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES cases (id),
    visit_id TEXT NOT NULL REFERENCES visits (id),
    participant_id TEXT NOT NULL REFERENCES participants (id),
    sha256 TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    width BIGINT NOT NULL,
    height BIGINT NOT NULL,
    verdict TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX form_pages_case ON form_pages (case_id);
